# SPDX-License-Identifier: MIT
"""A second assignment, as small as can be: how many children has a process made?

It shows what an assignment has to bring along, and that the engine knows none of them:
docs/next-assignment.md goes through it, and tests/guest/test_next_assignment.py grades it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from autograder.assignment import Advice, Assignment, Milestone
from autograder.results import Finding

if TYPE_CHECKING:
    from autograder.assignment import Look
    from autograder.judge.stages import Gate

EXISTS = "file/exists"
RULES = {
    "C1": "Every process has the file /proc/PID/fork_count, which anyone may read.",
    "C2": "It contains a decimal number and a newline: how many children the process has made.",
    "C3": "A process that is new has made none, whatever its parent did.",
    "C4": "Threads are not children. A child that any thread makes counts for the process.",
    "K1": "The patch applies, the kernel builds, and it boots.",
}


def _gate(look: Look) -> Gate | None:
    """Without the file, nothing else can be tried."""
    from autograder.judge.stages import Gate

    if look(EXISTS).text("text").strip():
        return None
    return Gate(EXISTS, Finding.NO_FILE, "/proc/PID/fork_count cannot be read")


ASSIGNMENT = Assignment(
    title="Counting children",
    checks="tests.fork_count.checks",
    probes=Path(__file__).parent / "probes",
    boots="build/boots",
    areas={"Build": "the kernel builds and boots", "The file": "what it contains"},
    rules=lambda: RULES,
    milestones=(
        Milestone("M1", "The file", "1,2.1"),
        Milestone("M2", "The number", "2"),
        Milestone("M3", "Hand in", ""),
    ),
    gate=_gate,
    gates=(EXISTS,),
    causes={
        Finding.NO_FILE: Advice(
            "No process has the file /proc/PID/fork_count yet.",
            "Add an entry to tgid_base_stuff in fs/proc/base.c (milestone M1).",
        )
    },
    folders=("fs", "include", "kernel"),
)

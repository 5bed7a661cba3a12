# SPDX-License-Identifier: MIT
"""This assignment: page fault tracing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from autograder.assignment import Assignment
from autograder.pgfault.areas import AREAS
from autograder.pgfault.causes import CAUSES, GATES
from autograder.pgfault.checks.foundations import BOOTS
from autograder.pgfault.milestones import MILESTONES
from autograder.pgfault.rules import FILE, rules

if TYPE_CHECKING:
    from typer import Typer

    from autograder.assignment import Look, Shown
    from autograder.guest.observation import Outcome
    from autograder.judge.stages import Gate
    from autograder.report.exhibits import Embedded, Exhibits

# What the functions need is imported in them, so that a command that needs none starts at once.


def _gate(look: Look) -> Gate | None:
    from autograder.pgfault.gates import closed_gate

    return closed_gate(look)


def _hint_for(outcome: Outcome) -> str:
    from autograder.pgfault.checks.hints import for_ending

    return for_ending(outcome)


def _exhibits(failed: Shown, passed: Shown, observations: Path, seed: int) -> Exhibits:
    from autograder.pgfault.viewer.exhibits import exhibits

    return exhibits(failed, passed, observations, seed)


def _text_values(examples: Path) -> dict[str, str]:
    from autograder.pgfault import text

    return text.values(examples)


def _embedded(examples: Path) -> dict[str, Embedded]:
    from autograder.pgfault import text

    return text.embedded(examples)


def _add_commands(app: Typer) -> None:
    from autograder.pgfault.viewer import command

    app.command()(command.trace)


ASSIGNMENT = Assignment(
    title="Page fault tracing",
    checks="autograder.pgfault.checks",
    probes=Path(__file__).parent / "probes",
    boots=BOOTS,
    areas=AREAS,
    milestones=MILESTONES,
    gate=_gate,
    gates=GATES,
    causes=CAUSES,
    hint_for=_hint_for,
    exhibits=_exhibits,
    text_values=_text_values,
    embedded=_embedded,
    shows=("viewer", "text"),
    add_commands=_add_commands,
    reads=(FILE,),
    for_instructors=("viewer.command",),
    tools={"tracepgfault": "tracepgfault", "pgfaultmap": "pgfaultmap"},
    rules=rules,
)

# SPDX-License-Identifier: MIT
"""What has to work before most checks can be tried: the file, the start, the first record.

A kernel without the file in /proc, one that cannot be told to trace, or one that never records
anything fails one check with that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.guest.observation import Ending, Observation
from autograder.judge.gates import boot_gate
from autograder.judge.stages import Gate
from autograder.pgfault.checks.foundations import BOOTS, EXISTS, READS, STARTS
from autograder.results import Finding

if TYPE_CHECKING:
    from autograder.assignment import Look

FILE = "/proc/PID/pgfault_history"
ENDINGS = {
    Ending.PANIC: (Finding.PANIC, "the kernel panics as soon as a process is traced"),
    Ending.HANG: (Finding.HANG, "everything hangs as soon as a process is traced"),
    Ending.SPIN: (Finding.SPIN, "the kernel computes without end as soon as a process is traced"),
    Ending.FLOOD: (Finding.SPIN, "the kernel's log has no end as soon as a process is traced"),
    Ending.VANISHED: (Finding.PANIC, "the kernel ends as soon as a process is traced"),
}


def closed_gate(look: Look) -> Gate | None:
    """The first gate that is closed in a kernel that boots."""
    first, traced = look(BOOTS), look(READS)
    if first.outcome.kind in ENDINGS and traced.outcome.kind in ENDINGS:
        return boot_gate(first, "the kernel does not get through its first second")
    if traced.outcome.kind in ENDINGS:
        started = look(STARTS)
        if started.outcome.kind is traced.outcome.kind:
            finding, reason = ENDINGS[started.outcome.kind]
            return Gate(STARTS, finding, reason)
    return _trace_gate(traced)


def _trace_gate(seen: Observation) -> Gate | None:
    gave_up = seen.text("gave_up")
    if gave_up.startswith("open of "):
        return Gate(EXISTS, Finding.NO_FILE, f"{FILE} cannot be opened")
    if gave_up.startswith("write of "):
        return Gate(STARTS, Finding.NO_START, f"tracing cannot be started: {gave_up}")
    if seen.outcome.kind is not Ending.COMPLETED or not seen.all("reader"):
        return None
    size = seen.one("reader").number("bytes")
    if not size:
        return Gate(READS, Finding.NO_RECORD, "no record was ever read from a trace")
    if seen.all("events") and not seen.text("events.out").strip():
        reason = f"pgfaultmap --events printed nothing of a trace of {size} bytes"
        return Gate(READS, Finding.NO_EVENTS, reason, tool="pgfaultmap")
    return None

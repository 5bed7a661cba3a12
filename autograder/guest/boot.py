# SPDX-License-Identifier: MIT
"""How a boot went: what came out of the guest, how its process ended, and the name of that."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.guest import protocol
from autograder.guest.observation import Ending, Observation, Outcome, Record, Spot
from autograder.sandbox.command import EndedBy

LARGEST_LOG = 1 << 20
LONGEST_DETAIL = 1000  # characters


@dataclass(frozen=True)
class Boot:
    """How the UML process went, and what came out of it."""

    tags: Sequence[str]  # one for each job
    log: str
    status: int  # as in subprocess: negative for a signal
    ended_by: EndedBy
    cpu_seconds: float
    spot: Spot | None = None  # where it computes without end
    wall_seconds: float = 0
    report: bytes | None = b""  # None: there is no room for what came

    @property
    def usual(self) -> bool:
        """Whether all went as it does with a kernel that works."""
        return not (self.ended_by or self.status) and self.report is not None

    def up_to(self, records: list[Record]) -> Boot:
        """The boot as one probe knows it: what ends without end came after one that finished."""
        if self.spins and any(record.name == "finished" for record in records):
            return replace(self, log="", ended_by=EndedBy.ITSELF, status=0, spot=None)
        return replace(self, log="")

    @property
    def spins(self) -> bool:
        """Whether it was ended because it computed without end."""
        return self.ended_by.endless

    def parse(self, number: int) -> tuple[list[Record], dict[str, bytes]]:
        """What the job of that number sent."""
        return protocol.parse(self.report or b"", self.tags[number])


def outcome(seen: Observation, run: Boot) -> Outcome:
    """Name how the boot ended, from what was noted and how the process ended."""
    names = {record.name for record in seen.records}
    panics = [report for report in seen.reports if report.kind == "panic"]
    if run.report is None:
        return Outcome(kind=Ending.FLOOD, detail="the probes' own line was flooded")
    if run.ended_by is EndedBy.OUTPUT:
        return Outcome(kind=Ending.FLOOD, detail=f"it wrote more than {LARGEST_LOG >> 20} MiB")
    if run.ended_by is EndedBy.MEMORY:
        return Outcome(kind=Ending.FLOOD, detail="it filled the memory of the grader's machine")
    if run.ended_by is EndedBy.SLEEP:
        return Outcome(kind=Ending.HANG, detail="it slept, in the time of the grader's machine")
    if run.ended_by:
        place = f"in {run.spot}; " if run.spot else ""
        return Outcome(kind=Ending.SPIN, detail=f"{place}{_last_words(seen)}")
    if run.status == -signal.SIGKILL:
        return Outcome(kind=Ending.KILLED, detail="the guest was killed from outside")
    if panics:
        kind = Ending.PANIC if "booted" in names else Ending.NO_BOOT
        return Outcome(kind=kind, detail=panics[-1].title[:LONGEST_DETAIL])
    if "booted" not in names:
        return Outcome(kind=Ending.NO_BOOT, detail=f"it ended with status {run.status}")
    if "probe_hangs" in names:
        return Outcome(kind=Ending.HANG, detail=_who_hangs(seen))
    if "finished" not in names:
        return Outcome(kind=Ending.VANISHED, detail=f"it ended with status {run.status}")
    if "broken" in seen.files:
        return Outcome(kind=Ending.BROKEN, detail=seen.text("broken")[:LONGEST_DETAIL])
    if "gave_up" in seen.files:
        return Outcome(kind=Ending.GAVE_UP, detail=seen.text("gave_up")[:LONGEST_DETAIL])
    status = seen.one("probe_ended").number("status")
    if status:
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"status {status}"
        return Outcome(kind=Ending.PROBE_DIED, detail=f"the probe's process ended with {how}")
    return Outcome(kind=Ending.COMPLETED)


def _who_hangs(seen: Observation) -> str:
    processes = [
        f"{record.text('comm')} (process {record.text('pid')}, state {record.text('state')})"
        for record in seen.all("process")
        if record.text("pid") != "1"
    ]
    return "still there: " + ", ".join(processes[:12])


def _last_words(seen: Observation) -> str:
    last = seen.records[-1].name if seen.records else "nothing"
    return f"the last that was noted: {last}"

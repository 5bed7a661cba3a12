# SPDX-License-Identifier: MIT
"""What counts of a boot that several probes shared, when one of them computes without end."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from autograder.guest.boot import Boot
from autograder.guest.coverage import Coverage
from autograder.guest.machine import Job, Machine
from autograder.guest.observation import Ending, Line, Spot
from autograder.sandbox.command import EndedBy
from autograder.sandbox.sandbox import Sandbox

SPOT = Spot(lines=[Line(function="history_read", file="mm/h.c", line=412)])
WENT = "{0} booted now=1\n{0} probe_ended status=0\n{0} finished now=2\n"
BEGUN = "{0} booted now=1\n"
FAILED = "{0} booted now=1\n{0} probe_ended status=256\n{0} finished now=2\n"
REPORT = "[    1.0] BUG: KASAN: slab-use-after-free in history_read+0x1/0x2\n"


class Booted(Machine):
    """A machine whose only boot went so."""

    def __init__(self, notes: list[str], ended_by: EndedBy, log: str = "") -> None:
        tags = [f"tag{number}" for number in range(len(notes))]
        report = "".join(text.format(tag) for tag, text in zip(tags, notes, strict=True))
        spot = SPOT if ended_by is EndedBy.CPU else None
        self.boot = Boot(tags, log, -9, ended_by, 12.0, spot, 20.0, report.encode())
        self.symbols = self  # type: ignore[assignment]
        self.coverage = Coverage(Path(), {}, cast(Sandbox, None))

    def annotate(self, report: object) -> object:
        return report

    def _boot(self, jobs: object) -> Boot:
        return self.boot


CASES = {
    "the second computes": ([WENT, BEGUN, ""], EndedBy.CPU, "", [True, False, False]),
    "a failure before it": ([FAILED, WENT, BEGUN], EndedBy.CPU, "", [False, False, False]),
    "too late": ([WENT, WENT, BEGUN], EndedBy.WALL, "", [True, True, False]),
    "a complaint before it": ([WENT, BEGUN, ""], EndedBy.CPU, REPORT, [False, False, False]),
    "all memory": ([WENT, BEGUN, ""], EndedBy.MEMORY, "", [False, False, False]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_counts(case: str) -> None:
    notes, ended_by, log, counts = CASES[case]
    machine = Booted(notes, ended_by, log)
    whole, each = machine.observe_together([Job("steps", {})] * len(notes))
    assert [seen is not None for seen in each] == counts
    for seen in filter(None, each):
        assert seen.outcome.kind is Ending.COMPLETED
        assert seen.spot is None
    assert (whole.cpu_seconds, whole.wall_seconds) == (12.0, 20.0)
    if ended_by is EndedBy.CPU:
        assert whole.outcome.kind is Ending.SPIN
        assert "in history_read() (mm/h.c:412)" in str(whole.outcome)

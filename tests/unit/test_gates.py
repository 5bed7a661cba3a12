# SPDX-License-Identifier: MIT
"""Which gate is closed, by what the first boots showed, and what is behind it."""

from __future__ import annotations

import pytest

from autograder.errors import GraderError
from autograder.guest.machine import Job
from autograder.guest.observation import Ending, Observation, Outcome, Record
from autograder.judge import rubric
from autograder.judge.gates import blocked, closed_gate
from autograder.judge.spins import Loop
from autograder.judge.stages import Gate
from autograder.results import Finding

BOOTED = Record(name="booted", fields={})
READ = Record(name="reader", fields={"bytes": "4096"})
SILENT = Record(name="reader", fields={"bytes": "0"})
EVENTS = {"events.out": b"0.000000001 fault 1000\n"}


def seen(
    kind: Ending = Ending.COMPLETED,
    records: tuple[Record, ...] = (BOOTED, READ),
    files: dict[str, bytes] | None = None,
) -> Observation:
    return Observation(
        probe="some",
        params={},
        outcome=Outcome(kind=kind),
        records=list(records),
        files=EVENTS if files is None else files,
    )


def gave_up(words: bytes) -> Observation:
    return seen(Ending.GAVE_UP, files={"gave_up": words})


class Boots:
    """Answers with an observation for each probe; the others are never asked for."""

    loop: Loop | None = None

    def __init__(self, **by_probe: Observation) -> None:
        self.by_probe = by_probe

    def shared(self, job: Job) -> Observation | None:
        return None

    def observe(self, job: Job, attempt: int) -> Observation:
        return self.by_probe[job.probe]

    def everything(self) -> list[Observation]:
        return list(self.by_probe.values())


PANIC = seen(Ending.PANIC)
CASES: dict[str, tuple[Boots, str, Finding]] = {
    "no boot": (
        Boots(proc_entries=seen(Ending.NO_BOOT, ())),
        "build/boots",
        Finding.NO_BOOT,
    ),
    "panics whatever is done": (
        Boots(proc_entries=PANIC, drain=PANIC),
        "build/boots",
        Finding.PANIC,
    ),
    "no file": (
        Boots(proc_entries=seen(), drain=gave_up(b"open of it: No such file")),
        "file/exists_for_every_process",
        Finding.NO_FILE,
    ),
    "no start": (
        Boots(proc_entries=seen(), drain=gave_up(b'write of "1" answered -1')),
        "file/start_answers",
        Finding.NO_START,
    ),
    "panics at the start": (
        Boots(proc_entries=seen(), drain=PANIC, write_result=PANIC),
        "file/start_answers",
        Finding.PANIC,
    ),
    "nothing recorded": (
        Boots(proc_entries=seen(), drain=seen(records=(BOOTED, SILENT))),
        "reading/records_leave_the_trace",
        Finding.NO_RECORD,
    ),
    "no events": (
        Boots(
            proc_entries=seen(),
            drain=seen(records=(BOOTED, READ, Record(name="events", fields={})), files={}),
        ),
        "reading/records_leave_the_trace",
        Finding.NO_EVENTS,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_closed(case: str) -> None:
    boots, check, finding = CASES[case]
    gate = closed_gate(boots, 1)
    assert gate is not None
    assert (gate.check, gate.finding) == (check, finding)


@pytest.mark.parametrize(
    "boots",
    [
        Boots(proc_entries=seen(), drain=seen()),
        # One panic may be the probe's own matter: its check has to show it.
        Boots(proc_entries=PANIC, drain=seen()),
        Boots(proc_entries=seen(), drain=PANIC, write_result=seen()),
        Boots(proc_entries=seen(), drain=seen(Ending.HANG), write_result=PANIC),
    ],
)
def test_open(boots: Boots) -> None:
    assert closed_gate(boots, 1) is None


def test_the_graders_fault_is_no_gate() -> None:
    with pytest.raises(GraderError):
        closed_gate(Boots(proc_entries=seen(Ending.KILLED)), 1)


def test_what_is_behind() -> None:
    def behind(check: str, finding: Finding = Finding.NO_FILE, tool: str = "") -> set[str]:
        return blocked(Gate(check, finding, "", tool))

    every = {check.id for check in rubric.checks()}
    build = {name for name in every if name.startswith("build/")}
    assert behind("build/boots") == every - build | {"build/proc_is_unharmed"}
    assert "reading/never_traced" in behind("file/exists_for_every_process")
    assert "reading/never_traced" not in behind("file/start_answers")
    assert "file/mode" not in behind("file/start_answers")
    records = behind("reading/records_leave_the_trace", Finding.NO_RECORD)
    events = behind("reading/records_leave_the_trace", Finding.NO_EVENTS, "pgfaultmap")
    assert events < records
    assert {"tracepgfault/usage", "regions/mmap"} <= records
    assert "reading/empty_trace_blocks" in records - events

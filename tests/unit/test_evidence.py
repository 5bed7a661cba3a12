# SPDX-License-Identifier: MIT
"""What is chosen from observations to stand beside a failed check."""

from __future__ import annotations

from autograder.guest.observation import Ending, Observation, Outcome, Record, Report
from autograder.judge.evidence import evidence_of, reports_told


def observation(kind: Ending = Ending.COMPLETED, **more: object) -> Observation:
    fields = {"probe": "steps", "params": {}, "outcome": Outcome(kind=kind), **more}
    return Observation.model_validate(fields)


def process(pid: str, state: str) -> Record:
    return Record(name="process", fields={"pid": pid, "state": state, "comm": "init"})


def test_a_hang_tells_who_waits_where() -> None:
    seen = observation(
        Ending.HANG,
        records=[process("24", "S"), process("x", "?"), process("26", "D")],
        files={
            "process_stack~1": b"[<0>] schedule+0xb7/0x250\n[<0>] do_wait+0x1/0x2\n",
            "process_stack~2": b"",
            "process_stack": b"[<0>] history_read+0x1/0x2\njunk <b>\n",
        },
    )
    hang = next(item for item in evidence_of(seen) if item.kind == "hang")
    assert [(p.pid, p.state, p.stack) for p in hang.processes] == [
        (26, "D", ["history_read"]),
        (24, "S", ["schedule", "do_wait"]),
    ]


def test_processes_whose_stacks_do_not_match_are_told_without() -> None:
    seen = observation(Ending.HANG, records=[process("24", "S")], files={})
    hang = next(item for item in evidence_of(seen) if item.kind == "hang")
    assert hang.processes[0].stack == []


def test_the_reports_that_a_verdict_names_come_first_and_once() -> None:
    def report(kind: str, title: str) -> Report:
        return Report(kind=kind, title=title, text=f"text of {title}")

    boots = [
        observation(reports=[report("kasan", "KASAN: b"), report("lockdep", "lock")]),
        observation(reports=[report("kasan", "KASAN: a"), report("kasan", "KASAN: b")]),
    ]
    told = list(reports_told(boots, "KASAN: a"))
    assert [item.title for item in told] == ["KASAN: a", "KASAN: b"]
    assert list(reports_told(boots, "nothing of the kind")) == []


def test_a_task_that_stays_blocked_is_told_once() -> None:
    blocked = [
        Report(
            kind="warning", title=f"INFO: task x:25 blocked for more than {s} seconds.", text=str(s)
        )
        for s in (122, 245, 368)
    ]
    other = Report(kind="lockdep", title="WARNING: possible recursive locking detected", text="w")
    seen = observation(reports=[*blocked, other])
    assert [item.text for item in evidence_of(seen) if item.kind == "report"] == ["122", "w"]
    assert [item.text for item in reports_told([seen], blocked[0].title)] == ["122"]

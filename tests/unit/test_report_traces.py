# SPDX-License-Identifier: MIT
"""Which traces a feedback page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.files import write_atomically
from autograder.guest.observation import Ending, Observation, Outcome
from autograder.judge import rubric
from autograder.judge.observer import SHARED, record_path
from autograder.judge.verdicts import empty_verdict
from autograder.pgfault.viewer import exhibits
from autograder.report.view import arrange
from autograder.results import Result, Status, SubmissionInfo, Verdict, total
from tests.traces import Process, broken, text

SEED = 3


def verdict(name: str, *attempts: str, **more: object) -> Verdict:
    check = next(check for check in rubric.checks() if check.id == name)
    status = Status(attempts[-1])
    return empty_verdict(check).model_copy(
        update={"status": status, "attempts": list(attempts), **more}
    )


def keep(folder: Path, name: str, attempt: int, events: str) -> None:
    check = next(check for check in rubric.checks() if check.id == name)
    assert check.plan is not None
    job = check.plan.job(SEED)
    seen = Observation(
        probe=job.probe,
        params=dict(job.params),
        outcome=Outcome(kind=Ending.COMPLETED),
        files={"events.out": events.encode()},
    )
    write_atomically(record_path(folder, job, attempt), seen.model_dump_json())


def shown(folder: Path, *verdicts: Verdict, for_instructor: bool = False) -> dict[str, int]:
    result = Result(
        kit_version="0",
        kernel_version="7.3",
        seed=SEED,
        started="",
        submission=SubmissionInfo(name="ada", sha256="", files=[]),
        verdicts=list(verdicts),
        totals=total(list(verdicts)),
    )
    view = arrange(result, for_instructor=for_instructor)
    failed, passed = ([row.verdict for row in rows] for rows in (view.failed, view.passed))
    found = exhibits.traces(failed, passed, folder, SEED)
    return {name: len(replay.story.events) for name, replay in found.items()}


@pytest.fixture
def events() -> list[str]:
    return [text(Process(seed).events(20 + seed)) for seed in range(10)]


def test_a_failed_check_shows_its_first_failed_attempt(tmp_path: Path, events: list[str]) -> None:
    for attempt in range(3):
        keep(tmp_path, "regions/mmap", attempt, events[attempt])
    assert shown(tmp_path, verdict("regions/mmap", "passed", "failed", "failed")) == {
        "regions/mmap": 22
    }


def test_what_passed_in_a_shared_boot_is_found(tmp_path: Path, events: list[str]) -> None:
    keep(tmp_path, "regions/mmap", SHARED, events[4])
    assert shown(tmp_path, verdict("regions/mmap", "passed")) == {"regions/mmap": 24}


def test_of_what_passed_one_an_area_is_enough(tmp_path: Path, events: list[str]) -> None:
    names = ("regions/mmap", "regions/brk", "faults/anonymous_memory")
    for name, trace in zip(names, events, strict=False):
        keep(tmp_path, name, 1, trace)
    found = shown(tmp_path, *(verdict(name, "passed") for name in names))
    assert len(found) == 2
    assert "faults/anonymous_memory" in found


def test_what_passed_is_shown_only_where_it_is_right(tmp_path: Path) -> None:
    keep(tmp_path, "regions/mmap", 1, text(broken(Process(4).events(300), 4)))
    assert shown(tmp_path, verdict("regions/mmap", "passed")) == {}
    assert shown(tmp_path, verdict("regions/mmap", "failed"))


def test_a_hidden_check_shows_no_trace_to_students(tmp_path: Path, events: list[str]) -> None:
    keep(tmp_path, "regions/mmap", 1, events[0])
    for status in ("passed", "failed"):
        hidden = verdict("regions/mmap", status, visibility="hidden")
        assert shown(tmp_path, hidden) == {}
        assert shown(tmp_path, hidden, for_instructor=True) == {"regions/mmap": 20}


def test_traces_are_bounded(
    tmp_path: Path, events: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exhibits, "MOST_EVENTS", 12)
    monkeypatch.setattr(exhibits, "MOST_EVENTS_IN_ALL", 30)
    names = ("regions/mmap", "regions/brk", "regions/munmap_all")
    for name, trace in zip(names, events, strict=False):
        keep(tmp_path, name, 1, trace)
    assert shown(tmp_path, *(verdict(name, "failed") for name in names)) == {
        "regions/mmap": 12,
        "regions/brk": 12,
    }


def test_what_is_missing_or_damaged_is_left_out(tmp_path: Path) -> None:
    assert shown(tmp_path, verdict("regions/mmap", "failed")) == {}
    keep(tmp_path, "regions/mmap", 1, "no events\n")
    assert shown(tmp_path, verdict("regions/mmap", "failed")) == {}
    (path,) = tmp_path.iterdir()
    path.write_text("{")
    assert shown(tmp_path, verdict("regions/mmap", "failed")) == {}

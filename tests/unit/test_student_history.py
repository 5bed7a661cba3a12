# SPDX-License-Identifier: MIT
"""What is kept of a student's tries, and how a try of some checks joins the last report."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading import FEEDBACK, RESULT
from autograder.handout.bundle import course_file
from autograder.handout.text import assignment
from autograder.judge import rubric
from autograder.judge.observer import record_path
from autograder.judge.verdicts import empty_verdict
from autograder.pgfault import milestones
from autograder.results import NOT_SELECTED, Result, Status, SubmissionInfo, Timing, total
from autograder.scoring import score
from autograder.student import history, merging
from autograder.student.check import Trial
from autograder.student.history import Try
from autograder.student.project import Project
from autograder.text import number

START = datetime(2026, 11, 3, 14, 20, tzinfo=timezone.utc)
CHECKS = rubric.checks()


def graded(only: str | None = None, failing: str = "", minutes: float = 0, seed: int = 1) -> Result:
    """A result in which the selected checks pass, but for the ``failing`` ones."""
    chosen = {check.id for check in rubric.select(only)}
    lost = {check.id for check in rubric.select(failing)} if failing else set()
    verdicts = [
        empty_verdict(check, "" if check.id in chosen else NOT_SELECTED) for check in CHECKS
    ]
    for verdict in verdicts:
        if verdict.id in chosen:
            verdict.status = Status.FAILED if verdict.id in lost else Status.PASSED
            verdict.points = 0 if verdict.id in lost else verdict.max_points
    started = (START + timedelta(minutes=minutes)).isoformat()
    return Result(
        kit_version="0",
        kernel_version="7.3",
        seed=seed,
        started=started,
        finished=started,
        submission=SubmissionInfo(name="work in progress", sha256=str(minutes), files=[]),
        verdicts=verdicts,
        totals=total(verdicts),
        timing=Timing(total=60, boots=12),
    )


def test_what_was_gained_and_lost_since_the_last_try() -> None:
    first, second = history.of(graded(failing="6.4,6.5")), graded(failing="3.9", minutes=30)
    way = history.journey(second, [first])
    assert (way.gained, way.lost) == (("6.4", "6.5"), ("3.9",))
    assert way.since == f"{START.astimezone():%H:%M}"
    assert way.points == (first.points, second.totals.points)


def test_the_first_try_has_nothing_to_be_compared_with() -> None:
    way = history.journey(graded(), [])
    assert (way.since, way.gained, way.lost, len(way.points)) == ("", (), (), 1)


def test_what_was_not_tried_or_not_judged_is_not_lost() -> None:
    now = graded(only="reading", minutes=9)
    now.verdicts[0].message, now.verdicts[0].status = "", Status.GRADER_ERROR
    assert history.journey(now, [history.of(graded())]).lost == ()


def test_another_day_is_named() -> None:
    way = history.journey(graded(minutes=60 * 48), [history.of(graded())])
    assert way.since.startswith("Nov 3, ") or way.since.startswith("Nov 4, ")


def test_the_next_milestone_is_the_first_with_a_check_that_fails() -> None:
    way = history.journey(graded(failing="faults"), [])
    assert way.next is not None and way.next.name == "M3"
    assert way.next.command == "make check ONLY=M3"
    assert 0 < way.next.passed < way.next.checks == len(rubric.select("2,faults"))
    assert history.journey(graded(), []).next is None
    only_extra = history.journey(graded(failing="threads/all_threads"), []).next
    assert only_extra is not None and only_extra.name == "M9"


def test_milestones_are_those_of_the_text_and_name_checks() -> None:
    text = assignment(Course()).markdown
    for step in milestones.MILESTONES:
        assert f"\n### {step.name}. {step.title}" in text
        command = f"$ make check ONLY={step.only}\n" if step.only else "$ make submit\n"
        assert command in text
        for word in step.only.split(",") if step.only else ():
            assert rubric.select(word), word
        assert rubric.select(step.name.lower()) == (rubric.select(step.only) if step.only else [])
    assert rubric.select("M2,1.1") == rubric.select("2.8,6.1,1.1")


def test_tries_come_back_in_their_order_and_damaged_ones_do_not(tmp_path: Path) -> None:
    tries = [history.of(graded(minutes=minutes)) for minutes in (0, 1, 2)]
    for tried in (tries[1], tries[0], tries[2]):
        history.add(tmp_path, tried)
    (tmp_path / "20991231T000000Z.json").write_text('{"points": ')
    (tmp_path / "20991231T000001Z.json").write_text("[]" * history.LARGEST)
    (tmp_path / "20991231T000002Z.json").write_bytes(b"\xff\x00")
    (tmp_path / "20991231T000003Z.json").mkdir()
    naive = tries[0].model_copy(update={"started": datetime(2026, 1, 1)})
    (tmp_path / "20991231T000004Z.json").write_text(naive.model_dump_json())
    assert history.read(tmp_path) == tries
    assert history.read(tmp_path / "none") == []


def test_only_the_last_tries_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 3)
    for minute in range(5):
        history.add(tmp_path, history.of(graded(minutes=minute)))
    assert len(list(tmp_path.iterdir())) == 3
    assert [tried.started.minute for tried in history.read(tmp_path)] == [22, 23, 24]


def test_the_usual_time_is_the_median_of_tries_that_booted() -> None:
    def tried(seconds: float, boots: int = 9) -> Try:
        return Try(started=START, points=0, seconds=seconds, boots=boots, passed=())

    assert history.usual_seconds([]) is None
    assert history.usual_seconds([tried(1, boots=0)]) is None
    assert history.usual_seconds([tried(s) for s in (900, 10, 20, 30, 40, 500)]) == 30


def test_some_checks_join_the_last_report(tmp_path: Path) -> None:
    before = graded(failing="6.4,6.5,3.9")
    before.write(tmp_path / "result.json")
    again = graded(only="6.4,6.5", failing="6.5", minutes=42, seed=7)
    whole = merging.merge(again, merging.earlier(tmp_path / "result.json"))
    statuses = {verdict.number: verdict.status for verdict in whole.verdicts}
    assert statuses["6.4"] is Status.PASSED and statuses["6.5"] is Status.FAILED
    assert statuses["3.9"] is Status.FAILED and statuses["1.1"] is Status.PASSED
    assert whole.totals.failed == 2 and whole.totals.not_reached == 0
    assert (whole.seed, whole.started, whole.submission.sha256) == (7, before.started, "42")
    (note,) = whole.notes
    assert "with seed 7: 6.4 6.5. The other checks are from" in note
    assert len(list(merging.together(whole))) == 1
    once_more = merging.merge(graded(only="3.9", minutes=50), whole)
    assert once_more.totals.failed == 1
    assert [": 3.9." in line for line in once_more.notes] == [True, False]


def test_without_a_report_some_checks_begin_one() -> None:
    first = graded(only="reading")
    assert merging.merge(first, None) == first
    assert list(merging.together(first)) == []
    both = merging.merge(graded(only="faults", minutes=5), first)
    tried = [v.area for v in both.verdicts if v.message != NOT_SELECTED]
    assert set(tried) == {"Reading", "Faults"}
    assert "have not been tried yet" in both.notes[0]


@pytest.mark.parametrize("how", ["missing", "damaged", "unfinished", "other checks"])
def test_a_report_that_is_of_no_use_is_not_merged_into(tmp_path: Path, how: str) -> None:
    path = tmp_path / "result.json"
    result = graded()
    if how == "unfinished":
        result.finished = ""
    if how == "other checks":
        result.verdicts.pop()
    result.write(path)
    if how == "missing":
        path.unlink()
    if how == "damaged":
        path.write_text(path.read_text()[:300])
    assert merging.earlier(path) is None


def test_what_was_observed_later_replaces_what_was_observed_before(tmp_path: Path) -> None:
    check = next(check for check in CHECKS if check.plan)
    assert check.plan is not None
    job = check.plan.job(1)
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    for attempt in (0, 1, 2):
        record_path(old, job, attempt).write_text("old")
    (old / "other-0.json").write_text("old")
    record_path(new, job, 0).write_text("new")
    merging.take_observations(new, old, [check], 1)
    assert sorted(path.read_text() for path in old.iterdir()) == ["new", "old"]


def test_the_report_of_a_try(tmp_path: Path) -> None:
    """A full try, then one of some checks, as `make check` reports them."""
    project = Project(tmp_path)
    project.course.parent.mkdir()
    project.course.write_text(course_file(Course()))
    trial = Trial.__new__(Trial)
    object.__setattr__(trial, "project", project)
    out, part = project.build / "check", project.build / "selected"
    full = score(graded(failing="6.4,6.5"), Course())
    tried = trial.report(full, None, None, out, out)
    assert not tried.passed and tried.journey is not None and tried.journey.since == ""
    assert len(history.read(project.history)) == 1
    again = score(graded(only="6.4", minutes=1), Course())
    tried = trial.report(again, "6.4", merging.earlier(out / RESULT), out, part)
    assert tried.passed and tried.page == "build/check/feedback.html"
    assert tried.journey is not None and tried.journey.gained == ("6.4",)
    assert "With all the other checks, last tried at" in tried.remarks[0]
    whole = Result.read(out / RESULT)
    assert (whole.totals.failed, whole.totals.not_reached) == (1, 0)
    assert f" {number(whole.totals.points)} of 100 points." in tried.remarks[0]
    assert len(history.read(project.history)) == 1  # only full tries are kept
    assert "Tried again at" in (out / FEEDBACK).read_text()

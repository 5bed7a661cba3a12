# SPDX-License-Identifier: MIT
"""What the reader of a report sees, in which order, and what is withheld."""

from __future__ import annotations

import random
import shlex
import subprocess
from pathlib import Path

import pytest

from autograder.judge import rubric
from autograder.judge.verdicts import empty_verdict
from autograder.report.repeat import from_grader
from autograder.report.view import arrange, is_near
from autograder.results import Evidence, Finding, Result, Status, SubmissionInfo, Verdict, total


def verdict(number: str, area: str, status: Status, **more: object) -> Verdict:
    fields: dict[str, object] = {
        "id": f"{area}/check_{number}",
        "number": number,
        "title": f"Title of {number}",
        "area": area,
        "clause": "clause",
        "status": status,
        "points": 2 if status is Status.PASSED else 0,
        "max_points": 2,
    }
    return Verdict.model_validate({**fields, **more})


def result(*verdicts: Verdict) -> Result:
    return Result(
        kit_version="0",
        kernel_version="7.3",
        seed=7,
        started="",
        submission=SubmissionInfo(name="ada", sha256="", files=[]),
        verdicts=list(verdicts),
        totals=total(list(verdicts)),
    )


def test_a_check_comes_after_the_failed_ones_that_it_depends_on() -> None:
    failed = Status.FAILED
    rows = result(
        verdict("1.1", "file", failed, id="alone"),
        verdict("2.1", "reading", failed, id="base"),
        verdict("2.2", "reading", failed, id="middle", depends_on=["base"]),
        verdict("2.3", "reading", failed, id="top", depends_on=["middle", "passes"]),
        verdict("2.4", "reading", Status.NOT_REACHED, id="far", depends_on=["top"]),
        verdict("2.5", "reading", Status.PASSED, id="passes", depends_on=["base"]),
    )
    view = arrange(rows, for_instructor=False)
    after = [[v.number for v in row.after] for row in view.rows]
    assert after == [[], [], ["2.1"], ["2.1"], ["2.1"], ["2.1"]]
    assert [row.verdict.number for row in view.failed] == ["1.1", "2.1", "2.2", "2.3"]


def test_a_hidden_check_is_not_named_as_one_to_fix_before() -> None:
    rows = result(
        verdict("1.1", "file", Status.FAILED, id="secret", visibility="hidden"),
        verdict("1.2", "file", Status.FAILED, id="open", depends_on=["secret"]),
    )
    assert arrange(rows, for_instructor=False).rows[1].after == ()
    told = arrange(rows, for_instructor=True).rows[1].after
    assert [verdict.number for verdict in told] == ["1.1"]


def test_checks_that_were_not_reached_stand_together_by_reason() -> None:
    view = arrange(
        result(
            verdict("1.1", "file", Status.NOT_REACHED, message="no kernel"),
            verdict("1.2", "file", Status.NOT_REACHED, message="no tools"),
            verdict("1.3", "file", Status.NOT_REACHED, message="no kernel"),
        ),
        for_instructor=False,
    )
    groups = [(group.reason, [r.verdict.number for r in group.rows]) for group in view.not_reached]
    assert groups == [("no kernel", ["1.1", "1.3"]), ("no tools", ["1.2"])]


@pytest.mark.parametrize("visibility", ["hidden", "after_due_date", "after_published"])
def test_only_number_area_and_points_of_a_hidden_check_are_left(visibility: str) -> None:
    hidden = verdict(
        "1.1", "file", Status.FAILED, visibility=visibility, message="secret", hint="secret"
    )
    view = arrange(result(hidden), for_instructor=False)
    assert view.withheld == view.rows
    assert not view.failed and not view.problems
    left = view.rows[0].verdict.model_dump(exclude_defaults=True)
    assert left == {
        "id": "",
        "number": "1.1",
        "title": "Hidden check",
        "area": "file",
        "clause": "",
        "visibility": visibility,
        "max_points": 2,
    }
    assert arrange(result(hidden), for_instructor=True).failed[0].verdict == hidden


@pytest.mark.parametrize(
    ("attempts", "words"),
    [
        ([], ""),
        (["failed"], ""),
        (["failed", "failed"], "failed 2 of 2"),
        (["panic", "failed"], "failed 2 of 2"),
        (["failed", "passed", "passed"], "failed 1 of 3: a race is likely"),
        (["passed", "passed"], "passed 2 of 2"),
        (["grader_error", "passed"], "passed 1 of 1; 1 attempt lost to a grader error"),
        (["grader_error", "grader_error"], "2 attempts lost to a grader error"),
        (["failed", "grader_error"], "failed 1 of 1; 1 attempt lost to a grader error"),
    ],
)
def test_attempts_in_words(attempts: list[str], words: str) -> None:
    row = arrange(
        result(verdict("1.1", "file", Status.FAILED, attempts=attempts)), for_instructor=False
    ).rows[0]
    assert row.attempts == words


def test_a_student_repeats_a_check_with_the_handout() -> None:
    rows = arrange(result(verdict("1.1", "file", Status.FAILED)), for_instructor=False).rows
    assert rows[0].command == "make check ONLY=1.1 SEED=7"


def test_an_instructor_repeats_a_check_with_a_line_that_runs(tmp_path: Path) -> None:
    """The program finds nothing to complain of but the submission, which is not there."""
    submission = tmp_path / "no such folder"
    rows = arrange(
        result(verdict("1.1", "file", Status.FAILED)),
        for_instructor=True,
        repeat=from_grader(submission, tmp_path / "out"),
    ).rows
    words = shlex.split(rows[0].command)
    assert words[-4:] == ["--only", "1.1", "--seed", "7"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"there is no {submission}" in " ".join(done.stderr.split())


def test_a_hidden_check_has_no_line_to_repeat_it() -> None:
    hidden = verdict("1.1", "file", Status.FAILED, visibility="hidden")
    assert arrange(result(hidden), for_instructor=False).rows[0].command == ""


def test_causes_come_from_what_the_reader_may_see() -> None:
    rows = result(
        verdict("1.1", "file", Status.FAILED, visibility="hidden", id="secret"),
        verdict("1.2", "file", Status.FAILED),
    )
    problems = arrange(rows, for_instructor=False).problems
    assert [row.verdict.number for problem in problems for row in problem.rows] == ["1.2"]
    seen = arrange(rows, for_instructor=True).problems
    assert sorted(row.verdict.number for problem in seen for row in problem.rows) == ["1.1", "1.2"]


@pytest.mark.parametrize(
    ("points", "extra", "near"), [(96, 0, True), (95, 0, False), (94, 4, False), (100, 0, True)]
)
def test_near_is_what_the_assignment_itself_says(points: float, extra: float, near: bool) -> None:
    done = verdict("1.1", "file", Status.PASSED, points=points, max_points=100)
    more = verdict("1.2", "file", Status.PASSED, points=extra, max_points=4, extra_credit=True)
    assert is_near(total([done, more])) is near


def test_areas_add_up_to_the_totals() -> None:
    graded = result(
        verdict("1.1", "Build", Status.PASSED),
        verdict("2.1", "file", Status.FAILED),
        verdict("1.2", "Build", Status.PASSED, extra_credit=True),
    )
    areas = arrange(graded, for_instructor=False).areas
    assert [(area.name, area.points, area.extra) for area in areas] == [
        ("Build", "2 / 2", "+2 / 2"),
        ("File", "0 / 2", ""),
    ]
    assert sum(area.totals.points for area in areas) == graded.totals.points
    assert sum(area.totals.max_points for area in areas) == graded.totals.max_points


@pytest.mark.parametrize("seed", range(40))
def test_every_check_has_one_place_whatever_failed(seed: int) -> None:
    """Under one problem, or among those that passed, were not tried, or are hidden."""
    dice = random.Random(seed)
    verdicts = [empty_verdict(check) for check in rubric.checks()]
    for verdict in verdicts:
        verdict.status = dice.choice(list(Status))
        if verdict.status is Status.FAILED:
            verdict.finding = dice.choice(list(Finding))
            verdict.observed = dice.choice(["", "EINVAL", "0"])
            title = dice.choice(["BUG: KASAN: use-after-free", "WARNING: possible circular", ""])
            if title:
                verdict.evidence = [Evidence(kind="report", title=title, text="")]
        elif verdict.status is Status.NOT_REACHED:
            verdict.blocked_by = dice.choice(["", dice.choice(verdicts).id])
            verdict.message = dice.choice(["not built", "not selected"])
        verdict.visibility = dice.choice(["visible", "visible", "hidden"])
    view = arrange(result(*verdicts), for_instructor=False)
    placed = [
        *(row for problem in view.problems for row in [*problem.rows, *problem.not_tried]),
        *(row for group in view.not_reached for row in group.rows),
        *view.passed,
        *view.grader_errors,
        *view.withheld,
    ]
    assert sorted(row.verdict.number for row in placed) == sorted(v.number for v in verdicts)

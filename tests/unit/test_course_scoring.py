# SPDX-License-Identifier: MIT
"""Points: scaled exactly, overridden by area and check, the same when applied twice."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from autograder.course import Course
from autograder.errors import UsageError
from autograder.judge import rubric
from autograder.judge.verdicts import empty_verdict
from autograder.results import Result, Status, SubmissionInfo, total
from autograder.scoring import in_halves, score, worths

CHECKS = rubric.checks()
EXTRA = next(check for check in CHECKS if check.extra_credit)


def graded(*failed: str) -> Result:
    """A result in which all but ``failed`` passed, with the rubric's own points."""
    verdicts = [empty_verdict(check) for check in CHECKS]
    for verdict in verdicts:
        if verdict.id not in failed:
            verdict.status, verdict.points = Status.PASSED, verdict.max_points
    return Result(
        kit_version="0",
        kernel_version="7.3",
        seed=1,
        started="",
        submission=SubmissionInfo(name="ada", sha256="", files=[]),
        verdicts=verdicts,
        totals=total(verdicts),
    )


def course(**sections: object) -> Course:
    return Course.model_validate(sections)


def test_full_marks_are_exactly_100() -> None:
    totals = score(graded(), course()).totals
    assert totals.points - totals.extra_points == 100
    assert totals.max_points == 100
    assert sum(w.points for w in worths(course()).values() if not w.extra_credit) == 100


def test_points_are_whole_or_halves() -> None:
    for settings in (course(), course(points={"areas": {"Regions": "33.7"}})):
        points = [worth.points for worth in worths(settings).values()]
        assert all((2 * value).denominator == 1 and value >= Fraction(1, 2) for value in points)


def test_halves_are_apportioned_by_the_largest_remainders() -> None:
    exact = {"a": Fraction(5, 3), "b": Fraction(5, 3), "c": Fraction(2, 3), "d": Fraction()}
    assert in_halves(exact) == {"a": 2, "b": Fraction(3, 2), "c": Fraction(1, 2), "d": 0}


def test_whatever_has_weight_keeps_half_a_point() -> None:
    names = [f"c{n}" for n in range(10)]
    tiny = {**dict.fromkeys(names, Fraction(1, 100)), "big": Fraction(99, 10)}
    halves = in_halves(tiny)
    assert halves == {**dict.fromkeys(names, Fraction(1, 2)), "big": 5}
    uneven = in_halves({"a": Fraction(1, 5), "b": Fraction(11, 20), "c": Fraction(5, 4)})
    assert uneven == {"a": Fraction(1, 2), "b": Fraction(1, 2), "c": 1}


@pytest.mark.parametrize(
    "exact",
    [
        {"a": Fraction(1, 3), "b": Fraction(1, 3)},  # the sum is not in halves
        {"a": Fraction(1, 4), "b": Fraction(1, 4), "c": Fraction(1, 2)},  # three for two halves
        {"a": Fraction(3, 2), "b": Fraction(1, 2)},
        {},
    ],
)
def test_else_points_stay_exact(exact: dict[str, Fraction]) -> None:
    assert in_halves(exact) == exact


def test_too_few_halves_leave_the_points_exact() -> None:
    values = worths(course(points={"full": 10})).values()
    assert sum(worth.points for worth in values if not worth.extra_credit) == 10
    assert any((2 * worth.points).denominator != 1 for worth in values)


def test_scoring_twice_changes_nothing() -> None:
    settings = course(points={"areas": {"Regions": 33}, "checks": {CHECKS[3].id: "0.7"}})
    once = score(graded(CHECKS[3].id, CHECKS[9].id), settings)
    assert score(once, settings) == once
    assert score(once, course()) == score(graded(CHECKS[3].id, CHECKS[9].id), course())


def test_the_result_itself_is_not_touched() -> None:
    result = graded()
    before = result.model_copy(deep=True)
    score(result, course())
    assert result == before


def test_an_area_weighs_what_it_is_given() -> None:
    base = sum(check.points for check in CHECKS if not check.extra_credit)
    reading = [check.id for check in CHECKS if check.area == "Reading"]
    old = sum(check.points for check in CHECKS if check.area == "Reading")
    settings = course(points={"full": base - old + 40, "areas": {"Reading": 40}})
    assert sum(worths(settings)[name].points for name in reading) == 40


def test_a_check_of_no_points_keeps_what_it_found() -> None:
    name = CHECKS[5].id
    nothing = score(graded(), course(points={"checks": {name: 0}}))
    assert nothing.totals.points - nothing.totals.extra_points == 100
    assert score(nothing, course()) == score(graded(), course())


def test_extra_credit_can_be_given_taken_and_bounded() -> None:
    settings = course(extra_credit={"areas": {EXTRA.area: False}})
    assert score(graded(), settings).totals.max_extra_points == 0
    settings = course(extra_credit={"checks": {CHECKS[0].id: True}})
    assert worths(settings)[CHECKS[0].id].extra_credit
    bounded = score(graded(), course(points={"most": Decimal("101.5")})).totals
    assert (bounded.points, bounded.extra_points) == (101.5, 1.5)
    assert score(graded(), course(points={"most": 90})).totals.points == 100


def test_visibility_of_an_area_and_of_one_check_in_it() -> None:
    first, second = [check for check in CHECKS if check.area == "Reading"][:2]
    settings = course(visibility={"areas": {"Reading": "hidden"}, "checks": {second.id: "visible"}})
    seen = {verdict.id: verdict.visibility for verdict in score(graded(), settings).verdicts}
    assert (seen[first.id], seen[second.id]) == ("hidden", "visible")


def test_a_check_that_the_rubric_no_longer_has_is_worth_nothing() -> None:
    result = graded()
    result.verdicts[0].id = "build/of_old"
    scored = score(result, course())
    assert scored.verdicts[0].max_points == 0
    assert scored.totals.points - scored.totals.extra_points < 100


def test_nothing_but_extra_credit_is_an_error() -> None:
    areas = {check.area: 0 for check in CHECKS}
    with pytest.raises(UsageError, match=r"\[points\]"):
        worths(course(points={"areas": areas}))

# SPDX-License-Identifier: MIT
"""From verdicts to points: the course's weights, scaled exactly and apportioned in halves.

What a check found is a share of its points, from 0 to 1.  What that is worth is decided
here and nowhere else, so a result can be scored again at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from autograder.course import Course
from autograder.errors import UsageError
from autograder.judge import rubric
from autograder.results import Result, Status, Verdict, total

FINEST = 10_000  # shares are fractions with denominators up to that


@dataclass(frozen=True)
class Worth:
    """What the course makes of one check."""

    points: Fraction
    extra_credit: bool
    visibility: str


def worths(course: Course, checks: Iterable[rubric.Check] | None = None) -> dict[str, Worth]:
    """What each check is worth, by id; those without extra credit add up to ``points.full``.

    Points are whole or halves if there are enough halves for all checks, else exact fractions.
    Errors: UsageError if nothing but extra credit has any weight.
    """
    items = list(rubric.checks() if checks is None else checks)
    weights = _weights(course, items)
    extra = {check.id: _extra(course, check) for check in items}
    base = sum((weights[check.id] for check in items if not extra[check.id]), Fraction())
    if not base:
        raise UsageError("course.toml gives no check any points: look at [points]")
    scale = Fraction(course.points.full) / base
    exact = {check.id: weights[check.id] * scale for check in items}
    points = {
        **in_halves({name: value for name, value in exact.items() if not extra[name]}),
        **_extra_in_halves({name: value for name, value in exact.items() if extra[name]}),
    }
    return {
        check.id: Worth(points[check.id], extra[check.id], _visibility(course, check))
        for check in items
    }


def in_halves(exact: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """``exact`` points in halves with the same sum, each as near as that allows.

    Whatever has any weight keeps half a point at least.  The exact points come back if they are
    in halves already, if their sum is not, or if there are not enough halves for all.
    """
    weighted = [name for name, points in exact.items() if points]
    halves = 2 * sum(exact.values(), Fraction())
    if halves.denominator != 1 or halves < len(weighted):
        return dict(exact)
    if all((2 * points).denominator == 1 for points in exact.values()):
        return dict(exact)
    shares = {name: 2 * exact[name] for name in weighted}
    given = dict.fromkeys(exact, 0)
    # Too little for half a point: it gets one all the same, and the others share what is left.
    while small := [name for name, share in shares.items() if share < 1]:
        given.update(dict.fromkeys(small, 1))
        large = {name: share for name, share in shares.items() if share >= 1}
        left = halves - sum(given.values())
        before = sum(large.values(), Fraction())
        shares = {name: share * left / before for name, share in large.items()}
    given.update({name: int(share) for name, share in shares.items()})
    left_over = int(halves) - sum(given.values())
    by_remainder = sorted(shares, key=lambda name: int(shares[name]) - shares[name])
    for name in by_remainder[:left_over]:
        given[name] += 1
    return {name: Fraction(amount, 2) for name, amount in given.items()}


def _extra_in_halves(exact: dict[str, Fraction]) -> dict[str, Fraction]:
    """As :func:`in_halves`, but nothing says what extra credit adds up to: the nearest half."""
    amount = sum(exact.values(), Fraction())
    nearest = Fraction(round(2 * amount), 2)
    if not amount or 2 * nearest < len(exact):
        return exact
    return in_halves({name: value * nearest / amount for name, value in exact.items()})


def score(result: Result, course: Course) -> Result:
    """A copy of ``result`` with the points of ``course``; scoring it again changes nothing."""
    # Not a deep copy: of a verdict only its figures change, and evidence is large.
    scored = result.model_copy(
        update={"verdicts": [verdict.model_copy() for verdict in result.verdicts]}
    )
    worth = worths(course)
    nothing = Worth(Fraction(), False, "visible")  # a check that the rubric no longer has
    base, extra, most = Fraction(), Fraction(), Fraction()
    for verdict in scored.verdicts:
        value = worth.get(verdict.id, nothing)
        earned = share(verdict) * value.points
        verdict.points, verdict.max_points = float(earned), float(value.points)
        verdict.extra_credit, verdict.visibility = value.extra_credit, value.visibility
        if value.extra_credit:
            extra, most = extra + earned, most + value.points
        else:
            base += earned
    if course.points.most is not None:
        extra = max(min(extra, Fraction(course.points.most) - base), Fraction())
    scored.totals = total(scored.verdicts)
    scored.totals.points = float(base + extra)
    scored.totals.extra_points = float(extra)
    scored.totals.max_points = float(course.points.full)
    scored.totals.max_extra_points = float(most)
    return scored


def share(verdict: Verdict) -> Fraction:
    """The part of its points that a check gave, whatever they are worth."""
    if not verdict.max_points:
        return Fraction(verdict.status is Status.PASSED)
    return Fraction(verdict.points / verdict.max_points).limit_denominator(FINEST)


def _weights(course: Course, checks: list[rubric.Check]) -> dict[str, Fraction]:
    weights = {check.id: Fraction(check.points) for check in checks}
    for area, points in course.points.areas.items():
        members = [check.id for check in checks if check.area == area]
        before = sum((weights[name] for name in members), Fraction())
        for name in members:
            weights[name] *= Fraction(points) / before
    for name, points in course.points.checks.items():
        weights[name] = Fraction(points)
    return weights


def _extra(course: Course, check: rubric.Check) -> bool:
    extra = course.extra_credit
    return extra.checks.get(check.id, extra.areas.get(check.area, check.extra_credit))


def _visibility(course: Course, check: rubric.Check) -> str:
    visibility = course.visibility
    return visibility.checks.get(check.id, visibility.areas.get(check.area, check.visibility))

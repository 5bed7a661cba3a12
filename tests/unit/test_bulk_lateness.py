# SPDX-License-Identifier: MIT
"""Lateness: days that have begun, grace, cut-off, extensions, time zones."""

from __future__ import annotations

from datetime import datetime

import pytest

from autograder.bulk.lateness import lateness
from autograder.course import Course
from autograder.results import Late
from tests.sample_class import result

TOTALS = result().totals.model_copy(update={"points": 90.0})


def course(due: str = "2026-11-30T23:59:00", **late: object) -> Course:
    return Course.model_validate(
        {
            "deadline": {"due": due, "timezone": "Europe/Berlin"},
            "late": {"percent_per_day": 10, "grace_minutes": 15, "cutoff_days": 5, **late},
            "extensions": {"ada": {"days": 2}, "bob": {"due": "2026-12-24T12:00:00+01:00"}},
        }
    )


def late(submitted: str, *students: str, decided: Course | None = None) -> Late | None:
    return lateness(decided or course(), datetime.fromisoformat(submitted), students, TOTALS)


@pytest.mark.parametrize(
    ("submitted", "days", "points"),
    [
        ("2026-11-30T23:59:00+01:00", 0, 90),
        ("2026-11-30T23:14:00+00:00", 0, 90),  # the last minute of the grace
        ("2026-11-30T23:14:01+00:00", 1, 81),
        ("2026-12-01T23:59:00+01:00", 1, 81),
        ("2026-12-01T23:59:01+01:00", 2, 72),
        ("2026-12-05T23:59:00+01:00", 5, 45),
        ("2026-12-05T23:59:01+01:00", 6, 0),  # after the cut-off
        ("2027-03-01T00:00:00+01:00", 91, 0),
    ],
)
def test_every_day_begun_counts(submitted: str, days: int, points: float) -> None:
    found = late(submitted)
    if not days:
        assert found is None
    else:
        assert found is not None
        assert (found.days, found.points, found.points + found.points_off) == (days, points, 90)


def test_an_extension_moves_the_deadline_of_its_student() -> None:
    assert late("2026-12-02T23:59:00+01:00", "ada") is None
    assert late("2026-12-02T23:59:00+01:00", "carl") is not None
    assert late("2026-12-24T12:00:00+01:00", "bob") is None


def test_a_group_has_the_latest_deadline_of_its_members() -> None:
    assert late("2026-12-20T00:00:00+01:00", "carl", "bob") is None


def test_nothing_is_late_without_a_deadline_or_a_time() -> None:
    assert late("2099-01-01T00:00:00+00:00", decided=Course()) is None
    assert lateness(course(), None, ["ada"], TOTALS) is None


def test_the_deadline_moves_for_all() -> None:
    moved = course()
    moved = moved.model_copy(
        update={"deadline": moved.deadline.model_copy(update={"extension_days": 1})}
    )
    assert late("2026-12-01T23:59:00+01:00", decided=moved) is None


def test_the_fraction_is_exact() -> None:
    found = late("2026-12-01T12:00:00+01:00", decided=course(percent_per_day="33.3"))
    assert found is not None
    assert found.points == pytest.approx(90 * 0.667, abs=1e-12)


def test_never_below_nothing() -> None:
    found = late("2026-12-04T12:00:00+01:00", decided=course(percent_per_day=40, cutoff_days=None))
    assert found is not None
    assert (found.days, found.percent, found.points) == (4, 100, 0)


def test_the_day_on_which_clocks_change() -> None:
    # Due on Saturday evening; the night to Sunday, 25 October 2026, has an hour more.
    autumn = course(due="2026-10-24T23:59:00")
    for moment, days in (
        ("2026-10-25T02:30:00+02:00", 1),
        ("2026-10-25T02:30:00+01:00", 1),
        ("2026-10-25T23:58:00+01:00", 1),
        ("2026-10-25T23:59:00+01:00", 1),
        ("2026-10-25T22:59:01+00:00", 2),
        ("2026-10-26T23:59:00+01:00", 2),
    ):
        found = late(moment, decided=autumn)
        assert found is not None and found.days == days, moment


def test_the_night_that_is_an_hour_shorter() -> None:
    spring = course(due="2026-03-28T23:59:00")
    for moment, days in (("2026-03-29T23:59:00+02:00", 1), ("2026-03-29T23:59:30+02:00", 2)):
        found = late(moment, decided=spring)
        assert found is not None and found.days == days, moment


def test_the_hour_that_comes_twice() -> None:
    twice = course(due="2026-10-25T02:30:00+02:00", grace_minutes=0)
    found = late("2026-10-25T02:15:00+01:00", decided=twice)
    assert found is not None and found.days == 1


def test_the_cutoff_is_by_the_calendar_too() -> None:
    autumn = course(due="2026-10-24T23:59:00", cutoff_days=1)
    found = late("2026-10-25T23:58:00+01:00", decided=autumn)
    assert found is not None and found.points > 0


def test_a_deadline_elsewhere_counts_in_the_course_s_zone() -> None:
    """The calendar is the course's, whatever offset a time is written with."""
    elsewhere = course(due="2026-10-24T21:59:00+00:00")
    found = late("2026-10-25T22:58:00+00:00", decided=elsewhere)
    assert found is not None and found.days == 1

# SPDX-License-Identifier: MIT
"""What handing in late costs, in exact fractions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from math import ceil

from autograder.course import Course
from autograder.results import Late, Totals
from autograder.text import number

DAY = timedelta(days=1)


def lateness(
    course: Course, submitted: datetime | None, students: Iterable[str], totals: Totals
) -> Late | None:
    """What is taken off ``totals``; None for a submission in time, or at an unknown one.

    A day counts as soon as it has begun, by the calendar and the clocks of the course's time
    zone: one day after 23:59 is 23:59 on the next, whether or not the clocks change in between.
    After the grace period the whole delay counts.
    """
    due = course.due(students)
    if due is None or submitted is None:
        return None
    delay = submitted.astimezone(timezone.utc) - due.astimezone(timezone.utc)
    if delay <= timedelta(minutes=float(course.late.grace_minutes)):
        return None
    by_the_clock = _clock(submitted, course.zone) - _clock(due, course.zone)
    days = max(ceil(by_the_clock / DAY), 1)  # in the hour that comes twice a clock goes back
    cutoff = course.late.cutoff_days
    too_late = cutoff is not None and days > cutoff
    percent = Fraction(100)
    if not too_late:
        percent = min(days * Fraction(course.late.percent_per_day), percent)
    earned = Fraction(totals.points).limit_denominator(10**9)
    off = earned * percent / 100
    return Late(
        days=days,
        percent=float(percent),
        points_off=float(off),
        points=float(earned - off),
        words=_words(days, float(percent), cutoff if too_late else None),
    )


def _clock(moment: datetime, zone: tzinfo) -> datetime:
    """What calendar and clock show in ``zone``."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _words(days: int, percent: float, cutoff: int | None) -> str:
    late = f"Handed in {days} {'day' if days == 1 else 'days'} late"
    if cutoff is not None:
        after = f"{cutoff} {'day' if cutoff == 1 else 'days'}" if cutoff else "the deadline"
        return f"{late}; after {after} nothing counts any more"
    return f"{late}: {number(percent)} % of the points are taken off"

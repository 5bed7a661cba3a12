# SPDX-License-Identifier: MIT
"""Figures about a class: how the points fall, which checks fail, what takes long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from statistics import mean, median

from autograder.bulk.classbook import ClassBook, Entry
from autograder.results import Result, Status, Verdict

BINS = 10
SLOWEST = 10


@dataclass(frozen=True)
class Summary:
    """A set of numbers in a few."""

    count: int
    mean: float
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Summary | None:
        """None of no values."""
        found = list(values)
        if not found:
            return None
        return cls(len(found), mean(found), median(found), min(found), max(found))


@dataclass(frozen=True)
class Bin:
    """How many have at least ``low`` and less than ``high`` points."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class AreaFigures:
    """The points that the class got in one area."""

    name: str
    full: float
    points: Summary


@dataclass(frozen=True)
class CheckFigures:
    """How the class did at one check."""

    verdict: Verdict  # anybody's: for what the check is called
    counts: Counter[Status]
    points: float  # median
    seconds: float  # median

    @property
    def rate(self) -> float | None:
        """The part that passed, of those who could be judged; None where nobody could."""
        judged = self.counts[Status.PASSED] + self.counts[Status.FAILED]
        return self.counts[Status.PASSED] / judged if judged else None


def distribution(book: ClassBook) -> list[Bin]:
    """The points that count, in bins of equal width; the last has the full marks and more."""
    full = Fraction(book.course.points.full)
    width = full / BINS
    # As exact as the points are: full marks that were added up of fractions are full marks.
    finals = [Fraction(entry.final or 0).limit_denominator(10**6) for entry, _ in book.graded]
    counts = Counter(min(int(final / width), BINS) for final in finals)
    edges = [float(n * width) for n in range(BINS + 1)]
    return [
        Bin(low, high, counts[n])
        for n, (low, high) in enumerate(zip(edges, [*edges[1:], inf], strict=True))
    ]


def finals(book: ClassBook) -> Summary | None:
    """The points that count."""
    return Summary.of(entry.final or 0 for entry, _ in book.graded)


def areas(book: ClassBook) -> list[AreaFigures]:
    """Points by area, in the rubric's order."""
    names = dict.fromkeys(v.area for _, result in book.graded for v in result.verdicts)
    return [figures for name in names if (figures := _area(book, name)) is not None]


def checks(book: ClassBook) -> list[CheckFigures]:
    """Every check, in the rubric's order."""
    by_id: dict[str, list[Verdict]] = {}
    for _, result in book.graded:
        for verdict in result.verdicts:
            by_id.setdefault(verdict.id, []).append(verdict)
    return [
        CheckFigures(
            verdicts[0],
            Counter(verdict.status for verdict in verdicts),
            median(verdict.points for verdict in verdicts),
            median(verdict.duration for verdict in verdicts),
        )
        for verdicts in by_id.values()
    ]


def slowest(book: ClassBook) -> list[tuple[Entry, Result]]:
    """The submissions that took longest."""
    return sorted(book.graded, key=lambda each: -each[1].timing.total)[:SLOWEST]


def not_reached(book: ClassBook) -> list[tuple[str, list[Entry]]]:
    """Why checks were not reached, and by whose submissions; the most frequent first."""
    reasons: dict[str, list[Entry]] = {}
    for entry, result in book.graded:
        messages = {v.message for v in result.verdicts if v.status is Status.NOT_REACHED}
        for message in sorted(messages):
            reasons.setdefault(message, []).append(entry)
    return sorted(reasons.items(), key=lambda each: (-len(each[1]), each[0]))


def _area(book: ClassBook, name: str) -> AreaFigures | None:
    inside = [[v for v in result.verdicts if v.area == name] for _, result in book.graded]
    points = Summary.of(sum(v.points for v in verdicts) for verdicts in inside)
    if points is None:
        return None
    full = max(sum(v.max_points for v in verdicts) for verdicts in inside)
    return AreaFigures(name, full, points)

# SPDX-License-Identifier: MIT
"""Figures about a class: where most stumble, how the points fall, what fails, what takes long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from statistics import mean, median

from autograder import assignment
from autograder.bulk.classbook import UNREADABLE, ClassBook, Entry
from autograder.judge.stages import KERNEL_CHECK, PATCH_CHECK
from autograder.report import complaints
from autograder.report.diagnosis import Cause, diagnose
from autograder.results import Finding, Result, Status, Verdict

BINS = 10
SLOWEST = 10
HARDEST = 10


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
    def judged(self) -> int:
        """Submissions for which it was tried, and judged."""
        return self.counts[Status.PASSED] + self.counts[Status.FAILED]

    @property
    def rate(self) -> float | None:
        """The part that passed, of those that were judged; None if none was."""
        return self.counts[Status.PASSED] / self.judged if self.judged else None


@dataclass(frozen=True)
class Stumble:
    """One kind of first cause, and the submissions that have it."""

    cause: Cause  # with the sentence that most of them have
    entries: list[Entry]
    alike: bool  # whether all of them have that sentence


@dataclass(frozen=True)
class Setback:
    """Submissions that have no kernel to check, because of one check."""

    verdict: Verdict  # anybody's: for what the check is called
    entries: list[tuple[Entry, str]]  # each with what happened


def readable(book: ClassBook) -> list[tuple[Entry, Result]]:
    """The submissions that could be opened, and so have something to judge."""
    return [(entry, result) for entry, result in book.graded if entry.state != UNREADABLE]


def first_causes(book: ClassBook) -> dict[str, Cause]:
    """What to fix first, by the submission's name; without those in which nothing failed."""
    return {
        entry.name: causes[0]
        for entry, result in readable(book)
        if (causes := diagnose(result.verdicts))
    }


def stumbles(book: ClassBook, causes: dict[str, Cause]) -> list[Stumble]:
    """The kinds of first causes, the most frequent first."""
    kinds: dict[tuple[Finding, str], list[Entry]] = {}
    for entry in book.entries:
        if cause := causes.get(entry.name):
            kinds.setdefault(_kind(cause), []).append(entry)
    found = []
    for entries in kinds.values():
        sentences = Counter(causes[entry.name].sentence for entry in entries)
        most = sentences.most_common(1)[0][0]
        cause = next(c for e in entries if (c := causes[e.name]).sentence == most)
        found.append(Stumble(cause, entries, len(sentences) == 1))
    return sorted(found, key=lambda each: -len(each.entries))  # stable: then as the class is


def unharmed(book: ClassBook, causes: dict[str, Cause]) -> int:
    """Submissions that were judged and failed nothing."""
    return sum(
        entry.name not in causes
        and any(verdict.status is Status.PASSED for verdict in result.verdicts)
        for entry, result in readable(book)
    )


def without_kernel(book: ClassBook, causes: dict[str, Cause]) -> list[Setback]:
    """Who has no kernel to check: refused, does not compile, does not boot, in this order."""
    to_a_kernel = (PATCH_CHECK, KERNEL_CHECK, assignment.current().boots)
    found: dict[str, Setback] = {}
    for entry, result in readable(book):
        by_id = {verdict.id: verdict for verdict in result.verdicts}
        for check in to_a_kernel:
            verdict = by_id.get(check)
            if verdict is None or verdict.status is not Status.FAILED:
                continue
            cause = causes.get(entry.name)
            same = cause is not None and cause.verdict.id == check
            words = cause.sentence if cause and same else verdict.message or verdict.observed
            found.setdefault(check, Setback(verdict, [])).entries.append((entry, words))
            break
    return [found[check] for check in to_a_kernel if check in found]


def hardest(figures: Iterable[CheckFigures]) -> list[CheckFigures]:
    """The checks that fail most often if they are tried; what nobody fails is not hard."""
    failed = [each for each in figures if each.counts[Status.FAILED]]
    failed.sort(key=lambda each: (each.rate or 0, -each.counts[Status.FAILED]))
    return failed[:HARDEST]


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
    """Why checks were not tried, and by whose submissions; the most frequent first."""
    reasons: dict[str, list[Entry]] = {}
    for entry, result in book.graded:
        messages = {v.message for v in result.verdicts if v.status is Status.NOT_REACHED}
        for message in sorted(messages):
            reasons.setdefault(message, []).append(entry)
    return sorted(reasons.items(), key=lambda each: (-len(each[1]), each[0]))


def _kind(cause: Cause) -> tuple[Finding, str]:
    """What causes of one kind share: what was found, and the check, if it is no kernel report."""
    if cause.finding is Finding.REPORT and cause.evidence is not None:
        return cause.finding, complaints.kind(cause.evidence.title)
    return cause.finding, cause.verdict.id


def _area(book: ClassBook, name: str) -> AreaFigures | None:
    inside = [[v for v in result.verdicts if v.area == name] for _, result in book.graded]
    points = Summary.of(sum(v.points for v in verdicts) for verdicts in inside)
    if points is None:
        return None
    full = max(sum(v.max_points for v in verdicts) for verdicts in inside)
    return AreaFigures(name, full, points)

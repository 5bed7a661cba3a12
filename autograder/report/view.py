# SPDX-License-Identifier: MIT
"""A result arranged for a reader, the same for every format.

What the reader may not see is taken out here, before any renderer gets hold of it, so
that no template can let it slip.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.judge.dependencies import resting_on
from autograder.report.diagnosis import Cause, diagnose
from autograder.report.differences import Piece, marked
from autograder.report.repeat import Repeat, from_handout
from autograder.results import (
    NOT_SELECTED,
    Evidence,
    Excerpt,
    Result,
    Status,
    Totals,
    Verdict,
    total,
)
from autograder.text import number

VISIBLE = "visible"
MOST_CARDS = 2  # causes that stand on top of a page
TELLING = ("report", "compiler")  # kinds of evidence
NEARLY = 0.95  # of the assignment's points: only little is left to do


WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.NOT_REACHED: "not tried",
    Status.GRADER_ERROR: "grader error",
}


@dataclass(frozen=True)
class CheckRow:
    """One check as the reader may see it."""

    verdict: Verdict
    withheld: bool
    command: str = ""  # what to type to repeat this check with the same patterns and sizes
    after: tuple[Verdict, ...] = ()  # failed ones that it depends on

    @property
    def differences(self) -> tuple[list[Piece], list[Piece]]:
        """What was expected and what was observed, in pieces of which some differ."""
        return marked(self.verdict.expected, self.verdict.observed)

    @property
    def excerpts(self) -> list[Excerpt]:
        """The lines of the submission around the frames of all reports, each place once."""
        return excerpts_of(self.verdict.evidence)

    @property
    def selected(self) -> bool:
        """Whether this run was about it."""
        return self.verdict.message != NOT_SELECTED

    @property
    def word(self) -> str:
        """The status in words."""
        return "hidden" if self.withheld else WORDS[self.verdict.status]

    @property
    def anchor(self) -> str:
        """The check's address inside a page."""
        return anchor(self.verdict)

    @property
    def points(self) -> str:
        """Points given, of those possible."""
        score = f"{number(self.verdict.points)} / {number(self.verdict.max_points)}"
        return f"+{score}" if self.verdict.extra_credit else score

    @property
    def lost(self) -> str:
        """Points not given, with their unit."""
        return count(self.verdict.max_points - self.verdict.points, "point")

    @property
    def attempts(self) -> str:
        """How the attempts at this check agreed; empty where there was only one.

        The grader's own faults are told apart: they are no sign of a race.
        """
        outcomes = self.verdict.attempts
        if len(outcomes) < 2:
            return ""
        broken = outcomes.count(Status.GRADER_ERROR.value)
        judged = len(outcomes) - broken
        passed = outcomes.count(Status.PASSED.value)
        words = []
        if passed < judged:
            race = ": a race is likely" if passed else ""
            words.append(f"failed {judged - passed} of {judged}{race}")
        elif judged:
            words.append(f"passed {judged} of {judged}")
        if broken:
            words.append(f"{count(broken, 'attempt')} lost to a grader error")
        return "; ".join(words)


@dataclass(frozen=True)
class Area:
    """The checks of one area, in the rubric's order, and their sums."""

    name: str
    rows: list[CheckRow]
    totals: Totals

    @property
    def points(self) -> str:
        """Points of the assignment itself; empty in an area of extra credit only."""
        if not self.totals.max_points:
            return ""
        return f"{number(base_points(self.totals))} / {number(self.totals.max_points)}"

    @property
    def selected(self) -> bool:
        """Whether this run was about any of its checks."""
        return any(row.selected for row in self.rows)

    @property
    def whole(self) -> bool:
        """Whether every check passed."""
        return self.totals.passed == len(self.rows)

    @property
    def untried(self) -> bool:
        """Whether no check was tried."""
        return self.totals.not_reached == len(self.rows) and not any(
            row.withheld for row in self.rows
        )

    @property
    def passed(self) -> list[CheckRow]:
        """The checks that passed."""
        return [row for row in self.rows if row.verdict.status is Status.PASSED]

    @property
    def share(self) -> float:
        """Of the points of these checks, extra credit included, what was given: 0 to 1."""
        possible = self.totals.max_points + self.totals.max_extra_points
        return self.totals.points / possible if possible else 0

    @property
    def extra(self) -> str:
        """Points of extra credit; empty where the area has none."""
        if not self.totals.max_extra_points:
            return ""
        return f"+{number(self.totals.extra_points)} / {number(self.totals.max_extra_points)}"


@dataclass(frozen=True)
class NotReached:
    """Checks that were not tried for the same reason."""

    reason: str
    rows: list[CheckRow]


@dataclass(frozen=True)
class Alike:
    """Failed checks that found the same, so that it is said once."""

    message: str
    rows: list[CheckRow]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with the checks that may have failed because of it."""

    number: int  # from 1 on, the first to fix first
    cause: Cause
    row: CheckRow  # the check that shows it best
    others: list[Alike]
    not_tried: list[CheckRow]

    @property
    def rows(self) -> list[CheckRow]:
        """The checks that failed, that which shows it best first."""
        return [self.row, *(row for alike in self.others for row in alike.rows)]

    @property
    def failed(self) -> int:
        """How many checks failed."""
        return len(self.rows)

    @property
    def is_told_by_evidence(self) -> bool:
        """Whether a report or a compiler says it all: 'expected no report' adds nothing."""
        evidence = self.cause.evidence
        return evidence is not None and evidence.kind in TELLING

    @property
    def anchor(self) -> str:
        """Its address inside a page."""
        return f"cause-{self.number}"


@dataclass(frozen=True)
class View:
    """Everything that a report shows of the checks."""

    rows: list[CheckRow]
    areas: list[Area]
    problems: list[Problem]

    @property
    def cards(self) -> list[Problem]:
        """What to fix first, and what second, if that is another thing."""
        return self.problems[:MOST_CARDS]

    @property
    def selected(self) -> list[CheckRow]:
        """The checks that this run was about."""
        return [row for row in self.rows if row.selected]

    @property
    def partial(self) -> bool:
        """Whether this run was about some checks only: its points are no grade."""
        return len(self.selected) < len(self.rows)

    def having(self, status: Status) -> list[CheckRow]:
        """The rows of that status whose content the reader may see."""
        return [row for row in self.rows if row.verdict.status is status and not row.withheld]

    @property
    def failed(self) -> list[CheckRow]:
        """What the submission has to fix, in the rubric's order."""
        return self.having(Status.FAILED)

    @property
    def grader_errors(self) -> list[CheckRow]:
        """Checks that the grader owes the student."""
        return self.having(Status.GRADER_ERROR)

    @property
    def passed(self) -> list[CheckRow]:
        """What is right."""
        return self.having(Status.PASSED)

    @property
    def withheld(self) -> list[CheckRow]:
        """Checks of which only number and points may be seen."""
        return [row for row in self.rows if row.withheld]

    @property
    def not_reached(self) -> list[NotReached]:
        """Checks that were not tried for another reason than a problem: by reason."""
        blocked = {row.verdict.number for problem in self.problems for row in problem.not_tried}
        reasons: dict[str, list[CheckRow]] = {}
        for row in self.having(Status.NOT_REACHED):
            if row.verdict.number not in blocked:
                reasons.setdefault(row.verdict.message, []).append(row)
        return [NotReached(reason, rows) for reason, rows in reasons.items()]


def arrange(result: Result, *, for_instructor: bool, repeat: Repeat = from_handout) -> View:
    """Arrange ``result`` for a student, or for the instructor, who sees everything.

    ``repeat`` makes the line that runs a check again.
    """
    failed = {
        verdict.id: verdict
        for verdict in result.verdicts
        if verdict.status is Status.FAILED and not _is_withheld(verdict, for_instructor)
    }
    below = resting_on({verdict.id: verdict.depends_on for verdict in result.verdicts})
    rows = []
    for verdict in result.verdicts:
        # 'after_due_date' and 'after_published' are withheld too: a page that is handed out
        # does not know what day it will be read on.
        withheld = _is_withheld(verdict, for_instructor)
        rows.append(
            CheckRow(
                _without_content(verdict) if withheld else verdict,
                withheld,
                "" if withheld else repeat(verdict.number, result.seed),
                () if withheld else _after(verdict, failed, below),
            )
        )
    areas: dict[str, list[CheckRow]] = {}
    for row in rows:
        areas.setdefault(row.verdict.area, []).append(row)
    return View(
        rows=rows,
        areas=[
            Area(_capital(name), members, total([row.verdict for row in members]))
            for name, members in areas.items()
        ],
        problems=_problems(rows),
    )


def counted(result: Result) -> float:
    """The points that count in the gradebook."""
    return result.late.points if result.late else result.totals.points


def is_near(totals: Totals) -> bool:
    """Whether little of the assignment is left to do."""
    return totals.max_points > 0 and base_points(totals) > NEARLY * totals.max_points


def base_points(totals: Totals) -> float:
    """Points without the extra credit."""
    return totals.points - totals.extra_points


def count(amount: float, noun: str) -> str:
    """``1 point``, ``2.5 points``."""
    return f"{number(amount)} {noun}" if amount == 1 else f"{number(amount)} {noun}s"


def excerpts_of(evidence: Iterable[Evidence]) -> list[Excerpt]:
    """The lines of the submission that ``evidence`` leads to, each place once."""
    found = (excerpt for item in evidence for excerpt in item.excerpts)
    return list({(excerpt.file, excerpt.line): excerpt for excerpt in found}.values())


def anchor(verdict: Verdict) -> str:
    """A check's address inside a page."""
    return f"check-{verdict.number}"


def _is_withheld(verdict: Verdict, for_instructor: bool) -> bool:
    return verdict.visibility != VISIBLE and not for_instructor


def _problems(rows: list[CheckRow]) -> list[Problem]:
    """The causes of the failures that the reader may see, with the rows of their checks."""
    seen = {row.verdict.number: row for row in rows if not row.withheld}
    return [
        Problem(
            number=place,
            cause=cause,
            row=seen[cause.verdict.number],
            others=_alike([seen[verdict.number] for verdict in cause.others]),
            not_tried=[seen[verdict.number] for verdict in cause.not_tried],
        )
        for place, cause in enumerate(diagnose([row.verdict for row in seen.values()]), start=1)
    ]


def _alike(rows: list[CheckRow]) -> list[Alike]:
    """``rows`` in groups with the same message, each where its first one was."""
    groups: dict[str, list[CheckRow]] = {}
    for row in rows:
        groups.setdefault(row.verdict.message, []).append(row)
    return [Alike(message, members) for message, members in groups.items()]


def _after(
    verdict: Verdict, failed: dict[str, Verdict], below: dict[str, set[str]]
) -> tuple[Verdict, ...]:
    """The failed checks that ``verdict`` depends on, without those that others of them need."""
    under = [name for name in failed if verdict.id in below.get(name, set())]
    return tuple(
        failed[name]
        for name in under
        if not any(name in below.get(other, set()) for other in under)
    )


def _without_content(verdict: Verdict) -> Verdict:
    """Only what a student may know of a hidden check: number, area and points."""
    return Verdict(
        id="",
        number=verdict.number,
        title="Hidden check",
        area=verdict.area,
        clause="",
        visibility=verdict.visibility,
        extra_credit=verdict.extra_credit,
        points=verdict.points,
        max_points=verdict.max_points,
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]

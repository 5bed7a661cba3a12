# SPDX-License-Identifier: MIT
"""A try of some checks becomes part of the last report instead of replacing it."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import ValidationError

from autograder.judge import rubric
from autograder.judge.observer import record_path
from autograder.report.view import count
from autograder.results import NOT_SELECTED, Result, total
from autograder.student.history import clock, moment
from autograder.text import number

AGAIN = "Tried again "  # begins the note of a later try
MOST_NOTES = 5  # of that kind
MOST_NUMBERS = 20  # of checks in one note


def earlier(path: Path) -> Result | None:
    """The last report, if it is complete and about the same checks."""
    try:
        result = Result.read(path)
    except (OSError, ValidationError):
        return None
    known = [check.id for check in rubric.checks()]
    same = [verdict.id for verdict in result.verdicts] == known
    return result if result.finished and same else None


def merge(now: Result, before: Result | None) -> Result:
    """``before`` with the verdicts of the checks that ``now`` is about."""
    fresh = {v.id: v for v in now.verdicts if v.message != NOT_SELECTED}
    if before is None:
        return now
    verdicts = [fresh.get(verdict.id, verdict) for verdict in before.verdicts]
    merged = before.model_copy(
        update={
            "verdicts": verdicts,
            "totals": total(verdicts),
            "seed": now.seed,
            "submission": now.submission,
            "coverage": [],  # the lines may have moved since
            "notes": _notes(now, before, [verdict.number for verdict in fresh.values()]),
        }
    )
    return merged.model_copy(deep=True)


def together(whole: Result) -> Iterator[str]:
    """What the whole report comes to, for a try of some checks, if it has all checks."""
    if _untried(whole):
        return
    totals = whole.totals
    start = moment(whole)
    yield (
        f"With all the other checks, last tried at {clock(start, start)}:"
        f" {number(totals.points)} of {count(totals.max_points, 'point')}."
    )


def take_observations(of: Path, into: Path, checks: Collection[rubric.Check], seed: int) -> None:
    """Replace what was observed for ``checks`` by what the later try saw."""
    into.mkdir(parents=True, exist_ok=True)
    for check in checks:
        if check.plan is None:
            continue
        any_attempt = record_path(of, check.plan.job(seed), 0).name.removesuffix("0.json")
        for old in into.glob(f"{any_attempt}*.json"):
            old.unlink()
        for new in of.glob(f"{any_attempt}*.json"):
            shutil.copyfile(new, into / new.name)


def _notes(now: Result, before: Result, numbers: list[str]) -> list[str]:
    old = [note for note in before.notes if note.startswith(AGAIN)]
    shown = " ".join(numbers[:MOST_NUMBERS])
    more = len(numbers) - MOST_NUMBERS
    start = moment(before)
    others = f"The other checks are from {clock(start, start)}"
    if _untried(before):
        others = "Some of the other checks have not been tried yet"
    news = (
        f"{AGAIN}at {clock(moment(now), start)} with seed {now.seed}: {shown}"
        f"{f' and {more} more' if more > 0 else ''}. {others}; `make check` tries them all."
    )
    return [*now.notes, news, *old[: MOST_NOTES - 1]]


def _untried(result: Result) -> bool:
    return any(verdict.message == NOT_SELECTED for verdict in result.verdicts)

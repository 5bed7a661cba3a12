# SPDX-License-Identifier: MIT
"""What a student's earlier tries came to, and the way from there to the last one.

Each full try leaves a small file in ``build/history``; a damaged one is skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autograder import assignment
from autograder.files import write_atomically
from autograder.judge import rubric
from autograder.report.journey import Journey, MilestoneStatus
from autograder.results import NOT_SELECTED, Result, Status

KEPT = 200  # tries
LARGEST = 100_000  # bytes of a file; what is larger is no try
SHOWN = 16  # points of tries in a report
USUAL = 5  # tries whose times tell how long the next one will take


class Try(BaseModel):
    """One full try."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    started: datetime
    points: float = Field(ge=0, allow_inf_nan=False)
    seconds: float = Field(ge=0, allow_inf_nan=False)
    boots: int
    passed: tuple[str, ...]  # ids of checks


def of(result: Result) -> Try:
    """What is kept of a full try."""
    return Try(
        started=moment(result),
        points=result.totals.points,
        seconds=result.timing.total,
        boots=result.timing.boots,
        passed=tuple(v.id for v in result.verdicts if v.status is Status.PASSED),
    )


def add(folder: Path, tried: Try) -> None:
    """Keep a try, and no more than :data:`KEPT` of them."""
    name = f"{tried.started.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}.json"
    write_atomically(folder / name, tried.model_dump_json() + "\n")
    for old in sorted(folder.glob("*.json"))[:-KEPT]:
        old.unlink(missing_ok=True)


def read(folder: Path) -> list[Try]:
    """The tries that are kept, oldest first."""
    found = []
    for path in folder.glob("*.json"):
        try:
            if path.stat().st_size <= LARGEST:
                found.append(Try.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            continue  # half a disk's worth of history is better than no check
    aware = [tried for tried in found if tried.started.tzinfo is not None]
    return sorted(aware, key=lambda tried: tried.started)[-KEPT:]


def usual_seconds(tries: Sequence[Try]) -> float | None:
    """How long a full try takes: the median of the last ones; None if none was measured."""
    booted = [tried.seconds for tried in tries if tried.boots > 1]
    return median(booted[-USUAL:]) if booted else None


def journey(result: Result, earlier: Sequence[Try]) -> Journey:
    """The way from the last of the ``earlier`` full tries to ``result``."""
    points = (*(tried.points for tried in earlier), result.totals.points)[-SHOWN:]
    steps = tuple(_milestones(result))
    if not earlier:
        return Journey(steps, points)
    before = set(earlier[-1].passed)
    tried = [verdict for verdict in result.verdicts if verdict.message != NOT_SELECTED]
    return Journey(
        steps,
        points,
        clock(earlier[-1].started, moment(result)),
        tuple(v.number for v in tried if v.status is Status.PASSED and v.id not in before),
        tuple(v.number for v in tried if _is_lost(v.status) and v.id in before),
    )


def moment(result: Result) -> datetime:
    """When a grading began."""
    return datetime.fromisoformat(result.started)


def clock(when: datetime, now: datetime) -> str:
    """The local time, with the day if that is another one: ``14:20``, ``Nov 3, 14:20``."""
    local = when.astimezone()
    if local.date() == now.astimezone().date():
        return f"{local:%H:%M}"
    return f"{local:%b} {local.day}, {local:%H:%M}"


def _is_lost(status: Status) -> bool:
    # What the grader could not judge is not lost.
    return status in (Status.FAILED, Status.NOT_REACHED)


def _milestones(result: Result) -> list[MilestoneStatus]:
    passed = {v.id for v in result.verdicts if v.status is Status.PASSED}
    steps = []
    for step in assignment.current().milestones:
        checks = [check.id for check in rubric.select(step.only)]
        if checks:  # all of them may be hidden
            done = len(passed.intersection(checks))
            only = step.name if step.only else ""  # the name is shorter than what it stands for
            steps.append(MilestoneStatus(step.name, step.title, only, done, len(checks)))
    return steps

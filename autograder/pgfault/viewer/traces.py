# SPDX-License-Identifier: MIT
"""Choose the traces that a feedback page shows, from the observations of a grading.

A failed check shows the trace of its first failed attempt.  Of the checks that passed one an
area is enough: something to look at, and to compare with.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from autograder.guest.observation import Observation
from autograder.judge import rubric
from autograder.judge.observer import SHARED, record_path
from autograder.pgfault.trace.events import Kind
from autograder.pgfault.trace.story import Story, observed
from autograder.pgfault.viewer.replay import Replay
from autograder.report.view import Row, View
from autograder.results import Status

MOST_EVENTS = 20_000  # of one trace
MOST_EVENTS_IN_ALL = 60_000
MOST_FAILED = 16
CHANGE = 20  # a change of regions is worth so many faults to somebody who looks


def of_checks(view: View, folder: Path, seed: int) -> dict[str, Replay]:
    """The traces to show, by check id, of the checks whose content the reader may see."""
    plans = {check.id: check for check in rubric.checks()}
    chosen: dict[str, Replay] = {}
    room = MOST_EVENTS_IN_ALL
    for row in _failed_first(view, plans, folder, seed):
        story = _story(row, plans, folder, seed)
        if story is None or len(story.events) > room:
            continue
        room -= len(story.events)
        chosen[row.verdict.id] = Replay(story)
    return chosen


def _failed_first(view: View, plans: dict[str, rubric.Check], folder: Path, seed: int) -> list[Row]:
    best: dict[str, tuple[int, Row]] = {}
    for row in view.passed:
        story = _story(row, plans, folder, seed)
        if story is not None and not (story.first_parting or story.history.problems):
            worth = _worth(story)
            if worth > best.get(row.verdict.area, (0, row))[0]:
                best[row.verdict.area] = worth, row
    return [*view.failed[:MOST_FAILED], *(row for _, row in best.values())]


def _worth(story: Story) -> int:
    changes = sum(event.kind is not Kind.FAULT for event in story.events)
    return min(len(story.events), 2000) + CHANGE * changes


def _story(row: Row, plans: dict[str, rubric.Check], folder: Path, seed: int) -> Story | None:
    verdict = row.verdict
    check = plans.get(verdict.id)
    if check is None or check.plan is None:
        return None
    failed = Status.FAILED.value
    attempt = verdict.attempts.index(failed) + 1 if failed in verdict.attempts else 1
    job = check.plan.job(seed)
    seen = _read(record_path(folder, job, attempt)) or _read(record_path(folder, job, SHARED))
    if seen is None:
        return None
    story = observed(f"{verdict.number} {verdict.title}", seen)
    return story.shortened(MOST_EVENTS) if story is not None and story.events else None


def _read(path: Path) -> Observation | None:
    """An observation; none where it is not there: a page without a trace is better than none."""
    try:
        return Observation.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None

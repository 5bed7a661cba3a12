# SPDX-License-Identifier: MIT
"""The traces that a feedback page shows, chosen from the observations of a grading.

A failed check shows the trace of its first failed attempt.  Of the checks that passed one an
area is enough: something to look at, and to compare with.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup
from pydantic import ValidationError

from autograder.guest.observation import Observation
from autograder.judge import rubric
from autograder.judge.observer import SHARED, record_path
from autograder.pgfault.trace.events import EventKind
from autograder.pgfault.trace.story import Story, observed
from autograder.pgfault.viewer import scripts
from autograder.pgfault.viewer.replay import Replay
from autograder.report import assets, html
from autograder.report.exhibits import Exhibits
from autograder.results import Status, Verdict

if TYPE_CHECKING:
    from autograder.assignment import Shown

MOST_EVENTS = 20_000  # of one trace
MOST_EVENTS_IN_ALL = 60_000
MOST_FAILED = 16
CHANGE = 20  # a change of regions is worth so many faults to somebody who looks


def exhibits(failed: Shown, passed: Shown, folder: Path, seed: int) -> Exhibits:
    """The traces to show: those of failed checks with them, the others behind all checks."""
    shown = traces(failed, passed, folder, seed)
    if not shown:
        return Exhibits(style=assets.style(scripts.STYLE))
    templates = html.environment()
    macros = templates.get_template("trace_macros.html.j2").module
    working = [shown[verdict.id] for verdict in passed if verdict.id in shown]
    section = templates.get_template("traces.html.j2").render(traces=working) if working else ""
    return Exhibits(
        {name: Markup(macros.trace_of(trace)) for name, trace in shown.items()},  # type: ignore[attr-defined]
        Markup(section),
        assets.style(scripts.STYLE),
        scripts.script(),
    )


def traces(failed: Shown, passed: Shown, folder: Path, seed: int) -> dict[str, Replay]:
    """The traces to show, by check id, of the checks whose content the reader may see."""
    plans = {check.id: check for check in rubric.every_check()}
    chosen: dict[str, Replay] = {}
    room = MOST_EVENTS_IN_ALL
    for verdict in _failed_first(failed, passed, plans, folder, seed):
        story = _story(verdict, plans, folder, seed)
        if story is None or len(story.events) > room:
            continue
        room -= len(story.events)
        chosen[verdict.id] = Replay(story)
    return chosen


def _failed_first(
    failed: Shown, passed: Shown, plans: dict[str, rubric.Check], folder: Path, seed: int
) -> list[Verdict]:
    best: dict[str, tuple[int, Verdict]] = {}
    for verdict in passed:
        story = _story(verdict, plans, folder, seed)
        if story is not None and not (story.first_parting or story.history.problems):
            worth = _worth(story)
            if worth > best.get(verdict.area, (0, verdict))[0]:
                best[verdict.area] = worth, verdict
    return [*failed[:MOST_FAILED], *(verdict for _, verdict in best.values())]


def _worth(story: Story) -> int:
    changes = sum(event.kind is not EventKind.FAULT for event in story.events)
    return min(len(story.events), 2000) + CHANGE * changes


def _story(
    verdict: Verdict, plans: dict[str, rubric.Check], folder: Path, seed: int
) -> Story | None:
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

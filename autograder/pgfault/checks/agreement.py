# SPDX-License-Identifier: MIT
"""What checks share for comparing the regions in a trace with those in /proc/PID/maps."""

from __future__ import annotations

from autograder.guest.observation import Observation
from autograder.judge.expect import counted, expect_success, fail
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.traces import (
    AS_IN_MAPS,
    events_of,
    expect_no_loss,
    expect_regions,
    space_of,
)
from autograder.pgfault.trace.address_space import Extents, maps
from autograder.pgfault.trace.events import Event, EventKind
from autograder.pgfault.trace.steps import happened, step_of


def expect_agreement(seen: Observation) -> None:
    """Raise Mismatch unless trace and maps agree before the first and after each step."""
    steps = seen.params["steps"].split(";")
    before: list[Extents] = []
    for record in seen.all("step"):
        index = record.number("number")
        did = happened(seen.params, index)
        expect_success(did, record)
        events = events_of(seen, f"events.{index}")
        expect_no_loss("a reader read the trace while the process ran", events)
        traced = space_of(f"{did}; a reader read the trace", events).extents()
        actual = maps(seen.text(f"maps.{index}"))
        hint = hints.for_regions(step_of(seen.params, index), before, actual)
        expect_regions(
            f"{did}; the regions in the trace {AS_IN_MAPS}",
            traced,
            actual,
            hint=hint,
        )
        before = actual
    if len(seen.all("step")) != len(steps) + 1:
        fail(
            f"the traced process took {counted(len(steps), 'step')} while a reader read its trace",
            expected="the reads return records or sleep",
            observed="a read failed or returned 0 (end of file)",
            hint=hints.ZERO_IS_THE_END,
        )


def was_replaced(events: list[Event], place: Extents) -> bool:
    """Whether some region that overlaps ``place`` was removed, and another added there."""
    removed: set[str] = set()
    live: dict[str, Extents] = {}
    added = 0
    for event in events:
        if event.kind is EventKind.REMOVE:
            extents = live.pop(event.id, None)
            if extents == place:
                removed.add(event.id)
        elif event.kind in (EventKind.ADD, EventKind.RESIZE):
            live[event.id] = Extents(event.start, event.end)
            added += event.kind is EventKind.ADD and live[event.id] == place
    return bool(removed) and added >= 2

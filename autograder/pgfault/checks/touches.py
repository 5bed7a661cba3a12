# SPDX-License-Identifier: MIT
"""What checks share for comparing the faults in a trace with the pages that a process touched."""

from __future__ import annotations

from autograder.guest.observation import Observation
from autograder.judge.expect import expect_success
from autograder.pgfault.checks.traces import area, events_of, expect_no_loss, expect_pages, pages_in
from autograder.pgfault.trace.events import Event
from autograder.pgfault.trace.steps import happened


def events_without_loss(seen: Observation) -> list[Event]:
    """The whole trace.  Errors: Mismatch where records were lost or steps failed."""
    for record in seen.all("step"):
        expect_success(happened(seen.params, record.number("number")), record)
    events = events_of(seen)
    expect_no_loss("a reader read the trace while the process ran", events)
    return events


def expect_touched(
    seen: Observation,
    did: str,
    expected: list[int],
    *,
    start: int | None = None,
    missing: str = "",
) -> None:
    """Raise Mismatch unless the faults from ``start`` on, or in area 0, are on these pages."""
    events = events_without_loss(seen)
    observed = pages_in(events, area(seen) if start is None else start)
    expect_pages(did, observed, expected, events=events, missing=missing)


def expect_drawn(seen: Observation, did: str, missing: str = "") -> None:
    """Raise Mismatch unless the drawn pages are the faults in the trace."""
    events = events_of(seen)
    expect_pages(
        did, pages_in(events, area(seen)), seen.numbers("pages"), events=events, missing=missing
    )

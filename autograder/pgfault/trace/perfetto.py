# SPDX-License-Identifier: MIT
"""A trace as Chrome trace JSON, which https://ui.perfetto.dev opens.

The format is the Trace Event Format: a region's life is a slice on a track of its own, a
fault an instant event on the track of its region, the pages touched a counter.  Times are
microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from autograder.pgfault.trace.events import Event, EventKind
from autograder.pgfault.trace.story import Story
from autograder.text import one_line

PID = 1
OUTSIDE = 0  # the track of faults in no region


def export(story: Story) -> str:
    """The file's text."""
    return json.dumps({"displayTimeUnit": "ns", "traceEvents": list(_events(story))})


def _events(story: Story) -> Iterator[dict[str, Any]]:
    if not story.events:
        return
    yield _name("process_name", 0, story.title)
    yield _name("thread_name", OUTSIDE, "outside any region")
    last = max(event.time for event in story.events)
    tracks: dict[int, int] = {}  # the event that added a region: its track
    for track, life in enumerate(story.history.lives, start=1):
        tracks[life.born] = track
        name = f"{life.extents.start:08x}-{life.extents.end:08x}"
        yield _name("thread_name", track, f"region {name}")
        born = story.events[life.born].time
        ended = story.events[life.ended].time if life.ended < len(story.events) else last
        known = {"id": one_line(life.id), "pages": life.extents.pages}
        duration = max(ended - born, 0) / 1000
        yield {**_event("X", track, name, "region", born, known), "dur": duration}
        for number, extents in life.spans[1:]:
            yield _instant(story.events[number], track, f"resize to {extents}")
    yield from _faults(story, tracks)


def _faults(story: Story, tracks: dict[int, int]) -> Iterator[dict[str, Any]]:
    live: dict[str, int] = {}
    ranges: dict[str, tuple[int, int]] = {}
    pages: set[int] = set()
    for number, event in enumerate(story.events):
        if number in tracks:
            live[event.id] = tracks[number]
        if event.kind in (EventKind.ADD, EventKind.RESIZE) and event.id in live:
            ranges[event.id] = event.start, event.end
        elif event.kind is EventKind.REMOVE:
            live.pop(event.id, None)
            ranges.pop(event.id, None)
        elif event.kind is EventKind.LOST:
            yield _instant(event, OUTSIDE, f"{event.count} records lost")
        elif event.kind is EventKind.FAULT:
            pages.add(event.page)
            owner = next(
                (live[key] for key, (start, end) in ranges.items() if start <= event.address < end),
                OUTSIDE,
            )
            yield _instant(event, owner, f"fault {event.address:x}")
            yield _event("C", OUTSIDE, "pages touched", "pages", event.time, {"pages": len(pages)})


def _instant(event: Event, track: int, name: str) -> dict[str, Any]:
    return {**_event("i", track, name, str(event.kind), event.time), "s": "t"}


def _name(what: str, track: int, name: str) -> dict[str, Any]:
    return _event("M", track, what, "__metadata", 0, {"name": one_line(name)})


def _event(
    phase: str,
    track: int,
    name: str,
    category: str,
    time: int,
    arguments: dict[str, object] | None = None,
) -> dict[str, Any]:
    """What every event has; ``time`` is in nanoseconds."""
    return {
        "ph": phase,
        "pid": PID,
        "tid": track,
        "name": name,
        "cat": category,
        "ts": time / 1000,
        "args": arguments or {},
    }

# SPDX-License-Identifier: MIT
"""A trace as the replay in a page reads it: small, and quick to decode.

The events are one stream of variable-length numbers (seven bits a byte, the lowest first, the
top bit set where more follow), in base64.  Each event begins with ``zigzag(time since the
event before) * 8 + kind``; then come

=======  =====================================================================
fault    zigzag(page - page of the fault before)
add      identity, zigzag(first page - first page of the range before), pages (0: no range)
resize   as add
remove   identity
lost     count
=======  =====================================================================

where a page is an address divided by 4096, an identity a number in the order of first
appearance, and ``zigzag`` makes 0, 1, 2, 3 of 0, -1, 1, -2.  Every number fits the 53 bits of
a JavaScript number.  ``web/src/decode.js`` is the other side.
"""

from __future__ import annotations

import base64
from typing import Any

from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import PAGE, Event, EventKind
from autograder.pgfault.trace.segments import Segment
from autograder.pgfault.trace.story import Story
from autograder.text import one_line

KINDS = (EventKind.FAULT, EventKind.ADD, EventKind.RESIZE, EventKind.REMOVE, EventKind.LOST)
LONGEST_ID = 32  # characters: ids are shown, and kept apart by their numbers
LATEST = 1 << 47  # nanoseconds between two events, about 39 hours
MOST_PARTINGS = 200


def encode(story: Story, segments: list[Segment]) -> dict[str, Any]:
    """What the page embeds as JSON."""
    ids: dict[str, int] = {}
    stream = _stream(story.events, ids)
    partings = [parting for parting in story.partings if parting][:MOST_PARTINGS]
    return {
        "title": story.title,
        "events": len(story.events),
        "start": _seconds(story.events[0].time if story.events else 0),
        "ids": [one_line(name, LONGEST_ID) for name in ids],
        "names": story.names,
        "stream": base64.b64encode(stream).decode(),
        "segments": [[segment.page, segment.pages, int(segment.folded)] for segment in segments],
        "checkpoints": [
            {"state": point.state, "label": point.label, "regions": _ranges(point.regions)}
            for point in story.checkpoints
        ],
        "partings": [
            {
                "state": parting.checkpoint.state,
                "label": parting.checkpoint.label,
                "notTraced": _ranges(parting.not_traced),
                "onlyTraced": _ranges(parting.only_traced),
                "noFault": [page // PAGE for page in parting.no_fault[:MOST_PARTINGS]],
            }
            for parting in partings
        ],
        "problems": [[problem.event, problem.words] for problem in story.history.problems],
    }


def _stream(events: list[Event], ids: dict[str, int]) -> bytes:
    out = bytearray()
    time = page = start = 0
    if events:
        time = events[0].time
    for event in events:
        passed = max(-LATEST, min(LATEST, event.time - time))
        time = event.time
        _number(out, _zigzag(passed) * 8 + KINDS.index(event.kind))
        if event.kind is EventKind.FAULT:
            _number(out, _zigzag(event.address // PAGE - page))
            page = event.address // PAGE
        elif event.kind is EventKind.LOST:
            _number(out, min(event.count, LATEST))
        else:
            _number(out, ids.setdefault(event.id, len(ids)))
            if event.kind is not EventKind.REMOVE:
                _number(out, _zigzag(event.start // PAGE - start))
                _number(out, _pages(event))
                start = event.start // PAGE
    return bytes(out)


def _pages(event: Event) -> int:
    """The pages of a range; 0, which no range has, for one that can be none."""
    whole = event.start < event.end and event.start % PAGE == 0 and event.end % PAGE == 0
    return (event.end - event.start) // PAGE if whole else 0


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _number(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _ranges(regions: list[Extents]) -> list[list[int]]:
    return [[region.start // PAGE, region.pages] for region in regions]


def _seconds(time: int) -> float:
    return round(time / 1e9, 6)

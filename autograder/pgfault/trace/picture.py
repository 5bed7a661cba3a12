# SPDX-License-Identifier: MIT
"""Where everything stands in the still picture of a trace: events to the right, addresses up.

Only numbers; the template ``trace_macros.html.j2`` makes an SVG of them.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.pgfault.trace.events import PAGE, EventKind
from autograder.pgfault.trace.places import short
from autograder.pgfault.trace.segments import Segment
from autograder.pgfault.trace.story import Story
from autograder.text import one_line

WIDTH, HEIGHT = 720, 320  # of the plot, in the picture's own units
GAP = 5  # between two pieces with a hole between them
MOST_DOTS = 4000
MOST_BOXES = 1500
MOST_LABELS = 12
LONGEST_LABEL = 18  # characters
DOT = 2


@dataclass(frozen=True)
class Box:
    """The extents that a region had for a while."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Label:
    """What a piece is called, or the address it begins with, at the edge of the picture."""

    y: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A moment at which trace and maps differ, or the trace contradicts itself."""

    x: float
    words: str


@dataclass(frozen=True)
class Picture:
    """The still picture of a trace."""

    boxes: list[Box]
    dots: str  # the path of all faults: a point each
    labels: list[Label]
    marks: list[Mark]
    left_out: bool


def picture(story: Story, segments: list[Segment]) -> Picture:
    """Lay out ``story``."""
    scale = _Scale(segments)
    most = max(len(story.events), 1)

    def across(state: float) -> float:
        return round(state / most * WIDTH, 1)

    boxes = []
    for life in story.history.lives:
        ends = [number for number, _ in life.spans[1:]] + [min(life.ended, most)]
        for (since, extents), until in zip(life.spans, ends, strict=True):
            top = scale.at((extents.end - 1) // PAGE, upper=True)
            bottom = scale.at(extents.start // PAGE)
            boxes.append(
                Box(across(since), top, max(across(until) - across(since), 0.5), bottom - top)
            )
    dots = {
        (round(across(number) / DOT) * DOT, round(scale.middle(event.address // PAGE) / DOT) * DOT)
        for number, event in enumerate(story.events)
        if event.kind is EventKind.FAULT
    }
    marks = [Mark(across(problem.event), problem.words) for problem in story.history.problems[:20]]
    if parting := story.first_parting:
        words = f"{parting.checkpoint.label}: trace and maps differ from here on"
        marks.append(Mark(across(parting.checkpoint.state), words))
    return Picture(
        boxes[:MOST_BOXES],
        "".join(f"M{x} {y}h0" for x, y in sorted(dots)[:MOST_DOTS]),
        list(_labels(story, segments, scale)),
        marks,
        len(boxes) > MOST_BOXES or len(dots) > MOST_DOTS,
    )


class _Scale:
    """From page numbers to heights; low addresses stand below."""

    def __init__(self, segments: list[Segment]) -> None:
        self.segments = segments
        self.starts = [segment.page for segment in segments]
        self.bottoms: list[float] = []
        holes = sum(a.end != b.page for a, b in itertools.pairwise(segments))
        gap = min(GAP, HEIGHT / 4 / max(holes, 1))
        weights = [_weight(segment) for segment in segments]
        unit = (HEIGHT - gap * holes) / max(sum(weights), 1)
        self.heights = [weight * unit for weight in weights]
        at = float(HEIGHT)
        for number, height in enumerate(self.heights):
            if number and segments[number - 1].end != segments[number].page:
                at -= gap
            self.bottoms.append(at)
            at -= height

    def at(self, page: int, upper: bool = False) -> float:
        """The lower edge of ``page``, or its upper edge."""
        number = max(bisect_right(self.starts, page) - 1, 0)
        if not self.segments:
            return HEIGHT
        segment = self.segments[number]
        part = min(max((page + upper - segment.page) / segment.pages, 0), 1)
        return round(self.bottoms[number] - part * self.heights[number], 1)

    def middle(self, page: int) -> float:
        """The middle of ``page``."""
        return (self.at(page) + self.at(page, upper=True)) / 2


def _weight(segment: Segment) -> float:
    return 2 if segment.folded else 1 + math.sqrt(segment.pages)


def _labels(story: Story, segments: list[Segment], scale: _Scale) -> Iterator[Label]:
    """The name of each piece, else its first address, as far as there is room."""
    before = float(HEIGHT) + 100
    count = 0
    for number, segment in enumerate(segments):
        begins = not number or segments[number - 1].end != segment.page
        y = scale.at(segment.page)
        if begins and before - y > HEIGHT / MOST_LABELS and count < MOST_LABELS:
            name = short(_name_at(story, segment.page * PAGE))
            yield Label(y, one_line(name, LONGEST_LABEL) or f"{segment.page * PAGE:x}")
            before = y
            count += 1


def _name_at(story: Story, address: int) -> str:
    """What the first named region that ever had ``address`` is called."""
    return next(
        (
            name
            for life, name in zip(story.history.lives, story.names, strict=True)
            if name and any(address in extents for _, extents in life.spans)
        ),
        "",
    )

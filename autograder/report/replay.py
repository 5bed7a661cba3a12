# SPDX-License-Identifier: MIT
"""A trace arranged for a page: the still picture, the words, and what the replay needs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from autograder.trace.address_space import Extents
from autograder.trace.encoding import encode
from autograder.trace.picture import Picture, picture
from autograder.trace.segments import Segment, segments
from autograder.trace.story import Checkpoint, Parting, Story

MOST_LINES = 400  # `Region:` lines
LONGEST_LINE = 2000  # pages shown in one
MOST_MOMENTS = 64  # of comparison with the maps
MOST_RANGES = 12


@dataclass(frozen=True)
class Replay:
    """What the macros of ``trace_macros.html.j2`` show of a trace."""

    story: Story

    @cached_property
    def segments(self) -> list[Segment]:
        """The addresses it speaks of."""
        return segments(self.story)

    @cached_property
    def picture(self) -> Picture:
        """For those who have no scripts."""
        return picture(self.story, self.segments)

    @property
    def title(self) -> str:
        """Whose trace it is."""
        return self.story.title

    @property
    def data(self) -> Markup:
        """The trace as JSON that may stand inside a script element."""
        encoded: dict[str, Any] = encode(self.story, self.segments)
        text = json.dumps(encoded, separators=(",", ":"))
        for character in "<>&":
            text = text.replace(character, f"\\u{ord(character):04x}")
        return Markup(text)

    @property
    def lines(self) -> list[str]:
        """The final ``Region:`` lines, as ``pgfaultmap`` prints them."""
        return [life.line(LONGEST_LINE) for life in self.story.history.lives[:MOST_LINES]]

    @property
    def more_lines(self) -> int:
        """How many such lines are not shown."""
        return max(len(self.story.history.lives) - MOST_LINES, 0)

    @property
    def moments(self) -> list[tuple[Checkpoint, list[str]]]:
        """When the trace was compared with /proc/PID/maps, and how they differ, in words."""
        return [
            (parting.checkpoint, list(_words(parting)))
            for parting in self.story.partings[:MOST_MOMENTS]
        ]

    @property
    def more_moments(self) -> int:
        """How many further such moments are not shown."""
        return max(len(self.story.partings) - MOST_MOMENTS, 0)

    @property
    def summary(self) -> str:
        """What there is to see, in a line."""
        history = self.story.history
        words = [
            _counted(len(self.story.events), "event"),
            _counted(len(history.lives), "region"),
        ]
        if history.lost:
            words.append(f"{history.lost} records lost")
        if history.problems:
            words.append(_counted(len(history.problems), "contradiction"))
        if parting := self.story.first_parting:
            words.append(f"parts from /proc/PID/maps {parting.checkpoint.label}")
        return ", ".join(words)


def _words(parting: Parting) -> list[str]:
    return [
        *(f"{each} is not in the trace" for each in _some(parting.not_traced)),
        *(f"{each} is in the trace only" for each in _some(parting.only_traced)),
        *(
            f"the page {page:x} was touched and shows no fault"
            for page in parting.no_fault[:MOST_RANGES]
        ),
    ]


def _some(regions: list[Extents]) -> list[str]:
    return [str(region) for region in regions[:MOST_RANGES]]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

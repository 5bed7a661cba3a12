# SPDX-License-Identifier: MIT
"""A trace arranged for a page: the still picture, the words, and what the replay needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.encoding import encode
from autograder.pgfault.trace.picture import Picture, picture
from autograder.pgfault.trace.places import name_of
from autograder.pgfault.trace.segments import Segment, segments
from autograder.pgfault.trace.story import Parting, Story

MOST_LINES = 400  # `Region:` lines
LONGEST_LINE = 2000  # pages shown in one
MOST_MOMENTS = 64  # at which trace and maps differ
MOST_RANGES = 12


@dataclass(frozen=True)
class Moment:
    """A moment at which trace and maps differ in a way in which they did not before."""

    state: int
    label: str
    differences: list[str]


@dataclass(frozen=True)
class Comparison:
    """The trace beside /proc/PID/maps: what matches is counted, a difference reported once."""

    moments: int
    matching: int
    differing: list[Moment]
    repeated: int  # moments at which they differ only as they did before
    left_out: int  # moments with further differences

    @property
    def words(self) -> str:
        """The moments at which both match, in a sentence's beginning."""
        if self.moments == 1:
            return "at the one moment compared"
        if self.matching == self.moments:
            return f"at all {self.moments} moments compared"
        return f"at {self.matching} of the {self.moments} moments compared"


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

    @cached_property
    def comparison(self) -> Comparison | None:
        """The trace beside /proc/PID/maps; None if nothing is known of those."""
        partings = self.story.partings
        if not partings:
            return None
        reported = Parting(partings[0].checkpoint, [], [], [])
        differing = []
        for parting in partings:
            new = parting.beyond(reported)
            if new:
                reported = reported.joined(new)
                point = parting.checkpoint
                differing.append(Moment(point.state, point.label, list(self._words(new))))
        matching = sum(not parting for parting in partings)
        return Comparison(
            len(partings),
            matching,
            differing[:MOST_MOMENTS],
            len(partings) - matching - len(differing),
            max(len(differing) - MOST_MOMENTS, 0),
        )

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
            wrong = (
                "differs from /proc/PID/maps"
                if parting.not_traced or parting.only_traced
                else "misses page faults"
            )
            words.append(f"{wrong} {parting.checkpoint.label}")
        return ", ".join(words)

    def _words(self, parting: Parting) -> Iterator[str]:
        for extents in parting.not_traced[:MOST_RANGES]:
            yield f"{self._range(extents)} is in /proc/PID/maps but is not in the trace"
        for extents in parting.only_traced[:MOST_RANGES]:
            yield f"{self._range(extents)} is in the trace but is not in /proc/PID/maps"
        more = sum(
            max(len(some) - MOST_RANGES, 0) for some in (parting.not_traced, parting.only_traced)
        )
        if more:
            yield f"{_counted(more, 'more region')} {'differs' if more == 1 else 'differ'}"
        if pages := parting.no_fault:
            listed = ", ".join(f"{page:x}" for page in pages[:MOST_RANGES])
            rest = f" and {len(pages) - MOST_RANGES} more" if len(pages) > MOST_RANGES else ""
            verb, them = ("was", "it") if len(pages) == 1 else ("were", "them")
            yield (
                f"{_counted(len(pages), 'page')} {verb} touched, but the trace has no fault on"
                f" {them}: {listed}{rest}"
            )

    def _range(self, extents: Extents) -> str:
        name = name_of(extents, self.story.places)
        comment = f"{name}, " if name else ""
        return f"{extents} ({comment}{_counted(extents.pages, 'page')})"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

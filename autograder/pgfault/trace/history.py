# SPDX-License-Identifier: MIT
"""The whole history that a trace tells, for looking at it: also where it contradicts itself.

:class:`AddressSpace` stops at the first contradiction, since
a check needs no more.  Somebody who looks for his mistake wants to see what comes after it.
Where there is no contradiction both tell the same; a test holds them against each other.

A *state* is a number of events: state ``k`` is the address space after the first ``k``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.pgfault.trace.address_space import Extents, doubled, impossible, unknown
from autograder.pgfault.trace.events import PAGE, Event, EventKind

NEVER = 1 << 62  # the end of a region that was not removed
MOST_PROBLEMS = 200


@dataclass
class Life:
    """A region from the event that added it to the one that removed it."""

    id: str
    born: int  # the number of the event, from 0
    spans: list[tuple[int, Extents]]  # the event since which, and the extents
    ended: int = NEVER
    faulted: dict[int, int] = field(default_factory=dict)  # address of a page: its faults

    @property
    def extents(self) -> Extents:
        """The last extents."""
        return self.spans[-1][1]

    @property
    def faults(self) -> int:
        """How many faults there were in it."""
        return sum(self.faulted.values())

    def at(self, state: int) -> Extents | None:
        """Its extents in ``state``; None if it is not there then."""
        if not self.born < state <= self.ended:
            return None
        return self.spans[bisect_right(self.spans, state - 1, key=lambda span: span[0]) - 1][1]

    def line(self, most_pages: int | None = None) -> str:
        """The line that ``pgfaultmap`` prints for it, its pages cut if there are too many."""
        start, end, count = self.extents.start, self.extents.end, self.extents.pages
        shown = count if most_pages is None else min(count, most_pages)
        pages = "".join(
            "X" if at in self.faulted else "." for at in range(start, start + shown * PAGE, PAGE)
        )
        rest = "|" if shown == count else f" ... ({count - shown} more pages)"
        return f"Region: {start:08x} - {end:08x} ({count:4d} pages): |{pages}{rest}"


@dataclass(frozen=True)
class Problem:
    """An event that contradicts what came before it."""

    event: int
    words: str


class History:
    """All regions that a trace ever shows, in the order in which they were added."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.lives: list[Life] = []
        self.problems: list[Problem] = []
        self.lost = 0
        self.outside = 0  # faults in no region
        self._live: dict[str, Life] = {}
        self._sorted: list[Life] | None = None
        self._overlap = False
        for number, event in enumerate(events):
            self._take(number, event)

    def at(self, state: int) -> list[tuple[Life, Extents]]:
        """The regions there are in ``state``, by address."""
        found = [(life, extents) for life in self.lives if (extents := life.at(state))]
        return sorted(found, key=lambda pair: (pair[1], pair[0].born))

    def _take(self, number: int, event: Event) -> None:
        if event.kind is EventKind.FAULT:
            self._fault(event)
            return
        if event.kind is EventKind.LOST:
            self.lost += event.count
            return
        self._sorted = None
        known = self._live.get(event.id)
        if event.kind in (EventKind.ADD, EventKind.RESIZE) and (
            event.start >= event.end or event.start % PAGE or event.end % PAGE
        ):
            self._problem(number, impossible(event), True)
        elif event.kind is EventKind.ADD:
            if known is not None:
                self._problem(number, doubled(event))
                known.ended = number
            life = Life(event.id, number, [(number, Extents(event.start, event.end))])
            self._live[event.id] = life
            self.lives.append(life)
        elif known is None:
            self._problem(number, unknown(event))
        elif event.kind is EventKind.REMOVE:
            known.ended = number
            del self._live[event.id]
        else:
            known.spans.append((number, Extents(event.start, event.end)))

    def _fault(self, event: Event) -> None:
        owners = self._owners(event.address)
        for life in owners:
            life.faulted[event.page] = life.faulted.get(event.page, 0) + 1
        self.outside += not owners

    def _owners(self, address: int) -> list[Life]:
        if self._sorted is None:
            self._sorted = sorted(self._live.values(), key=lambda life: life.extents)
            ends = [life.extents.end for life in self._sorted[:-1]]
            starts = [life.extents.start for life in self._sorted[1:]]
            self._overlap = any(end > start for end, start in zip(ends, starts, strict=True))
        if self._overlap:
            return [life for life in self._sorted if address in life.extents]
        place = bisect_right(self._sorted, address, key=lambda life: life.extents.start) - 1
        if place >= 0 and address in self._sorted[place].extents:
            return [self._sorted[place]]
        return []

    def _problem(self, number: int, words: str, also_after_loss: bool = False) -> None:
        if (also_after_loss or not self.lost) and len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(number, words[:200]))

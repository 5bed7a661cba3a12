# SPDX-License-Identifier: MIT
"""The addresses that a trace speaks of, in order, with the holes between them left out.

An address space is nearly empty, and most of what is mapped is never touched.  A picture
has room only for the rest: pages that faulted stand for themselves, with those around them;
longer runs of pages that never faulted are *folded* into one mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.pgfault.trace.events import PAGE, EventKind
from autograder.pgfault.trace.story import Story

SHORTEST_FOLD = 48  # untouched pages in a row
KEPT = 8  # of them, at each end of the fold
MOST_SEGMENTS = 3000


@dataclass(frozen=True)
class Segment:
    """Pages that follow each other, each shown or all folded into one mark."""

    page: int  # number of the first: its address divided by 4096
    pages: int
    folded: bool = False

    @property
    def end(self) -> int:
        """The number of the first page after it."""
        return self.page + self.pages


def segments(story: Story) -> list[Segment]:
    """All pages that were ever mapped, or faulted, by address."""
    faulted = sorted({e.address // PAGE for e in story.events if e.kind is EventKind.FAULT})
    mapped = _joined(
        [
            *(
                (extents.start // PAGE, extents.end // PAGE)
                for life in story.history.lives
                for _, extents in life.spans
            ),
            *((r.start // PAGE, r.end // PAGE) for p in story.checkpoints for r in p.regions),
            *((page, page + 1) for page in faulted),
        ]
    )
    shortest = SHORTEST_FOLD
    while True:
        found = list(_folded(mapped, faulted, shortest))
        if len(found) <= MOST_SEGMENTS or shortest > 1 << 20:
            return found
        shortest *= 4


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _folded(mapped: list[tuple[int, int]], faulted: list[int], shortest: int) -> Iterator[Segment]:
    at = 0
    for start, end in mapped:
        shown = start  # the first page that has not been told yet
        quiet = start  # the first page after the last that faulted
        while at < len(faulted) and faulted[at] < end:
            if faulted[at] - quiet >= shortest:
                yield from _fold(shown, quiet, faulted[at])
                shown = faulted[at] - KEPT
            quiet = faulted[at] + 1
            at += 1
        if end - quiet >= shortest:
            yield from _fold(shown, quiet, end)
            shown = end - KEPT
        yield Segment(shown, end - shown)


def _fold(shown: int, quiet: int, until: int) -> Iterator[Segment]:
    """What stands before a fold, and the fold: from ``quiet`` to ``until`` nothing faulted."""
    first, last = quiet + KEPT, until - KEPT
    if first > shown:
        yield Segment(shown, first - shown)
    yield Segment(first, last - first, folded=True)

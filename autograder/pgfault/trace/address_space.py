# SPDX-License-Identifier: MIT
"""The regions of a process, as a trace tells them and as /proc/PID/maps shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from autograder.pgfault.trace.events import PAGE, Event, EventKind

_MAPS_LINE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+\s*(.*)")


class TraceError(ValueError):
    """A trace contradicts itself: an unknown or doubled identity, an impossible range."""


@dataclass(order=True, frozen=True)
class Extents:
    """A range of addresses: first, and first after it."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.start:08x}-{self.end:08x}"

    def __contains__(self, address: int) -> bool:
        return self.start <= address < self.end

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return (self.end - self.start) // PAGE


@dataclass
class Region:
    """A region that a trace has shown, alive or gone."""

    id: str
    extents: Extents
    history: list[Extents]
    faulted: set[int] = field(default_factory=set)  # addresses of pages

    def map_line(self) -> str:
        """The line that ``pgfaultmap`` prints for it (contract, section 4)."""
        start, end = self.extents.start, self.extents.end
        pages = "".join("X" if at in self.faulted else "." for at in range(start, end, PAGE))
        return f"Region: {start:08x} - {end:08x} ({self.extents.pages:4d} pages): |{pages}|"


class AddressSpace:
    """Follows a trace event by event.

    Regions may overlap for a moment: one call may be told as several events, in the
    order in which the kernel does them.
    """

    def __init__(self) -> None:
        self.live: dict[str, Region] = {}
        self.ever: list[Region] = []
        self.lost = 0

    def apply(self, event: Event) -> None:
        """Take in one event.  Errors: TraceError, unless records were lost before."""
        if event.kind is EventKind.LOST:
            self.lost += event.count
        elif event.kind is EventKind.FAULT:
            for region in self.live.values():
                if event.address in region.extents:
                    region.faulted.add(event.page)
        elif event.kind is EventKind.ADD:
            self._add(event)
        elif event.id not in self.live:
            if not self.lost:
                raise TraceError(unknown(event))
        elif event.kind is EventKind.REMOVE:
            del self.live[event.id]
        else:
            region = self.live[event.id]
            region.extents = _extents(event)
            region.history.append(region.extents)

    def _add(self, event: Event) -> None:
        if event.id in self.live and not self.lost:
            raise TraceError(doubled(event))
        region = Region(event.id, _extents(event), [_extents(event)])
        self.live[event.id] = region
        self.ever.append(region)

    def extents(self) -> list[Extents]:
        """The regions there are now, in the order of their addresses."""
        return sorted(region.extents for region in self.live.values())


def _extents(event: Event) -> Extents:
    if event.start >= event.end or event.start % PAGE or event.end % PAGE:
        raise TraceError(impossible(event))
    return Extents(event.start, event.end)


def doubled(event: Event) -> str:
    """What is wrong with adding a region that is there."""
    return f"the trace adds region {event.id}, which exists already"


def unknown(event: Event) -> str:
    """What is wrong with changing a region that is not there."""
    return f"the trace {event.kind}s region {event.id}, which does not exist"


def impossible(event: Event) -> str:
    """What is wrong with a range that is empty, backward, or not made of whole pages."""
    return (
        f"the trace {event.kind}s region {event.id} with the impossible range"
        f" {event.start:x}-{event.end:x}"
    )


def follow(events: Iterable[Event]) -> AddressSpace:
    """The address space after all of ``events``.  Errors: TraceError."""
    space = AddressSpace()
    for event in events:
        space.apply(event)
    return space


def maps(text: str) -> list[Extents]:
    """The regions in the text of /proc/PID/maps (the gate area, no VMA, is left out)."""
    return [extents for extents, _, name in maps_lines(text) if name != "[vsyscall]"]


def named(text: str, name: str) -> Extents:
    """From the first to the last region called ``name``, such as ``[heap]``.

    Errors: LookupError if there is none.
    """
    found = [extents for extents, _, region_name in maps_lines(text) if region_name == name]
    if not found:
        raise LookupError(f"there is no {name} in the maps")
    return Extents(found[0].start, found[-1].end)


def maps_lines(text: str) -> Iterator[tuple[Extents, str, str]]:
    """Extents, permissions and name of each region in /proc/PID/maps."""
    for line in text.splitlines():
        match = _MAPS_LINE.match(line)
        if match:
            yield Extents(int(match[1], 16), int(match[2], 16)), match[3], match[4]

# SPDX-License-Identifier: MIT
"""Traces made up at random: what a process might do, and what a broken kernel might tell."""

from __future__ import annotations

from random import Random

from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import PAGE, Event, EventKind

LOW = 0x400000
HIGH = 0x7F7F_FF00_0000


class Process:
    """Makes events that do not contradict each other."""

    def __init__(self, seed: int) -> None:
        self.source = Random(seed)
        self.time = 0
        self.live: dict[str, Extents] = {}
        self.named = 0

    def events(self, count: int, changes: float = 0.2) -> list[Event]:
        """So many events, of which about that part changes regions."""
        made: list[Event] = []
        while len(made) < count:
            self.time += self.source.choice([0, 256, 1000, 10**6, 2 * 10**9])
            if not self.live or self.source.random() < changes:
                made.append(self._change())
            else:
                made.append(self._fault())
        return made

    def _change(self) -> Event:
        choice = self.source.random()
        if not self.live or choice < 0.5:
            self.named += 1
            name = f"{self.named:x}"
            self.live[name] = self._somewhere()
            return self._event(EventKind.ADD, name)
        name = self.source.choice(sorted(self.live))
        if choice < 0.75:
            old = self.live[name]
            pages = max(old.pages + self.source.randint(-6, 9), 1)
            start = old.start + self.source.choice([0, 0, -PAGE, PAGE])
            self.live[name] = Extents(start, start + pages * PAGE)
            return self._event(EventKind.RESIZE, name)
        event = Event(self.time, EventKind.REMOVE, name)
        del self.live[name]
        return event

    def _event(self, kind: EventKind, name: str) -> Event:
        extents = self.live[name]
        return Event(self.time, kind, name, start=extents.start, end=extents.end)

    def _fault(self) -> Event:
        if self.source.random() < 0.05:
            return Event(self.time, EventKind.FAULT, address=LOW - self.source.randrange(1 << 16))
        extents = self.live[self.source.choice(sorted(self.live))]
        address = self.source.randrange(extents.start, extents.end)
        return Event(self.time, EventKind.FAULT, address=address)

    def _somewhere(self) -> Extents:
        base = self.source.choice([LOW, 0x55_0000_0000, HIGH])
        start = base + self.source.randrange(400) * PAGE
        return Extents(start, start + self.source.choice([1, 3, 40, 700]) * PAGE)


def broken(events: list[Event], seed: int) -> list[Event]:
    """``events`` with some left out, doubled, or with ranges that are none."""
    source = Random(seed)
    made: list[Event] = []
    for event in events:
        choice = source.random()
        if choice < 0.05:
            continue
        if choice < 0.1:
            made.append(event)
        if choice < 0.13 and event.kind in (EventKind.ADD, EventKind.RESIZE):
            event = Event(event.time, event.kind, event.id, start=event.end, end=event.start)
        if choice > 0.99:
            made.append(Event(event.time, EventKind.LOST, count=source.randrange(1, 99)))
        made.append(event)
    return made


def text(events: list[Event]) -> str:
    """``events`` as ``pgfaultmap --events`` prints them."""
    lines = []
    for event in events:
        seconds, nanoseconds = divmod(event.time, 10**9)
        words = [f"{seconds}.{nanoseconds:09d}", str(event.kind)]
        if event.kind is EventKind.FAULT:
            words.append(f"{event.address:x}")
        elif event.kind is EventKind.LOST:
            words.append(str(event.count))
        else:
            words.append(event.id)
            if event.kind is not EventKind.REMOVE:
                words.append(f"{event.start:x}-{event.end:x}")
        lines.append(" ".join(words))
    return "".join(f"{line}\n" for line in lines)

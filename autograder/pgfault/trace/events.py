# SPDX-License-Identifier: MIT
"""Read the text that ``pgfaultmap --events`` prints (contract, section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

PAGE = 4096

_TIME = re.compile(r"(\d+)\.(\d{9})")
_HEX = re.compile(r"[0-9a-fA-F]{1,16}")
_RANGE = re.compile(r"([0-9a-fA-F]{1,16})-([0-9a-fA-F]{1,16})")


class EventKind(str, Enum):
    """The words an event may begin with, after its time."""

    ADD = "add"
    RESIZE = "resize"
    REMOVE = "remove"
    FAULT = "fault"
    LOST = "lost"

    __str__ = str.__str__


@dataclass(frozen=True)
class Event:
    """One event; fields that its kind does not have are empty or 0."""

    time: int  # nanoseconds
    kind: EventKind
    id: str = ""
    start: int = 0
    end: int = 0
    address: int = 0
    count: int = 0

    @property
    def page(self) -> int:
        """The first address of the faulting page."""
        return self.address & ~(PAGE - 1)


class EventSyntaxError(ValueError):
    """A line that is not an event; says which and why."""


def parse(text: str) -> list[Event]:
    """The events in ``text``, a line each.  Errors: EventSyntaxError for the first bad line."""
    return [parse_line(line, number) for number, line in enumerate(text.splitlines(), start=1)]


def parse_line(line: str, number: int = 1) -> Event:
    """One event.  Errors: EventSyntaxError naming line ``number``."""
    words = line.split(" ")

    def wrong(what: str) -> EventSyntaxError:
        return EventSyntaxError(f"line {number} of the events, {line[:120]!r}: {what}")

    if len(words) < 3:
        raise wrong("it needs at least three words")
    time = _TIME.fullmatch(words[0])
    if not time:
        raise wrong("the time must be seconds, a point and nine digits")
    nanoseconds = int(time[1]) * 1_000_000_000 + int(time[2])
    try:
        kind = EventKind(words[1])
    except ValueError:
        raise wrong("the second word must be add, resize, remove, fault or lost") from None
    if kind is EventKind.FAULT:
        if not _HEX.fullmatch(words[2]):
            raise wrong("the address must be hexadecimal digits")
        return Event(nanoseconds, kind, address=int(words[2], 16))
    if kind is EventKind.LOST:
        if not words[2].isdecimal():
            raise wrong("the count must be a decimal number")
        return Event(nanoseconds, kind, count=int(words[2]))
    if not words[2]:
        raise wrong("the identity is empty")
    if kind is EventKind.REMOVE:
        return Event(nanoseconds, kind, id=words[2])
    extents = _RANGE.fullmatch(words[3]) if len(words) > 3 else None
    if not extents:
        raise wrong("the range must be START-END in hexadecimal digits")
    return Event(nanoseconds, kind, id=words[2], start=int(extents[1], 16), end=int(extents[2], 16))

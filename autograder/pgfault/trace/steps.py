# SPDX-License-Identifier: MIT
"""The steps of a traced process: ``unmap 0 0 2`` is a probe's, a student reads ``munmap()``.

``pgfault/probes/actions.c`` has the same steps with the same arguments, and takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import PAGE

STRIDE = 1 << 28  # bytes between the areas of a target
MOVED = 1 << 27  # from an area to its other place
START = "tracing started"
UNKNOWN = "the traced process took its next step"
PROTECTIONS = {"none": "inaccessible", "r": "read-only", "rw": "writable"}


class Step(NamedTuple):
    """What a target can do in one step."""

    arguments: str  # S is an area, FIRST a page of it, N a number, PAGES a list of pages
    words: str  # what it did, as a clause; :func:`in_words` fills in the names in braces
    first_touch_faults: bool | None = None  # in this area from now on; None: as before


STEPS = {
    "map": Step("S N", "mmap() added {range}", True),
    "shared": Step("S N", "mmap(MAP_SHARED) added {range}", True),
    "file": Step("S N", "mmap() added {range} of a file", False),
    "attach": Step("S N", "shmat() added {range}"),
    "detach": Step("S", "shmdt() removed the segment at {start}"),
    "reserve": Step("S N", "mmap(PROT_NONE) added {range}", False),
    "stripes": Step("S N", "mmap() added {N} regions of 1 page each at {start}"),
    "touch": Step("S PAGES", "the traced process wrote to {pages} of the region at {start}"),
    "look": Step("S PAGES", "the traced process read from {pages} of the region at {start}"),
    "fill": Step(
        "S PAGES",
        "the traced process called read() on a pipe, into {pages} of the region at {start}",
    ),
    "drain": Step(
        "S PAGES",
        "the traced process called write() on a pipe, from {pages} of the region at {start}",
    ),
    "unmap": Step("S FIRST N", "munmap() removed {range}"),
    "protect": Step("S FIRST N P", "mprotect() made {range} {protection}"),
    "lock": Step("S FIRST N", "mlock() locked {range}", False),
    "resize": Step("S OLD NEW", "mremap() resized the region at {start} from {OLD} to {new}"),
    "move": Step(
        "S OLD NEW",
        "mremap() moved the region at {start} to {moved} and resized it from {OLD} to {new}",
        False,
    ),
    "discard": Step("S FIRST N", "madvise(MADV_DONTNEED) gave back {range}"),
    "over": Step("S FIRST N", "mmap(MAP_FIXED) put a new mapping over {range}", False),
    "overfail": Step("S FIRST N", "mmap(MAP_FIXED) over {range} failed, because of RLIMIT_AS"),
    "brk": Step("N", "brk() {resized} the heap by {count}"),
    "heap": Step("PAGES", "the traced process wrote to {pages} of the heap that brk() added"),
    "image": Step("PAGES", "the traced process wrote to {pages} of its program's data"),
    "stack": Step("N", "a chain of calls used {count} of stack"),
    "overstack": Step("", "the stack was to grow beyond RLIMIT_STACK, which the kernel refused"),
    "touchrange": Step("S FIRST N", "the traced process wrote to {range}"),
    "lookrange": Step("S FIRST N", "the traced process read from {range}"),
    "fork": Step("", "the traced process forked a child, which used 8 pages of stack and exited"),
    "hold": Step("", "the traced process forked a child, which lives on"),
    "drop": Step("", "the child was killed and reaped"),
    "poke": Step(
        "S FIRST N", "the traced process wrote to {range} of a child through /proc/PID/mem"
    ),
    "spawn": Step("", "the traced process ran a program with posix_spawn()"),
    "exec": Step("", "the traced process called execve()"),
    "threadexec": Step("", "a second thread of the traced process called execve()"),
    "badexec": Step("", "the traced process called execve(), which failed"),
    "write1": Step("", "the traced process wrote 1 to its own pgfault_history"),
    "pause": Step("SECONDS", "the traced process slept for {SECONDS} s"),
    "exit": Step("N", "the traced process called exit({N})"),
    "signal": Step("N", "the traced process sent itself signal {N}"),
    "crash": Step("", "the traced process crashed"),
    "none": Step("", "the traced process did nothing"),
}


@dataclass(frozen=True)
class Taken:
    """A step with its arguments, by their names in the table."""

    step: Step
    arguments: Mapping[str, str]

    def start(self, base: int) -> int:
        """Where its area begins; ``base`` itself if it has none."""
        return base + int(self.arguments.get("S", 0)) * STRIDE

    @property
    def pages(self) -> list[int]:
        """The pages that it names one by one, in this order."""
        return [int(page) for page in self.arguments.get("PAGES", "").split(",") if page]


def parse(text: str) -> Taken | None:
    """The step in ``text``; None if there is none like that."""
    name, *arguments = text.split() or [""]
    step = STEPS.get(name)
    names = step.arguments.split() if step else []
    if step is None or len(names) != len(arguments):
        return None
    return Taken(step, dict(zip(names, arguments, strict=True)))


def step_of(params: Mapping[str, str], index: int) -> str:
    """Step ``index`` of the probe ``steps``; empty for 0."""
    return params["steps"].split(";")[index - 1] if index else ""


def happened(params: Mapping[str, str], index: int) -> str:
    """What step ``index`` of the probe ``steps`` did; 0 is before the first."""
    step = step_of(params, index)
    return in_words(step, int(params.get("base", "0"), 16)) if step else START


def after(params: Mapping[str, str], index: int) -> str:
    """The moment after step ``index`` of the probe ``steps``; 0 is before the first."""
    return f"{'after' if index else 'when'} {happened(params, index)}"


def in_words(text: str, base: int) -> str:
    """What the step in ``text`` did, for a process whose areas begin at ``base``."""
    taken = parse(text)
    try:
        return taken.step.words.format(**_fields(taken, base)) if taken else UNKNOWN
    except (ValueError, KeyError):
        return UNKNOWN


def _fields(taken: Taken, base: int) -> dict[str, str]:
    """What stands for the names in braces."""
    given, start = taken.arguments, taken.start(base)
    amount = int(given.get("N", 0))
    first = start + int(given.get("FIRST", 0)) * PAGE
    return {
        **given,
        "start": f"{start:x}",
        "moved": f"{start + MOVED:x}",
        "range": f"{_count(amount)} ({Extents(first, first + amount * PAGE)})",
        "count": _count(abs(amount)),
        "pages": _count(len(taken.pages)),
        "new": _count(int(given.get("NEW", 0))),
        "resized": "grew" if amount >= 0 else "shrank",
        "protection": PROTECTIONS[given.get("P", "none")],
    }


def _count(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages} pages"

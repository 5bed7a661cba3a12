# SPDX-License-Identifier: MIT
"""The steps of a target in words: ``unmap 0 0 2`` is a probe's, a student reads ``munmap``.

What each step does stands in ``guest/probes/actions.c``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.trace.address_space import Extents
from autograder.trace.events import PAGE

STRIDE = 1 << 28  # bytes between the areas of a target
MOVED = 1 << 27  # from an area to its other place
MOST_LISTED = 6  # pages
START = "when tracing has started"

_PROTECTIONS = {"none": "PROT_NONE", "r": "PROT_READ", "rw": "PROT_READ | PROT_WRITE"}
_EACH_PAGE = {
    "touch": "writing to",
    "look": "reading from",
    "fill": "read(2) from a pipe into",
    "drain": "write(2) to a pipe from",
}
_MAPPINGS = {
    "map": "mmap of {}",
    "shared": "mmap (MAP_SHARED) of {}",
    "file": "mmap of a file: {}",
    "reserve": "mmap (PROT_NONE) of {}",
    "attach": "shmat of {}",
}
_RANGES = {
    "unmap": "munmap of {}",
    "lock": "mlock of {}",
    "discard": "madvise (MADV_DONTNEED) of {}",
    "over": "mmap (MAP_FIXED) of {}",
    "overfail": "an mmap (MAP_FIXED) that fails, of {}",
    "poke": "writing through the /proc/PID/mem of a child to {}",
    "touchrange": "writing to {}",
    "lookrange": "reading from {}",
}
_PLAIN = {
    "fork": "a fork whose child uses some stack and exits",
    "hold": "a fork whose child lives on",
    "drop": "the end of that child",
    "spawn": "a vfork whose child runs a program",
    "exec": "execve",
    "threadexec": "execve by a second thread",
    "badexec": "an execve that fails",
    "overstack": "calls that need more stack than RLIMIT_STACK allows",
    "write1": "writing 1 to its own pgfault_history",
    "crash": "a crash",
    "none": "nothing",
}


def after(params: Mapping[str, str], index: int) -> str:
    """The moment after step ``index`` of the probe ``steps``; 0 is before the first."""
    if not index:
        return START
    step = params["steps"].split(";")[index - 1]
    return f"after {words(step, int(params.get('base', '0'), 16))}"


def words(step: str, base: int) -> str:
    """What ``step`` does, with addresses, for a target whose areas begin at ``base``."""
    what, *arguments = step.split()
    try:
        return _words(what, arguments, base)
    except (ValueError, IndexError):
        return f"'{step}'"  # a step that only its probe understands


def _words(what: str, arguments: list[str], base: int) -> str:
    if what in _PLAIN:
        return _PLAIN[what]
    if what in _AMOUNTS:
        return _AMOUNTS[what](int(arguments[0]))
    if what == "heap":
        return f"writing to {_pages(arguments[0])} of what brk added"
    if what == "image":
        return f"writing to {_pages(arguments[0])} of the data in its program"
    if what == "pause":
        return f"{float(arguments[0]):g} s of sleep"
    start = base + int(arguments[0]) * STRIDE
    if what in _EACH_PAGE:
        return f"{_EACH_PAGE[what]} {_pages(arguments[1])} of the mapping at {start:x}"
    if what in _MAPPINGS:
        return _MAPPINGS[what].format(_range(start, 0, int(arguments[1])))
    if what == "detach":
        return f"shmdt of {start:x}"
    if what in ("resize", "move"):
        old, new = int(arguments[1]), int(arguments[2])
        target = f"{start + MOVED:x}, {new} pages" if what == "move" else f"{new} pages, in place"
        return f"mremap of {_range(start, 0, old)} to {target}"
    place = _range(start, int(arguments[1]), int(arguments[2]))
    if what == "protect":
        return f"mprotect of {place} to {_PROTECTIONS[arguments[3]]}"
    return _RANGES[what].format(place) if what in _RANGES else f"'{what}'"


def _brk(pages: int) -> str:
    return f"brk that {'adds' if pages >= 0 else 'takes away'} {_counted(abs(pages))}"


_AMOUNTS: dict[str, Callable[[int], str]] = {
    "brk": _brk,
    "stack": lambda pages: f"calls that use {_counted(pages)} of stack",
    "exit": lambda status: f"exit({status})",
    "signal": lambda number: f"signal {number}",
}


def _range(start: int, first: int, pages: int) -> str:
    begin = start + first * PAGE
    return f"{Extents(begin, begin + pages * PAGE)} ({_counted(pages)})"


def _counted(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages} pages"


def _pages(listed: str) -> str:
    pages = [int(page) for page in listed.split(",")]
    if len(pages) == 1:
        return f"page {pages[0]}"
    if len(pages) <= MOST_LISTED:
        return f"pages {', '.join(map(str, pages))}"
    return f"{len(pages)} pages"

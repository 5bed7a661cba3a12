# SPDX-License-Identifier: MIT
"""The steps of a target in words: ``unmap 0 0 2`` is a probe's, a student reads ``munmap()``.

What each step does stands in ``pgfault/probes/actions.c``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.pgfault.trace.events import PAGE

STRIDE = 1 << 28  # bytes between the areas of a target
MOVED = 1 << 27  # from an area to its other place
MOST_LISTED = 6  # pages
START = "when tracing started"

_PROTECTIONS = {"none": "inaccessible", "r": "read-only", "rw": "readable and writable"}
_EACH_PAGE = {
    "touch": "the process wrote to {}",
    "look": "the process read from {}",
    "fill": "read() copied from a pipe into {}",
    "drain": "write() copied into a pipe from {}",
}
_MAPPINGS = {
    "map": "mmap() mapped {}",
    "shared": "mmap() with MAP_SHARED mapped {}",
    "file": "mmap() mapped a file: {}",
    "reserve": "mmap() with PROT_NONE mapped {}",
    "attach": "shmat() attached {}",
}
_RANGES = {
    "unmap": "munmap() unmapped {}",
    "lock": "mlock() locked {}",
    "discard": "madvise() with MADV_DONTNEED discarded {}",
    "over": "mmap() with MAP_FIXED replaced {}",
    "overfail": "mmap() with MAP_FIXED failed to replace {}",
    "poke": "the process wrote through /proc/PID/mem to {} in its child",
    "touchrange": "the process wrote to {}",
    "lookrange": "the process read from {}",
}
_PLAIN = {
    "fork": "fork() made a child that used some stack and exited",
    "hold": "fork() made a child that lives on",
    "drop": "that child ended",
    "spawn": "vfork() made a child that ran a program",
    "exec": "execve() replaced the program",
    "threadexec": "execve() by a second thread replaced the program",
    "badexec": "execve() failed",
    "overstack": "the process needed more stack than RLIMIT_STACK allows",
    "write1": "the process wrote 1 to its own pgfault_history",
    "crash": "the process crashed",
    "none": "the process did nothing",
}


def after(params: Mapping[str, str], index: int) -> str:
    """The moment after step ``index`` of the probe ``steps``; 0 is before the first."""
    if not index:
        return START
    step = params["steps"].split(";")[index - 1]
    return f"after {words(step, int(params.get('base', '0'), 16))}"


def words(step: str, base: int) -> str:
    """What ``step`` did, as a clause, for a target whose areas begin at ``base``."""
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
        return f"the process wrote to {_pages(arguments[0])} of what brk() added"
    if what == "image":
        return f"the process wrote to {_pages(arguments[0])} of the data in its program"
    if what == "pause":
        return f"the process slept for {float(arguments[0]):g} s"
    start = base + int(arguments[0]) * STRIDE
    if what in _EACH_PAGE:
        pages = f"{_pages(arguments[1])} of the mapping at {start:x}"
        return _EACH_PAGE[what].format(pages)
    if what in _MAPPINGS:
        return _MAPPINGS[what].format(_range(start, 0, int(arguments[1])))
    if what == "detach":
        return f"shmdt() detached the memory at {start:x}"
    if what in ("resize", "move"):
        old, new = int(arguments[1]), int(arguments[2])
        if what == "move":
            return f"mremap() moved {_range(start, 0, old)} to {_range(start + MOVED, 0, new)}"
        return f"mremap() resized the mapping at {start:x} from {old} to {_counted(new)}"
    place = _range(start, int(arguments[1]), int(arguments[2]))
    if what == "protect":
        return f"mprotect() made {place} {_PROTECTIONS[arguments[3]]}"
    return _RANGES[what].format(place) if what in _RANGES else f"'{what}'"


def _brk(pages: int) -> str:
    change = f"added {_counted(pages)} to" if pages >= 0 else f"removed {_counted(-pages)} from"
    return f"brk() {change} the heap"


_AMOUNTS: dict[str, Callable[[int], str]] = {
    "brk": _brk,
    "stack": lambda pages: f"the process used {_counted(pages)} of stack",
    "exit": lambda status: f"the process called exit({status})",
    "signal": lambda number: f"signal {number} reached the process",
}


def _range(start: int, first: int, pages: int) -> str:
    return f"{_counted(pages)} at {start + first * PAGE:x}"


def _counted(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages} pages"


def _pages(listed: str) -> str:
    pages = [int(page) for page in listed.split(",")]
    if len(pages) == 1:
        return f"page {pages[0]}"
    if len(pages) <= MOST_LISTED:
        return f"pages {', '.join(map(str, pages))}"
    return f"{len(pages)} pages"

# SPDX-License-Identifier: MIT
"""What a traced process did in a step, as a sentence: 'mprotect() made 9 pages read-only'.

What each step does is explained at the top of ``pgfault/probes/actions.c``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import PAGE
from autograder.pgfault.trace.steps import MOVED, STRIDE

START = "tracing started"

_PLAIN = {
    "fork": "the traced process forked a child, which used 8 pages of stack and exited",
    "hold": "the traced process forked a child, which lives on",
    "drop": "the child was killed and reaped",
    "spawn": "the traced process ran a program with posix_spawn()",
    "exec": "the traced process called execve()",
    "threadexec": "a second thread of the traced process called execve()",
    "badexec": "the traced process called execve(), which failed",
    "overstack": "the stack was to grow beyond RLIMIT_STACK, which the kernel refused",
    "none": "the traced process did nothing",
}
_PROTECTIONS = {"none": "inaccessible", "r": "read-only", "rw": "writable"}
_RANGES = {
    "map": "mmap() added {}",
    "shared": "mmap(MAP_SHARED) added {}",
    "file": "mmap() added {} of a file",
    "attach": "shmat() added {}",
    "reserve": "mmap(PROT_NONE) added {}",
    "unmap": "munmap() removed {}",
    "lock": "mlock() locked {}",
    "discard": "madvise(MADV_DONTNEED) gave back {}",
    "over": "mmap(MAP_FIXED) put a new mapping over {}",
    "overfail": "mmap(MAP_FIXED) over {} failed, because of RLIMIT_AS",
    "poke": "the traced process wrote to {} of a child through /proc/PID/mem",
    "touchrange": "the traced process wrote to {}",
    "lookrange": "the traced process read from {}",
}
_WHOLE = ("map", "shared", "file", "attach", "reserve")  # their areas begin with the first page
_EACH_PAGE = {
    "touch": "wrote to",
    "look": "read from",
    "fill": "called read() on a pipe, into",
    "drain": "called write() on a pipe, from",
}


def happened(params: Mapping[str, str], index: int) -> str:
    """What step ``index`` of the probe ``steps`` did; 0 is before the first."""
    step = step_of(params, index)
    return in_words(step, int(params.get("base", "0"), 16)) if step else START


def step_of(params: Mapping[str, str], index: int) -> str:
    """Step ``index`` of the probe ``steps``; empty for 0."""
    return params["steps"].split(";")[index - 1] if index else ""


def in_words(step: str, base: int) -> str:
    """What ``step`` did, with addresses, for a process whose areas begin at ``base``."""
    what, *arguments = step.split()
    if what in _PLAIN:
        return _PLAIN[what]
    try:
        return _in_words(what, arguments, base)
    except (ValueError, IndexError, KeyError):
        return "the traced process took its next step"


def _in_words(what: str, arguments: list[str], base: int) -> str:
    if what in _AMOUNTS:
        return _AMOUNTS[what](int(arguments[0]))
    if what in ("heap", "image"):
        place = "the heap that brk() added" if what == "heap" else "its program's data"
        return f"the traced process wrote to {_count(len(arguments[0].split(',')))} of {place}"
    if what == "pause":
        return f"the traced process slept for {float(arguments[0]):g} s"
    start = base + int(arguments[0]) * STRIDE
    if what == "stripes":
        return f"mmap() added {arguments[1]} regions of 1 page each at {start:x}"
    if what in _EACH_PAGE:
        pages = _count(len(arguments[1].split(",")))
        return f"the traced process {_EACH_PAGE[what]} {pages} of the region at {start:x}"
    if what == "detach":
        return f"shmdt() removed the segment at {start:x}"
    if what in ("resize", "move"):
        sizes = f"from {arguments[1]} to {_count(int(arguments[2]))}"
        if what == "resize":
            return f"mremap() resized the region at {start:x} {sizes}"
        return f"mremap() moved the region at {start:x} to {start + MOVED:x} and resized it {sizes}"
    if what in _WHOLE:
        return _RANGES[what].format(_range(start, int(arguments[1])))
    place = _range(start + int(arguments[1]) * PAGE, int(arguments[2]))
    if what == "protect":
        return f"mprotect() made {place} {_PROTECTIONS[arguments[3]]}"
    return _RANGES[what].format(place)


def _brk(pages: int) -> str:
    return f"brk() {'grew' if pages >= 0 else 'shrank'} the heap by {_count(abs(pages))}"


_AMOUNTS: dict[str, Callable[[int], str]] = {
    "brk": _brk,
    "stack": lambda pages: f"a chain of calls used {_count(pages)} of stack",
}


def _range(start: int, pages: int) -> str:
    return f"{_count(pages)} ({Extents(start, start + pages * PAGE)})"


def _count(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages} pages"

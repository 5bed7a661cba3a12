# SPDX-License-Identifier: MIT
"""What the parts of an address space are called: program, heap, stack, mapped file.

/proc/PID/maps says it of each region; the areas in which a target of the checks maps memory
are known from its parameters.  Of a trace alone only the stack can be guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.pgfault.trace.address_space import Extents, maps_lines
from autograder.pgfault.trace.history import History
from autograder.pgfault.trace.steps import STRIDE
from autograder.text import one_line

AREAS = 16  # more than any target of the checks uses
AREA = "the check's area"
STACK = "the stack"
HEAP = "the heap"
LONGEST_NAME = 40  # characters of a file's name
LEAST_STACK = 8  # pages: what lies above the stack ([vvar], [vdso]) has fewer
HIGHEST = 1 << 47  # the end of what a process can map
MOST_HIGH = 500  # regions far up: among more than that no stack is looked for
FAR_UP = HIGHEST - (1 << 40)  # stacks begin above this

_BRACKETED = re.compile(r"\[([a-z_]+)\]")
_SPECIAL = {"heap": HEAP, "stack": STACK}


@dataclass(frozen=True)
class Place:
    """A range of addresses that has a name."""

    extents: Extents
    name: str


def of_maps(text: str) -> list[Place]:
    """The named regions in the text of /proc/PID/maps."""
    return [Place(extents, name) for extents, name in _named(text) if name]


def of_check(params: Mapping[str, str]) -> list[Place]:
    """The areas in which a target of the checks maps memory; none if it has none."""
    base = int(params.get("base", "0"), 16)
    return [Place(Extents(base, base + AREAS * STRIDE), AREA)] if base else []


def names(history: History, places: Sequence[Place]) -> list[str]:
    """A name for each of the history's regions, in its order; empty if none is known."""
    exact = {place.extents: place.name for place in places}
    found = [_name([each for _, each in life.spans], exact, places) for life in history.lives]
    if STACK not in found:
        for number in _guessed_stacks(history):
            found[number] = found[number] or STACK
    return found


def name_of(extents: Extents, places: Sequence[Place]) -> str:
    """What a range of addresses is called; empty if it has no name."""
    return _name([extents], {place.extents: place.name for place in places}, places)


def short(name: str) -> str:
    """A name as a label has room for it."""
    bare = name.removeprefix("the ").removeprefix("mapped file ")
    return "program" if bare.startswith("program's ") else bare


def _name(spans: list[Extents], exact: Mapping[Extents, str], places: Sequence[Place]) -> str:
    """The name of the place that shares most pages with a region at any time."""
    for extents in spans:
        if extents in exact:
            return exact[extents]
    shared, name = max(
        ((_common(extents, place.extents), place.name) for extents in spans for place in places),
        default=(0, ""),
    )
    return name if shared else ""


def _common(one: Extents, other: Extents) -> int:
    return max(min(one.end, other.end) - max(one.start, other.start), 0)


def _guessed_stacks(history: History) -> list[int]:
    """The regions far up than which no other was higher in their time, but for small ones.

    There is more than one if the process ran another program.
    """
    high = [
        (number, life, life.extents.start)
        for number, life in enumerate(history.lives)
        if life.extents.start >= FAR_UP and life.extents.pages >= LEAST_STACK
    ]
    if len(high) > MOST_HIGH:
        return []
    return [
        number
        for number, life, start in high
        if not any(
            above > start and other.born < life.ended and life.born < other.ended
            for _, other, above in high
        )
    ]


def _named(text: str) -> Iterator[tuple[Extents, str]]:
    """Each region with its name; one without a name that follows the program's data is data."""
    program = ""
    before = Extents(0, 0)
    last = ""
    for extents, permissions, path in maps_lines(text):
        if bracketed := _BRACKETED.fullmatch(path):
            name = _SPECIAL.get(bracketed[1], path)
        elif path:
            # The loader and the libraries may lie below the program.
            program = program or ("" if ".so" in PurePosixPath(path).suffixes else path)
            name = _of_file(path, permissions, path == program)
        else:
            name = last if last == _DATA and extents.start == before.end else ""
        if path != "[vsyscall]":
            yield extents, name
        before, last = extents, name


_SHARED = ("/dev/zero", "/SYSV")  # what MAP_SHARED without a file, and shmat, appear as
_TEXT, _DATA, _READ_ONLY = (
    "the program's text",
    "the program's data",
    "the program's read-only data",
)


def _of_file(path: str, permissions: str, program: bool) -> str:
    if path.startswith(_SHARED):
        return "shared memory"
    if not program:
        name = PurePosixPath(path.removesuffix(" (deleted)")).name or path
        return f"the mapped file {one_line(name, LONGEST_NAME)}"
    if "x" in permissions:
        return _TEXT
    return _DATA if "w" in permissions else _READ_ONLY

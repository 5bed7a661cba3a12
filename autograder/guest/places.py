# SPDX-License-Identifier: MIT
"""Where a process can be held or seen: instructions of the lines that a submission's patch adds.

The kernel's file comes from a submission: objdump and addr2line read it, inside the sandbox.
"""

from __future__ import annotations

import re
import shlex
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError
from autograder.guest.symbols import SOURCE
from autograder.sandbox.command import Bind, Limits
from autograder.sandbox.sandbox import Sandbox

Added = Mapping[str, frozenset[int]]
"""For each patched file of the kernel the numbers of the lines that the patch adds."""

LINUX = "/guest/linux"
LIMITS = Limits(cpu_seconds=60, wall_seconds=120, memory_bytes=2 << 30, output_bytes=32 << 20)
MOST_PLACES = 16_000  # the kernel has room for 16,384

# Prints the addresses of the rows of those sources that were compiled on their own.
ROWS = """
BEGIN { split(units, names); for (n in names) { own["./" names[n] ":"]; own[names[n] ":"] } }
$1 == "CU:" { inside = $2 in own }
inside && $3 ~ /^0x/ { print $3 }
"""

_INIT = re.compile(r"\s+\d+ \.init\.text\s+([0-9a-f]+)\s+([0-9a-f]+) .*")
# With KASAN, a file's variables are announced in functions of the compiler's own.
_COMPILERS_OWN = re.compile(r"_sub_[ID]_\d+_\d+")
_NAME = re.compile(r"[\w./+-]+")
_ADDRESS = re.compile(r"0x([0-9a-f]{1,16})")


@dataclass(frozen=True)
class Place:
    """An instruction, and the added line that it belongs to."""

    address: int
    function: str
    file: str
    line: int
    others: tuple[Frame, ...] = ()
    """Further added lines that it belongs to, where functions are inlined."""

    @property
    def frames(self) -> tuple[Frame, ...]:
        """All added lines that it belongs to, its own first."""
        return (Frame(self.function, self.file, self.line), *self.others)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Frame:
    """A line of the source that an instruction belongs to; several where functions are inlined."""

    function: str
    file: str
    line: int


def find(linux: Path, added: Added, sandbox: Sandbox) -> list[Place]:
    """All places of a kernel, by address; none where no added line has code.

    Not those that only the boot runs: it is over when a process can be held.  They are where
    the table of lines in the kernel's file has another row, also one for what is inlined into
    an added line.
    Errors: GraderError where the tools cannot read the kernel.
    """
    units = " ".join(sorted(name for name in added if _NAME.fullmatch(name)))
    command = (
        f"objdump -w -h -j .init.text {LINUX};"
        f" objdump -w --dwarf=decodedline {LINUX} | awk -v units={shlex.quote(units)}"
        f" {shlex.quote(ROWS)} | addr2line -a -i -f -e {LINUX}"
    )
    done = sandbox.run(["sh", "-c", command], binds=[Bind(linux, LINUX)], limits=LIMITS)
    if not done.ok:
        raise GraderError(f"the kernel's lines cannot be read: {done.output[-200:]}")
    told = parse_frames(done.output)
    passing = init_text(done.output)
    found = [
        place_of(address, frames, added)
        for address, frames in sorted(told.items())
        if address not in passing
    ]
    return [place for place in found if place is not None][:MOST_PLACES]


def at(places: Sequence[Place], address: int) -> Place | None:
    """The place with this address, in a list by address."""
    index = bisect_right(places, address, key=lambda place: place.address) - 1
    return places[index] if index >= 0 and places[index].address == address else None


def init_text(output: str) -> range:
    """The addresses of what only the boot runs, from what ``objdump -h`` says; maybe none."""
    found = next(filter(None, map(_INIT.fullmatch, output.splitlines()[:20])), None)
    start, size = (int(found[2], 16), int(found[1], 16)) if found else (0, 0)
    return range(start, start + size)


def numbered(places: Sequence[Place], stretches: Mapping[int, int]) -> str:
    """What the guest is told: each place's address, and numbers for its line and its stretch."""
    lines: dict[tuple[str, int], int] = {}
    return "".join(
        f"place {place.address:x} {lines.setdefault((place.file, place.line), len(lines))}"
        f" {stretches[place.address]}\n"
        for place in places
    )


def parse_frames(output: str) -> dict[int, list[Frame]]:
    """What ``addr2line -a -i -f`` says, the innermost function first.

    That is an address, then pairs of a function and its place.
    """
    found: dict[int, list[Frame]] = {}
    frames: list[Frame] = []
    function = ""
    for line in output.splitlines():
        if match := _ADDRESS.fullmatch(line):
            frames = found.setdefault(int(match[1], 16), [])
            function = ""
        elif not function:
            function = line
        else:
            if match := SOURCE.match(line):
                file, _, number = match[1].rpartition(":")
                frames.append(Frame(function, file, int(number)))
            function = ""
    return found


def place_of(address: int, frames: Sequence[Frame], added: Added) -> Place | None:
    """The innermost line that the patch added; one in a header counts where there is no other."""
    own = [
        frame
        for frame in frames
        if frame.line in added.get(frame.file, ()) and not _COMPILERS_OWN.match(frame.function)
    ]
    if not own:
        return None
    frame = next((frame for frame in own if frame.file.endswith(".c")), own[0])
    others = tuple(other for other in own if other is not frame)
    return Place(address, frame.function, frame.file, frame.line, others)

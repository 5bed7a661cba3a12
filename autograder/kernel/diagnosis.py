# SPDX-License-Identifier: MIT
"""Find the first error in the output of a build, as a student wants to see it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass

LONGEST_EXCERPT = 20  # lines
LONGEST_LINE = 1000  # characters: the expressions below take much longer for longer ones

_COMPILER = re.compile(
    r"^(?P<file>[^\s:]+):(?P<line>\d+):(?:\d+:)? (?:fatal error|error|Error): (?P<text>.*)$"
)
_MAKEFILE = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+): \*\*\* (?P<text>.*?)(?: +Stop\.)?$")
_NO_RULE = re.compile(r"\*\*\* No rule to make target '(?P<target>[^']*)'")
_LINKER = re.compile(
    r"(?:(?P<file>[^\s:]+):(?:(?P<line>\d+)|\([^)]*\)): )?"
    r"(?P<text>(?:undefined reference to|multiple definition of) [`'][^']+'.*)$"
)
_MODPOST = re.compile(r"^ERROR: modpost: (?P<text>.*)$")
_KCONFIG = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+): ?(?:error: )?(?P<text>.*)$")
_MAKE = re.compile(r"^make(?:\[\d+\])?: \*\*\* (?P<text>.*)$")
_BEFORE = re.compile(r"In file included from| +from |\S+: (?:In function|At top level)")


@dataclass(frozen=True)
class BuildError:
    """An error of a compiler, linker or of make; ``file`` is empty where none is named."""

    text: str
    file: str = ""
    line: int = 0
    excerpt: str = ""
    linking: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return place + self.text


def compilation(log: str, touched: Collection[str] = ()) -> BuildError | None:
    """The first error in a build's log, those in ``touched`` files before any other.

    File names are relative to the top of the source.
    """
    lines = _lines(log)
    found = [error for number in range(len(lines)) if (error := _at(lines, number)) is not None]
    for error in found:
        if error.file in touched:
            return error
    if found:
        return found[0]
    for line in lines:
        if match := _MAKE.match(line):
            return BuildError(match["text"])
    return None


def configuration(log: str) -> BuildError | None:
    """The first error that Kconfig reports."""
    for line in _lines(log):
        match = _KCONFIG.match(line)
        if match and not match["text"].startswith("warning"):
            return BuildError(match["text"], _name(match["file"]), int(match["line"]), line)
    return None


def _lines(log: str) -> list[str]:
    """The lines, cut where they are too long for a message of any use."""
    return [line[:LONGEST_LINE] for line in log.splitlines()]


def _at(lines: list[str], number: int) -> BuildError | None:
    line = lines[number]
    if match := _COMPILER.match(line):
        excerpt = _excerpt(lines, number)
        return BuildError(match["text"], _name(match["file"]), int(match["line"]), excerpt)
    if match := _MAKEFILE.match(line):
        return BuildError(match["text"], _name(match["file"]), int(match["line"]), line)
    if match := _NO_RULE.search(line):
        return BuildError(f"there is nothing to make '{match['target']}' from", excerpt=line)
    if match := _LINKER.search(line):
        file, at = match["file"] or "", int(match["line"] or 0)
        excerpt = "\n".join(lines[max(0, number - 1) : number + 3])
        return BuildError(match["text"], _name(file), at, excerpt, linking=True)
    if match := _MODPOST.match(line):
        return BuildError(match["text"], excerpt=line, linking=True)
    return None


def _excerpt(lines: list[str], number: int) -> str:
    """The lines around an error that the compiler wrote to explain it."""
    first = last = number
    while first > 0 and _BEFORE.match(lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].startswith(" "):
        last += 1
    return "\n".join(lines[first : last + 1][:LONGEST_EXCERPT])


def _name(file: str) -> str:
    """The name relative to the top of the source, however the compiler was called."""
    file = posixpath.normpath(file) if file else ""
    return file.removeprefix("/kernel/")

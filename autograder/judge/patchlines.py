# SPDX-License-Identifier: MIT
"""The lines of the patched source that a submission's patch shows, with their numbers.

The patched tree itself is gone by the time reports are written (or was never made, where
the kernel was built before); what a student wants to see around a stack frame is his own
lines anyway, and those are in the patch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.results import Evidence, Excerpt, PatchLine

AROUND = 4  # lines before and after that of the frame
MOST_EXCERPTS = 4
LONGEST_LINE = 200
LONGEST_ROW = 500  # characters of a line of a report or a log

_TARGET = re.compile(r"\+\+\+ (?:\"?b/|\./)?([^\t\n\"]+)")
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
# As autograder.guest.symbols writes it: two blanks and the place behind the line.
_PLACED = re.compile(
    r"^(?!.*\] \? ).*?(?:(?P<symbol>[A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+|\] 0x[0-9a-f]+)"
    r".* {2}(?P<file>\S+\.[chS]):(?P<line>\d+)$"
)
_ERROR = re.compile(
    r"^(?:\./)?(?P<file>[\w/.-]+\.[chS]):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: "
)
# As a check that holds a process writes it.
_HELD = re.compile(r"^ +(?P<symbol>\w+) {2}(?P<file>\S+\.[chS]):(?P<line>\d+)$")
_PATTERNS = {"report": _PLACED, "hang": _PLACED, "held": _HELD, "compiler": _ERROR}
_FUNCTION = re.compile(r"^\S+: In function '(?P<symbol>\w+)':$")


@dataclass
class PatchedFile:
    """What is known of one patched file: its lines by number, and which were added."""

    lines: dict[int, PatchLine] = field(default_factory=dict)

    def replace(self, start: int, length: int, body: list[PatchLine]) -> None:
        """Take in a hunk: ``length`` lines from ``start`` on give way to ``body``."""
        moved = len(body) - length
        known: dict[int, PatchLine] = {}
        for number, line in self.lines.items():
            if number >= start + length:
                number += moved
            elif number >= start:
                continue
            known[number] = line.model_copy(update={"number": number})
        before = self.lines
        for place, line in enumerate(body, start=start):
            # Context of a later patch of a series may be what an earlier one added.
            old = before.get(line.number)
            added = line.added or (old is not None and old.text == line.text and old.added)
            known[place] = PatchLine(number=place, added=added, text=line.text)
        self.lines = known


class PatchedLines:
    """The patched files of a submission."""

    def __init__(self, patch: bytes) -> None:
        self.files: dict[str, PatchedFile] = {}
        self._read(patch.decode(errors="replace").splitlines())

    def around(self, name: str, line: int) -> list[PatchLine]:
        """The known lines next to ``line``; none where the patch does not show it."""
        file = self.files.get(name)
        if file is None or line not in file.lines:
            return []
        near = range(line - AROUND, line + AROUND + 1)
        return [file.lines[number] for number in near if number in file.lines]

    def added(self) -> dict[str, frozenset[int]]:
        """The numbers of the lines that the patch adds to each file; empty for none."""
        return {
            name: frozenset(number for number, line in file.lines.items() if line.added)
            for name, file in self.files.items()
        }

    def _read(self, rows: list[str]) -> None:
        name, shift, at = "", 0, 0
        while at < len(rows):
            row = rows[at]
            at += 1
            if row.startswith("--- ") and at < len(rows) and (match := _TARGET.match(rows[at])):
                name, shift = match[1].strip(), 0
                at += 1
            elif name and (match := _HUNK.match(row)):
                start, old = int(match[1]), _count(match[2])
                body, at = _body(rows, at, start, old, _count(match[4]))
                file = self.files.setdefault(name, PatchedFile())
                # An empty range names the line before it.
                file.replace((start if old else start + 1) + shift, old, _moved(body, shift))
                shift += len(body) - old


def _count(text: str | None) -> int:
    return 1 if text is None else int(text)


def _body(rows: list[str], at: int, start: int, old: int, new: int) -> tuple[list[PatchLine], int]:
    """The new side of a hunk, each line with its number on the old side, and where it ends."""
    body: list[PatchLine] = []
    number = start
    while at < len(rows) and (old > 0 or new > 0):
        mark, text = rows[at][:1], rows[at][1:]
        at += 1
        if mark == "\\":
            continue
        if mark != "+":
            old -= 1
        if mark != "-":
            new -= 1
            body.append(PatchLine(number=number, added=mark == "+", text=text[:LONGEST_LINE]))
        if mark != "+":
            number += 1
    return body, at


def _moved(body: list[PatchLine], shift: int) -> list[PatchLine]:
    return [line.model_copy(update={"number": line.number + shift}) for line in body]


def with_excerpts(evidence: Evidence, patched: PatchedLines) -> Evidence:
    """``evidence`` with the submission's own lines around what it points to: the frames of a
    kernel report, the errors of a compiler.
    """
    found: dict[tuple[str, int], Excerpt] = {}
    for symbol, name, line in _places(evidence):
        lines = patched.around(name, line)
        # Lines of context alone are the kernel's own: a frame there tells nothing.
        if any(each.added for each in lines) and len(found) < MOST_EXCERPTS:
            excerpt = Excerpt(function=symbol, file=name, line=line, lines=lines)
            found.setdefault((name, line), excerpt)
    return evidence.model_copy(update={"excerpts": list(found.values())})


def _places(evidence: Evidence) -> Iterator[tuple[str, str, int]]:
    """Function, file and line of each place that ``evidence`` points to."""
    function = ""
    pattern = _PATTERNS.get(evidence.kind)
    for row in evidence.text.splitlines() if pattern else ():
        if inside := _FUNCTION.match(row):
            function = inside["symbol"]
        elif pattern and (match := pattern.match(row[:LONGEST_ROW])):
            # Code that only the boot runs has no name any more when it is over.
            symbol = function if pattern is _ERROR else match["symbol"] or ""
            yield symbol, match["file"], int(match["line"])

# SPDX-License-Identifier: MIT
"""A patch tried on texts, hunk by hunk, as patch(1) would apply it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autograder.intake.diffscan import scan

Pristine = Callable[[str], "str | None"]
"""The text of a file of the untouched source; None where there is none."""

FUZZ = 2  # lines of context at either end that patch(1) does without
MOST_PLACES = 100  # of the same lines in a file, of which the nearest is taken

_HEADER = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


@dataclass(frozen=True)
class Hunk:
    """One hunk: both its sides, and the lines where it stands in the patch and in the file."""

    file: str
    at: int
    start: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    before: int = 0  # lines of context at its beginning
    after: int = 0

    @property
    def where(self) -> str:
        """For a sentence."""
        return f"{self.file} (line {self.at} of kernel.patch)"


def hunks_of(lines: Sequence[str]) -> Iterator[Hunk]:
    """The hunks of the patch ``lines``, in their order.

    :raises Refused: where it is no patch
    """
    for section in scan(list(lines)).sections:
        name = section.name.partition("/")[2].removeprefix("./")
        starts = [at for at, line in enumerate(section.lines) if line.startswith("@@ -")]
        for at, end in zip(starts, [*starts[1:], len(section.lines)], strict=True):
            match = _HEADER.match(section.lines[at])
            assert match is not None  # the scan has read it
            yield _hunk(name, section.first + at, int(match[1]), section.lines[at + 1 : end])


def _hunk(name: str, at: int, start: int, body: Sequence[str]) -> Hunk:
    body = [line for line in body if not line.startswith("\\")]
    changed = [number for number, line in enumerate(body) if line.startswith(("+", "-"))]
    return Hunk(
        name,
        at,
        start,
        tuple(line[1:] for line in body if not line.startswith("+")),
        tuple(line[1:] for line in body if not line.startswith("-")),
        changed[0] if changed else len(body),
        len(body) - 1 - changed[-1] if changed else 0,
    )


class Tree:
    """The files that a patch changes, as far as it has been applied."""

    def __init__(self, pristine: Pristine) -> None:
        self.pristine = pristine
        self.texts: dict[str, str | None] = {}

    def text(self, name: str) -> str | None:
        """The text now, with a line end before its first line; None where there is no file."""
        if name not in self.texts:
            text = self.pristine(name)
            self.texts[name] = None if text is None else framed(text.removesuffix("\n").split("\n"))
        return self.texts[name]

    def apply(self, hunk: Hunk) -> bool:
        """Apply as patch(1) does; False where it cannot be."""
        text = self.text(hunk.file)
        if not hunk.old:
            if text is not None and text.strip():
                return False
            self.texts[hunk.file] = framed(hunk.new)
            return True
        if text is None:
            return False
        for fuzz in range(FUZZ + 1):
            first = min(fuzz, hunk.before)
            last = min(fuzz, hunk.after)
            old = framed(hunk.old[first : len(hunk.old) - last])
            new = framed(hunk.new[first : len(hunk.new) - last])
            at = _nearest(text, old, hunk.start + first) if old.strip() or not fuzz else -1
            if at >= 0:
                changed = text[:at] + new + text[at + len(old) :]
                self.texts[hunk.file] = changed if changed.strip() else None
                return True
        return False

    def has(self, name: str, lines: Sequence[str]) -> bool:
        """Whether ``lines`` stand in the file one after another."""
        text = self.text(name)
        return text is not None and framed(lines) in text


def framed(lines: Sequence[str]) -> str:
    """``lines`` as a part of a text that only whole lines match."""
    return "\n".join(["", *lines, ""])


def _nearest(text: str, part: str, line: int) -> int:
    """Where ``part`` stands in ``text``, nearest to that line; -1 where it does not."""
    best, distance = -1, 0
    at = text.find(part)
    for _ in range(MOST_PLACES):
        if at < 0:
            break
        away = abs(text.count("\n", 0, at + 1) - line)
        if best < 0 or away < distance:
            best, distance = at, away
        at = text.find(part, at + 1)
    return best

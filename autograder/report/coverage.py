# SPDX-License-Identifier: MIT
"""How much of a patch the checks reached, and the lines that they did not, as a page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import CoveredFile, PatchLine


@dataclass(frozen=True)
class Row:
    """A line of the patch, and whether it has code that was not seen to run."""

    line: PatchLine
    missed: bool


@dataclass(frozen=True)
class Part:
    """Neighbouring rows of one function."""

    place: str  # of the first row that was missed
    function: str
    rows: list[Row]


@dataclass(frozen=True)
class Reach:
    """The lines of some files that have code, and how many of them a check reached."""

    files: Sequence[CoveredFile]

    @property
    def with_code(self) -> int:
        """Added lines that have code."""
        return sum(len(file.with_code) for file in self.files)

    @property
    def reached(self) -> int:
        """Those of them that a check reached."""
        return sum(len(file.reached) for file in self.files)

    @property
    def missed(self) -> int:
        """Those that no check reached."""
        return self.with_code - self.reached

    @property
    def percent(self) -> int:
        """Of the lines with code, rounded down: 100 means all of them."""
        return self.reached * 100 // self.with_code if self.with_code else 100

    @property
    def left_out(self) -> int:
        """Lines that no check reached and that are not among the parts: there are too many."""
        shown = sum(row.missed for part in self.parts for row in part.rows)
        return self.missed - shown

    @property
    def parts(self) -> list[Part]:
        """What to show of the lines that no check reached."""
        return [part for file in self.files for part in _parts(file)]


def _parts(file: CoveredFile) -> list[Part]:
    return [
        Part(
            f"{file.file}:{stretch.missed[0]}",
            stretch.function,
            [Row(line, line.number in stretch.missed) for line in stretch.lines],
        )
        for stretch in file.not_seen
    ]

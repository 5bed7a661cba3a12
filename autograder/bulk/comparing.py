# SPDX-License-Identifier: MIT
"""Two gradings of one class, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.bulk.rescoring import Flip, flips
from autograder.bulk.shelf import Record, Shelf
from autograder.report.view import counted
from autograder.results import Result


@dataclass(frozen=True)
class Pair:
    """One submission in both; None where one of them has no result for it."""

    name: str
    left: tuple[Record, Result] | None
    right: tuple[Record, Result] | None

    @property
    def points(self) -> tuple[float | None, float | None]:
        """The points that count in each."""
        return (
            counted(self.left[1]) if self.left else None,
            counted(self.right[1]) if self.right else None,
        )

    @property
    def flips(self) -> list[Flip]:
        """The checks whose verdicts differ."""
        if self.left is None or self.right is None:
            return []
        return list(flips(self.left[1], self.right[1]))

    @property
    def same_submission(self) -> bool:
        """Whether both graded the same bytes."""
        return bool(self.left and self.right and self.left[0].sha256 == self.right[0].sha256)

    @property
    def differs(self) -> bool:
        """Whether there is anything to report."""
        return self.points[0] != self.points[1] or bool(self.flips)


def compare(left: Shelf, right: Shelf) -> list[Pair]:
    """All submissions of both, by name.  Errors: UsageError if one holds no grades."""
    names = sorted({*left.read_class().names, *right.read_class().names})
    return [Pair(name, left.load(name), right.load(name)) for name in names]

# SPDX-License-Identifier: MIT
"""What became of the mutations that were tried, and the score."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path

from autograder.files import write_atomically
from tests.mutation.survivors import Reason, Survivor


class Fate(str, Enum):
    """What became of one mutation."""

    NOT_BUILT = "not built"
    SAME = "same object code"
    CAUGHT = "caught"
    SURVIVED = "survived"
    PROBLEM = "problem"  # the grader's own; says nothing

    __str__ = str.__str__


@dataclass(frozen=True)
class MutationResult:
    """One mutation that was tried."""

    key: str
    solution: str
    file: str
    line: int
    kind: str
    diff: str
    fate: Fate
    caught_by: list[str] = field(default_factory=list)
    message: str = ""
    seconds: float = 0
    kit: str = ""  # what it was judged with


@dataclass(frozen=True)
class Score:
    """Caught out of those that could be caught."""

    caught: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where none could be caught."""
        return self.caught / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share is with 95 % confidence (Wilson's score interval)."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.caught} of {self.of}, {self.share:.1%} (95 %: {low:.1%} to {high:.1%})"


def score(rows: Iterable[MutationResult], known: Mapping[str, Survivor]) -> Score:
    """The mutation score: equivalent and allowed survivors do not count."""
    caught = of = 0
    for row in rows:
        if row.fate is Fate.CAUGHT:
            caught += 1
            of += 1
        elif row.fate is Fate.SURVIVED:
            looked_at = known.get(row.key)
            of += looked_at is None or looked_at.reason is Reason.UNSEEN
    return Score(caught, of)


class Results:
    """The results so far, in a file that is whole at every moment."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, MutationResult] = {}
        if path.exists():
            for row in json.loads(path.read_text()):
                self.rows[row["key"]] = MutationResult(**{**row, "fate": Fate(row["fate"])})

    def keep(self, row: MutationResult) -> None:
        """Take a result in, instead of an older one of the same mutation."""
        self.rows[row.key] = row
        rows = [asdict(kept) for kept in self.rows.values()]
        write_atomically(self.path, json.dumps(rows, indent=1) + "\n")

# SPDX-License-Identifier: MIT
"""What was measured: of the run that goes on now, and of all runs on this machine.

Both are in the cache folder.  Figures of one machine compare with each other only, and
what is in the cache outlives ``make clean``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.files import write_atomically
from tests.bench.row import BenchRow


@dataclass(frozen=True)
class Run:
    """One run of the bench: rows by the measurement that they come from."""

    began: str  # ISO 8601
    code: str  # hashes of what was measured
    quick: bool
    rows: Mapping[str, list[BenchRow]] = field(default_factory=dict)

    def with_rows(self, name: str, rows: list[BenchRow]) -> Run:
        """The run with the rows of one more measurement."""
        return Run(self.began, self.code, self.quick, {**self.rows, name: rows})

    @property
    def all_rows(self) -> list[BenchRow]:
        """Every row, in order."""
        return [row for rows in self.rows.values() for row in rows]


class History:
    """The runs kept in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.unfinished = folder / "unfinished.json"
        self.file = folder / "history.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, began: str, code: str, quick: bool) -> Run:
        """A new run, or the one that was interrupted, if it was of the same code and kind."""
        if self.unfinished.exists():
            old = _run(json.loads(self.unfinished.read_text()))
            if (old.code, old.quick) == (code, quick):
                return old
        return Run(began, code, quick)

    def keep(self, run: Run) -> None:
        """Keep what an unfinished run has, should it be interrupted."""
        write_atomically(self.unfinished, json.dumps(asdict(run)))

    def finish(self, run: Run) -> None:
        """Add a run to the finished ones."""
        lines = self.file.read_text() if self.file.exists() else ""
        write_atomically(self.file, f"{lines}{json.dumps(asdict(run))}\n")
        self.unfinished.unlink(missing_ok=True)

    def runs(self) -> list[Run]:
        """All finished runs, in order."""
        if not self.file.exists():
            return []
        return [_run(json.loads(line)) for line in self.file.read_text().splitlines()]


def latest(runs: list[Run]) -> dict[str, BenchRow]:
    """The last that was measured of each figure: a quick run leaves some out.

    A baseline that the last run left out is not taken from an earlier one.
    """
    return {row.what: row for run in runs for row in run.all_rows}


def _run(data: Mapping[str, object]) -> Run:
    rows = data["rows"]
    assert isinstance(rows, dict)
    return Run(
        str(data["began"]),
        str(data["code"]),
        bool(data["quick"]),
        {name: [BenchRow(**row) for row in found] for name, found in rows.items()},
    )

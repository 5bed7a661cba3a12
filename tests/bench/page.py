# SPDX-License-Identifier: MIT
"""The page that shows the table, and how each figure went from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.report.html import environment
from tests.bench.history import Run, latest
from tests.bench.row import BenchRow, number

WIDTH, HEIGHT, MARGIN = 300, 60, 4


@dataclass(frozen=True)
class Point:
    """A figure at its place in the drawing."""

    x: float
    y: float
    title: str


@dataclass(frozen=True)
class Drawing:
    """One figure over all runs that measured it; ``goal`` is the height of its goal."""

    row: BenchRow
    points: Sequence[Point]
    goal: float | None

    @property
    def line(self) -> str:
        """The points, for an SVG polyline."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


def render(runs: Sequence[Run]) -> str:
    """The page, one file."""
    drawings = [_drawing(row, runs) for row in latest(list(runs)).values()]
    template = environment().get_template("bench.html.j2")
    return template.render(
        drawings=drawings, number=number, width=WIDTH, height=HEIGHT, runs=len(runs)
    )


def _drawing(row: BenchRow, runs: Sequence[Run]) -> Drawing:
    seen = [old for run in runs for old in run.all_rows if old.what == row.what]
    top = max([old.figure for old in seen] + [row.goal or 0]) or 1.0

    def height(value: float) -> float:
        return HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN)

    step = (WIDTH - 2 * MARGIN) / max(len(seen) - 1, 1)
    points = [
        Point(
            MARGIN + place * step,
            height(old.figure),
            f"{old.measured}: {number(old.figure)} {old.unit}, load {old.load:.1f}",
        )
        for place, old in enumerate(seen)
    ]
    return Drawing(row, points, None if row.goal is None else height(row.goal))

# SPDX-License-Identifier: MIT
"""Lines for charts: from rows of numbers to the paths of an SVG."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.pgfault.trace.views import ViewRow

WIDTH, HEIGHT = 720, 180


@dataclass(frozen=True)
class Chart:
    """One or more curves over the events."""

    paths: dict[str, str]  # by key
    most: int  # the value at the top


def chart(rows: list[ViewRow], *keys: str) -> Chart:
    """The curves of ``keys`` over the row's ``event``."""
    most = max((int(row[key]) for row in rows for key in keys), default=0) or 1
    last = int(rows[-1]["event"]) if rows else 1
    paths = {}
    for key in keys:
        points = [
            f"{int(row['event']) / last * WIDTH:.1f} {HEIGHT - int(row[key]) / most * HEIGHT:.1f}"
            for row in rows
        ]
        paths[key] = "M0 " + str(HEIGHT) + "".join(f"L{point}" for point in points)
    return Chart(paths, most)


def bars(rows: list[ViewRow], place: str, key: str) -> Chart:
    """A bar for each row: ``key`` over ``place``, which starts with 0."""
    most = max((int(row[key]) for row in rows), default=0) or 1
    last = max((int(row[place]) for row in rows), default=0)
    wide = WIDTH / (last + 1)
    thick = max(wide * 0.8, 0.5)
    path = "".join(
        f"M{int(row[place]) * wide:.1f} {HEIGHT}v{-int(row[key]) / most * HEIGHT:.1f}"
        f"h{thick:.1f}V{HEIGHT}z"
        for row in rows
    )
    return Chart({key: path}, most)

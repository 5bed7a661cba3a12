# SPDX-License-Identifier: MIT
"""A line of numbers without axes, small enough to stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sparkline:
    """A small curve without axes, and its last point."""

    path: str
    x: float
    y: float


def sparkline(
    values: Sequence[float], most: float, width: int = 120, height: int = 28
) -> Sparkline:
    """``values`` from left to right, between 0 and ``most``."""
    step = width / max(len(values) - 1, 1)
    points = [
        (round(at * step, 1), round(height - height * min(value / (most or 1), 1), 1))
        for at, value in enumerate(values)
    ]
    return Sparkline("M" + "L".join(f"{x} {y}" for x, y in points), *points[-1])

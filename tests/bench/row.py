# SPDX-License-Identifier: MIT
"""One figure, beside what was to be reached and what it would be without effort."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BenchRow:
    """A line of the table.  ``baseline`` was measured in the same run."""

    what: str
    unit: str  # "s", "CPU s", "MB", "/s"; empty for a ratio
    figure: float
    goal: float | None = None
    at_least: bool = False  # the goal is the least and not the most
    baseline: float | None = None
    against: str = ""  # what the baseline is
    note: str = ""
    measured: str = ""  # when, ISO 8601
    load: float = 0  # of the machine when the measurement began, without its own

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        return self.figure >= self.goal if self.at_least else self.figure < self.goal

    @property
    def wanted(self) -> str:
        """The goal in words."""
        if self.goal is None:
            return ""
        return f"{'at least' if self.at_least else 'under'} {number(self.goal)}"

    @property
    def gain(self) -> float | None:
        """How many times less than the baseline it is."""
        return self.baseline / self.figure if self.baseline and self.figure else None


def number(value: float) -> str:
    """As many digits as are worth reading."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 10 else f"{value:.3f}".rstrip("0").rstrip(".")

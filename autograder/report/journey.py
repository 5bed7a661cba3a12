# SPDX-License-Identifier: MIT
"""How far a student has come: the milestones of the assignment, and the earlier tries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MilestoneStatus:
    """One step of the assignment's order, and how many of its checks pass."""

    name: str  # "M4"
    title: str
    only: str  # what ONLY= takes; empty for the last, which is to hand in
    passed: int
    checks: int

    @property
    def reached(self) -> bool:
        """Whether all of its checks pass."""
        return self.passed == self.checks

    @property
    def command(self) -> str:
        """What a student types to see it reached."""
        return f"make check ONLY={self.only}" if self.only else "make submit"


@dataclass(frozen=True)
class Journey:
    """What a report shows of the way so far."""

    milestones: tuple[MilestoneStatus, ...]
    points: tuple[float, ...] = ()  # of the last full tries, oldest first, this one last
    since: str = ""  # local time of the try that this one is compared with: "14:20"
    gained: tuple[str, ...] = ()  # numbers of the checks that pass now and did not then
    lost: tuple[str, ...] = ()  # the other way round

    @property
    def next(self) -> MilestoneStatus | None:
        """The first milestone that is not reached; None where all are."""
        return next((step for step in self.milestones if not step.reached), None)

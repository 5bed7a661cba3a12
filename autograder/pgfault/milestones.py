# SPDX-License-Identifier: MIT
"""The milestones of the assignment: an order of work, and the checks that show each step."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One milestone."""

    name: str
    title: str
    only: str  # what ONLY= takes; empty for the last, which all checks belong to


STEPS = (
    Step(
        "M1",
        "The file, and its two states",
        "2.1,2.2,2.3,2.4,2.5,2.6,2.7,2.9,2.13,2.14,3.1,3.2",
    ),
    Step("M2", "Records, and a tool that shows them", "2.8,6.1"),
    Step("M3", "Faults", "2,faults"),
    Step("M4", "Readers that sleep, and wake", "reading"),
    Step(
        "M5",
        "Life and death",
        "zombie,reaped,killed,crashed,dies,new_reader,handler,fork,execve_goes_on",
    ),
    Step("M6", "Regions", "4,6"),
    Step("M7", "When memory is short", "buffer,health"),
    Step("M8", "The tools", "tools"),
    Step("M9", "Threads, for extra credit", "threads"),
    Step("M10", "Hand in", ""),
)


def expand(word: str) -> str:
    """What ``ONLY=`` takes for a milestone's name such as ``M3``; any other word as it is."""
    return next((step.only for step in STEPS if step.only and step.name == word.upper()), word)

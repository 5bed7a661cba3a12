# SPDX-License-Identifier: MIT
"""The milestones of the assignment: an order of work, and the checks that show each step."""

from __future__ import annotations

from autograder.assignment import Milestone

MILESTONES = (
    Milestone(
        "M1",
        "The file, and its two states",
        "2.1,2.2,2.3,2.4,2.5,2.6,2.7,2.9,2.13,2.14,3.1,3.2",
    ),
    Milestone("M2", "Records, and a tool that shows them", "2.8,6.1"),
    Milestone("M3", "Faults", "2,faults"),
    Milestone("M4", "Readers that sleep, and wake", "reading"),
    Milestone(
        "M5",
        "Life and death",
        "zombie,reaped,killed,crashed,dies,new_reader,handler,fork,execve_goes_on",
    ),
    Milestone("M6", "Regions", "4,6"),
    Milestone("M7", "When memory is short, and two processes meet", "buffer,health,two_at_once"),
    Milestone("M8", "The tools", "tools"),
    Milestone("M9", "Threads, for extra credit", "threads"),
    Milestone("M10", "Hand in", ""),
)

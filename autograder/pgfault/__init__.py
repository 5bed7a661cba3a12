# SPDX-License-Identifier: MIT
"""This assignment: page fault tracing."""

from __future__ import annotations

from pathlib import Path

from autograder.assignment import Assignment
from autograder.pgfault.areas import AREAS

ASSIGNMENT = Assignment(
    title="Page fault tracing",
    checks="autograder.pgfault.checks",
    probes=Path(__file__).parent / "probes",
    boots="build/boots",
    areas=AREAS,
    tools={"tracepgfault": "tracepgfault", "pgfaultmap": "pgfaultmap"},
)

# SPDX-License-Identifier: MIT
"""What became of a submission before its kernel was booted."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.results import Evidence, Finding

PATCH_CHECK = "build/patch_applies"
KERNEL_CHECK = "build/kernel_builds"
TOOLS_CHECK = "build/tools_build"
UNREAD = "the submission could not be read"


@dataclass(frozen=True)
class Gate:
    """Something without which other checks cannot be tried, and which does not work."""

    check: str  # the id of the check that fails with it
    finding: Finding
    reason: str  # part of a sentence, for the student
    tool: str = ""  # if only what needs this tool of the submission cannot be tried


@dataclass(frozen=True)
class Stages:
    """Problems are sentences for the student; empty where there is none."""

    patch_problem: str = ""  # also why the submission as a whole cannot be read
    kernel_problem: str = ""
    tools_problem: str = ""
    gate: Gate | None = None
    unread: bool = False  # the submission as a whole
    tools: frozenset[str] = frozenset()
    evidence: dict[str, list[Evidence]] = field(default_factory=dict)  # by check id

    @property
    def obstacle(self) -> str:
        """Why not everything can be observed in a guest."""
        if self.unread:
            return UNREAD
        if self.patch_problem:
            return f"the patch was not applied: {self.patch_problem}"
        if self.kernel_problem:
            return f"the kernel did not build: {self.kernel_problem}"
        return self.gate.reason if self.gate else ""

    @property
    def obstacle_check(self) -> str:
        """The id of the check that fails with the obstacle."""
        if self.patch_problem:
            return PATCH_CHECK
        if self.kernel_problem:
            return KERNEL_CHECK
        return self.gate.check if self.gate else ""

    def has_tool(self, name: str) -> bool:
        """Whether the submission's tool ``name`` was built."""
        return name in self.tools

# SPDX-License-Identifier: MIT
"""What became of a submission before its kernel was booted."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from autograder.results import Evidence


@dataclass(frozen=True)
class Stages:
    """Problems are sentences for the student; empty where there is none."""

    patch_problem: str = ""
    kernel_problem: str = ""
    tools_problem: str = ""
    boot_problem: str = ""
    tools: frozenset[str] = frozenset()
    evidence: dict[str, list[Evidence]] = field(default_factory=dict)  # by check id

    @property
    def obstacle(self) -> str:
        """Why nothing can be observed in a guest."""
        if self.patch_problem:
            return f"the patch was not applied: {self.patch_problem}"
        if self.kernel_problem:
            return f"the kernel did not build: {self.kernel_problem}"
        return f"the kernel does not boot: {self.boot_problem}"

    def require_patch(self) -> None:
        """Leave a check that needs a patched tree."""
        if self.patch_problem:
            pytest.skip(self.obstacle)

    def has_tool(self, name: str) -> bool:
        """Whether the submission's tool ``name`` was built."""
        return name in self.tools

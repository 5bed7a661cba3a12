# SPDX-License-Identifier: MIT
"""The folder that a student works in, and what is where in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError


@dataclass(frozen=True)
class Project:
    """A student's folder: what handout.zip unpacked to."""

    root: Path

    @property
    def linux(self) -> Path:
        """The kernel's source, a git repository, with its objects."""
        return self.root / "linux"

    @property
    def tools(self) -> Path:
        """Sources of the two tools."""
        return self.root / "tools"

    @property
    def patch(self) -> Path:
        """What `make patch` writes."""
        return self.root / "kernel.patch"

    @property
    def answers(self) -> Path:
        """The written answers, where there are any."""
        return self.root / "ANSWERS.md"

    @property
    def submission(self) -> Path:
        """What `make submit` writes."""
        return self.root / "submission.zip"

    @property
    def build(self) -> Path:
        """What is made here: all but the history can be made again."""
        return self.root / "build"

    @property
    def history(self) -> Path:
        """What earlier tries came to."""
        return self.build / "history"

    @property
    def cow(self) -> Path:
        """What the Debian guest wrote to its disk."""
        return self.root / "cow"

    @property
    def course(self) -> Path:
        """What the course says."""
        return self.root / "kit" / "course.toml"

    def require_source(self) -> None:
        """Errors: UsageError where the kernel's source is not set up."""
        if not (self.linux / ".git").exists():
            raise UsageError("there is no kernel source in linux/ yet: run `make setup`")

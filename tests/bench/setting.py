# SPDX-License-Identifier: MIT
"""What every measurement needs."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from autograder.cache import Cache
from autograder.kernel.baseline import Baseline
from autograder.progress import Progress
from autograder.sandbox.sandbox import Sandbox

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Setting:
    """The grader that is measured; ``quick`` leaves out what takes minutes."""

    cache: Cache
    baseline: Baseline
    sandbox: Sandbox
    progress: Progress
    quick: bool = False

    def copy_of_baseline(self, folder: Path) -> Path:
        """A copy of the baseline's tree that sandboxed commands may write."""
        subprocess.run(["cp", "-a", str(self.baseline.tree), str(folder)], check=True)
        self.sandbox.hand_over(folder)
        return folder

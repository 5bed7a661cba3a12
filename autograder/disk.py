# SPDX-License-Identifier: MIT
"""How much a command has written, looked up only when the disk has become fuller."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

STEPS = 8  # looks at the folders, at most, until the limit is reached
PATIENCE = 60  # seconds that one look may take


class DiskWatch:
    """Watches the folders that a command may write: limits on single files do not add up."""

    def __init__(self, folders: Sequence[Path], limit: int) -> None:
        self.folders = folders
        self.limit = limit
        self.free = self._free()

    def exceeded(self) -> bool:
        """Whether the folders hold more than ``limit`` bytes."""
        if not self.folders:
            return False
        free = self._free()
        if free > self.free - self.limit // STEPS:
            return False
        self.free = free
        return self._used() > self.limit

    def _free(self) -> int:
        """Bytes free where the folders are; a file that is empty takes room too."""
        facts = [os.statvfs(folder) for folder in self.folders]
        return min(
            (min(each.f_bavail * each.f_frsize, each.f_favail << 12) for each in facts), default=0
        )

    def _used(self) -> int:
        # du(1), since folders may be nested deeper than a path can be long.
        names = [str(folder) for folder in self.folders]
        kinds = []
        for unit in ("--block-size=1", "--inodes"):
            command = ["du", "--summarize", "--one-file-system", unit, "--", *names]
            try:
                done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                return self.limit + 1  # more files than anybody needs
            kinds.append(sum(int(line.split()[0]) for line in done.stdout.splitlines()))
        used, inodes = kinds
        return max(used, inodes << 10)

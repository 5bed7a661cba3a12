# SPDX-License-Identifier: MIT
"""How much a command has written, looked up only when the disk has become fuller."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

STEPS = 8  # looks at the folders, at most, until the limit is reached
OFTEN = 10.0  # seconds until a look all the same: what others free hides what is written here
EMPTY = 4 << 10  # bytes that an empty file counts for
PATIENCE = 60  # seconds that one look may take


class DiskWatch:
    """Watches the folders that a command may write: limits on single files do not add up."""

    def __init__(self, folders: Sequence[Path], limit: int) -> None:
        self.folders = folders
        self.limit = limit
        self.free = self._free()
        self.looked = time.monotonic()

    def exceeded(self) -> bool:
        """Whether the folders hold more than ``limit`` bytes."""
        if not self.folders:
            return False
        free = self._free()
        # Others may have made room meanwhile.
        self.free = [max(pair) for pair in zip(self.free, free, strict=True)]
        step = self.limit // STEPS
        fuller = any(now <= then - step for now, then in zip(free, self.free, strict=True))
        if not fuller and time.monotonic() < self.looked + OFTEN:
            return False
        self.free = free
        self.looked = time.monotonic()
        return self._used() > self.limit

    def _free(self) -> list[int]:
        """Bytes free where the folders are, and what is left of files, as bytes."""
        facts = [os.statvfs(folder) for folder in self.folders]
        if not facts:
            return []
        rooms = min(each.f_bavail * each.f_frsize for each in facts)
        return [rooms, min(each.f_favail for each in facts) * EMPTY]

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
        return max(used, inodes * EMPTY)

# SPDX-License-Identifier: MIT
"""How much a command has written, looked up only when the disk has become fuller."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
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

    def exceeded(self, processes: Iterable[int] = ()) -> bool:
        """Whether the folders hold more than ``limit`` bytes.

        Files without a name that ``processes`` have open count as well.
        """
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
        return self._used() + nameless(processes) > self.limit

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


def nameless(processes: Iterable[int]) -> int:
    """Bytes of the files that have no name any more, or never had one, and are held open."""
    found: dict[tuple[int, int], int] = {}
    for pid in processes:
        for place in (f"/proc/{pid}/fd", f"/proc/{pid}/map_files"):
            for facts in _open_files(place):
                if stat.S_ISREG(facts.st_mode) and not facts.st_nlink:
                    found[facts.st_dev, facts.st_ino] = facts.st_blocks * 512
    return sum(found.values())


def _open_files(place: str) -> Iterator[os.stat_result]:
    # The process may end, and only root may look at all of them.
    with contextlib.suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                yield entry.stat()

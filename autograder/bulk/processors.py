# SPDX-License-Identifier: MIT
"""How many grades run side by side, and on which processors each.

One grade compiles and boots on all processors that it has.  Many small grades side by side
use a machine better than one large one, whose serial parts (copying, linking) leave
processors idle; the last ones get what the others left.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

EACH = 2 << 30  # bytes of memory for one grade: compilers, the linker, guests


def available() -> list[int]:
    """The processors that this process may use."""
    return sorted(os.sched_getaffinity(0))


def default_jobs(processors: int, memory: int) -> int:
    """One grade for each processor, within the memory (bytes)."""
    return max(1, min(processors, memory // EACH))


def free_memory(meminfo: Path = Path("/proc/meminfo")) -> int:
    """Bytes that programs can still get without swapping."""
    for line in meminfo.read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) << 10
    return EACH


class Processors:
    """Hands out processors, the least used first."""

    def __init__(self, numbers: list[int]) -> None:
        self._users = dict.fromkeys(numbers, 0)
        self._lock = threading.Lock()

    @contextmanager
    def lease(self, grades: int) -> Iterator[list[int]]:
        """The share of one of ``grades`` that run side by side."""
        with self._lock:
            size = ceil(len(self._users) / max(grades, 1))
            share = sorted(sorted(self._users, key=lambda number: self._users[number])[:size])
            for number in share:
                self._users[number] += 1
        try:
            yield share
        finally:
            with self._lock:
                for number in share:
                    self._users[number] -= 1

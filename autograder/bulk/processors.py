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
BESIDE = 512 << 20  # bytes for each compiler or guest that runs beside another
GROUPS = Path("/sys/fs/cgroup")


def available() -> list[int]:
    """The processors that this process may use."""
    return sorted(os.sched_getaffinity(0))


def default_jobs() -> int:
    """One grade for each processor, within the memory."""
    quota = processor_quota()
    processors = len(available()) if quota is None else min(len(available()), ceil(quota))
    return max(1, min(processors, free_memory() // EACH))


def for_memory() -> int:
    """How many processors one grade may use so that what runs on them fits the memory.

    In a container that shows all processors of its machine, one each for half a gigabyte,
    and no more than it may really use.
    """
    quota = processor_quota()
    wanted = len(available()) if quota is None else ceil(quota)
    return max(1, min(wanted, free_memory() // BESIDE))


def free_memory(meminfo: Path = Path("/proc/meminfo"), groups: Path = GROUPS) -> int:
    """Bytes that programs can still get without swapping, in this container."""
    found = [EACH]
    for line in meminfo.read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            found = [int(rest.split()[0]) << 10]
    limits = (groups / "memory.max", groups / "memory/memory.limit_in_bytes")
    found += [int(word) for path in limits if (word := _read(path)).isdecimal()]
    return min(found)


def processor_quota(groups: Path = GROUPS) -> float | None:
    """How many processors' time this container gets, such as 0.5; None without a limit."""
    words = _read(groups / "cpu.max").split()
    if not words:
        names = ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")
        words = [_read(groups / name) for name in names]
    if len(words) == 2 and all(word.isdecimal() for word in words) and int(words[1]):
        return int(words[0]) / int(words[1])
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


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

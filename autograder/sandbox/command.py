# SPDX-License-Identifier: MIT
"""What a command in the sandbox sees, what it may use, and how it went: plain values."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

HALF_OF_MEMORY = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


@dataclass(frozen=True)
class Bind:
    """A file or folder of this machine (links are followed) that the command sees.

    The command has a user id of its own: what is to be read must be readable for others.
    """

    host: Path
    inside: str
    writable: bool = False


@dataclass(frozen=True)
class Limits:
    """What a command may use; 0 bytes of memory is no limit."""

    cpu_seconds: int = 600  # of the whole tree of processes
    wall_seconds: float = 900
    memory_bytes: int = 4 << 30  # of addresses, for each process
    resident_bytes: int = HALF_OF_MEMORY  # for all processes together
    processes: int = 512
    open_files: int = 1024
    file_size: int = 1 << 30
    disk_bytes: int = 4 << 30  # in all folders that it may write, what was there included
    output_bytes: int = 256 << 10  # kept: the first and the last half
    scratch_bytes: int = 512 << 20  # in /tmp, and again in /dev/shm


class EndedBy(str, Enum):
    """What ended a command: itself, or we because it went past a limit."""

    ITSELF = ""
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    OUTPUT = "output"
    SLEEP = "sleep"
    WALL = "wall"

    __str__ = str.__str__

    @property
    def endless(self) -> bool:
        """Whether it went on computing until its time was over."""
        return self in (EndedBy.CPU, EndedBy.WALL)


@dataclass(frozen=True)
class Completed:
    """How a command went; ``status`` is negative for a signal, as in ``subprocess``."""

    status: int
    output: str  # standard output and standard error, with the middle cut when too long
    ended_by: EndedBy
    cpu_seconds: float  # to within TICK on each processor
    wall_seconds: float

    @property
    def ok(self) -> bool:
        """Whether it ended by itself, with success."""
        return self.status == 0 and not self.ended_by

# SPDX-License-Identifier: MIT
"""Tell a machine that ran out of room or memory from a submission that does not build."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.errors import GraderError
from autograder.sandbox.command import Completed

LEAST_ROOM = 64 << 20  # bytes free: with less a failed build says nothing about the patch
ROOM_TO_LINK = 1 << 30  # a linker that found no room has removed what it wrote
NO_ROOM = "No space left on device"


class Scarcity:
    """Begins before a command; :meth:`check` it with how that went."""

    def __init__(self, workdir: Path) -> None:
        self.workdir = workdir
        self.killed = _killed()

    def check(self, done: Completed) -> None:
        """Errors: GraderError where the command failed for want of room or memory here.

        One that the sandbox ended has used up what was its own.
        """
        if done.ok or done.ended_by:
            return
        free = shutil.disk_usage(self.workdir).free
        if free < LEAST_ROOM or (free < ROOM_TO_LINK and NO_ROOM in done.output):
            raise GraderError(f"no room is left on the disk of {self.workdir}")
        if _killed() > self.killed:
            raise GraderError(
                "this machine ran out of memory while a submission was built: grade fewer at a "
                "time, or give it more"
            )


def _killed() -> int:
    """How many processes the kernel has ended for want of memory since it started."""
    for line in Path("/proc/vmstat").read_text().splitlines():
        if line.startswith("oom_kill "):
            return int(line.split()[1])
    return 0

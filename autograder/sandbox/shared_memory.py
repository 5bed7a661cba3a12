# SPDX-License-Identifier: MIT
"""Whether /dev/shm can hold the memory of guests, where no sandbox brings one of its own."""

from __future__ import annotations

import os

FOLDER = "/dev/shm"
EACH = 160 << 20  # bytes: a guest's memory, and some room


def obstacle() -> str:
    """Why guests cannot have their memory there; empty where they can.

    Where they cannot, a folder on disk serves, only more slowly.
    """
    try:
        facts = os.statvfs(FOLDER)
    except OSError as error:
        return f"{FOLDER} cannot be used ({error.strerror})"
    if facts.f_flag & os.ST_NOEXEC:
        return f"{FOLDER} is mounted noexec, and a guest's memory holds programs"
    room = facts.f_bavail * facts.f_frsize
    needed = EACH * len(os.sched_getaffinity(0))
    if room < needed:
        return f"{FOLDER} has {room >> 20} MiB of room, and guests side by side take {needed >> 20}"
    return ""

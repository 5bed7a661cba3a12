# SPDX-License-Identifier: MIT
"""A user id for each sandbox, so that no submission uses up what another is allowed.

The kernel counts processes by user, on the whole machine: with one id for all, a fork
bomb in one sandbox would make the builds in all others fail.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

HIDDEN = 65321  # what a command sees of itself where a user namespace hides the real one
FIRST = 0x3000_0000  # of no one: far outside what distributions and containers hand out
EACH = 64  # sandboxes that one process of the grader may have at one time
_count = itertools.count()


def own_user() -> int:
    """An id that no other living sandbox of this machine has (process ids are unique)."""
    number = os.getpid() * EACH + next(_count) % EACH
    first, length = _mapped(Path("/proc/self/uid_map").read_text())
    if first <= FIRST and FIRST + number < first + length:
        return FIRST + number
    # In a container with few ids: the upper half of them, shared only by chance.
    half = max(length // 2, 1)
    return first + length - 1 - number % half


def _mapped(uid_map: str) -> tuple[int, int]:
    """The largest range of ids that exist here: its first id, and how many there are."""
    ranges = [tuple(map(int, line.split())) for line in uid_map.splitlines()]
    first, _, length = max(ranges, key=lambda each: each[2])
    return first, length

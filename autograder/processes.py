# SPDX-License-Identifier: MIT
"""What /proc says about a process and everything that it started."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stat:
    """A process now; ``cpu_seconds`` includes its children that were waited for."""

    pid: int
    parent: int
    cpu_seconds: float


def snapshot() -> list[Stat]:
    """Every process that is visible."""
    return [
        stat
        for entry in os.listdir("/proc")  # noqa: PTH208, called several times a second
        if entry.isdecimal() and (stat := read(int(entry))) is not None
    ]


def read(pid: int) -> Stat | None:
    """One process; None once it is gone.  Fields as in ``proc_pid_stat(5)``."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # The command's name stands in parentheses and may hold blanks and parentheses itself.
    fields = text[text.rindex(")") + 2 :].split()
    return Stat(pid, int(fields[1]), sum(int(field) for field in fields[11:15]) / TICKS)


def tree(root: int) -> Iterator[Stat]:
    """``root`` and its descendants, parents before children."""
    every = snapshot()
    children: dict[int, list[Stat]] = {}
    for stat in every:
        children.setdefault(stat.parent, []).append(stat)
    waiting = [stat for stat in every if stat.pid == root]
    while waiting:
        stat = waiting.pop()
        yield stat
        waiting += children.get(stat.pid, [])


def cpu_seconds(root: int) -> float:
    """Processor time used by ``root`` and its descendants up to now."""
    return sum(stat.cpu_seconds for stat in tree(root))


def kill_tree(root: int) -> None:
    """Kill ``root`` and its descendants.

    One that has left the tree (its parent died) is missed: only a process namespace
    holds those, which is what the sandbox is for.
    """
    for stat in list(tree(root)):
        try:
            os.kill(stat.pid, signal.SIGKILL)
        except OSError:
            continue

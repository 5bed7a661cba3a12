# SPDX-License-Identifier: MIT
"""The most memory that processes had at one time, each shared page counted once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.processes import tree

TICK = 0.1  # seconds between two looks
_PSS = re.compile(r"^Pss: +(\d+) kB", re.M)


@dataclass
class Peak:
    """What was seen so far."""

    megabytes: float = 0


@contextmanager
def peak_below(root: int, with_root: bool) -> Iterator[Peak]:
    """Watch the descendants of ``root`` (and it itself) while the body runs."""
    peak = Peak()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(TICK):
            pids = [stat.pid for stat in tree(root) if with_root or stat.pid != root]
            peak.megabytes = max(peak.megabytes, sum(map(_megabytes, pids)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _megabytes(pid: int) -> float:
    """The proportional set size of a process; 0 once it is gone."""
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 / 1e6 if found else 0

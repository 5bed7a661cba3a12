# SPDX-License-Identifier: MIT
"""Follow a command: read what it writes until it ends or has gone past a limit."""

from __future__ import annotations

import math
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass

from autograder.sandbox.command import EndedBy
from autograder.sandbox.disk import DiskWatch
from autograder.sandbox.processes import Process

TICK = 0.2  # seconds between two looks at a command
AT_ONCE = 1 << 16  # bytes that are read at most


@dataclass(frozen=True)
class Patience:
    """What a command may use of this machine until it is to be ended."""

    cpu_seconds: float  # of all its processes
    wall_seconds: float
    resident_bytes: int  # of all its processes together
    output_bytes: int  # that it writes
    sleep_seconds: float = math.inf  # in which none of its processes has anything to do
    disk: DiskWatch | None = None
    stalled_seconds: float = math.inf  # of processor time, in which there is no progress
    progress: Callable[[], int] = lambda: 0  # a number that grows with it


def follow(
    process: Process, output: int, patience: Patience, on_output: Callable[[bytes], None]
) -> EndedBy:
    """Read ``output`` until ``process`` ends or should be; whoever calls this ends it.

    A command may close its output and go on, and leave processes that hold the output open.
    """
    looked = time.monotonic()
    deadline = looked + patience.wall_seconds
    seen, asleep = 0, 0.0
    progress, reached = -1, 0.0
    sources = [output]
    while True:
        if sources and select.select(sources, [], [], TICK)[0]:
            data = os.read(output, AT_ONCE)
            if data:
                seen += len(data)
                on_output(data)
            else:
                sources = []
        elif process.ended(0 if sources else TICK):
            return EndedBy.ITSELF  # even if something that got away holds the output open
        if seen > patience.output_bytes:
            return EndedBy.OUTPUT
        now = time.monotonic()
        if now > deadline:
            return EndedBy.WALL
        if now < looked + TICK:
            continue
        looked = now
        used = process.cpu_seconds()
        if patience.progress() != progress:
            progress, reached = patience.progress(), used
        if used > patience.cpu_seconds or used - reached > patience.stalled_seconds:
            return EndedBy.CPU
        asleep = asleep if process.busy else asleep + TICK
        if asleep > patience.sleep_seconds:
            return EndedBy.SLEEP
        if process.resident_bytes > patience.resident_bytes:
            return EndedBy.MEMORY
        if patience.disk is not None and patience.disk.exceeded(process.pids):
            return EndedBy.DISK

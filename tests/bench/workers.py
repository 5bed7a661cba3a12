# SPDX-License-Identifier: MIT
"""A small class graded by one worker and by two, each worker with one processor."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.bench.row import BenchRow
from tests.bench.setting import Setting
from tests.class_bench import Bench

SIZE = 4  # submissions


def measure(setting: Setting) -> Iterable[BenchRow]:
    """How many times quicker the second makes it; nothing where there is one processor."""
    both = sorted(os.sched_getaffinity(0))[:2]
    if len(both) < 2:
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), SIZE)
        one = bench.grade("one job, one processor", "--jobs", "1", processors=both[:1])
        two = bench.grade("two jobs, two processors", "--jobs", "2", processors=both)
    yield BenchRow(
        "bulk: two workers against one",
        "",
        one / two,
        goal=1.9,
        at_least=True,
        note=f"{SIZE} submissions, {one:.0f} s and {two:.0f} s",
    )

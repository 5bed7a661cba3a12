# SPDX-License-Identifier: MIT
"""Submissions that fail nearly everything: what their guests cost."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from autograder.guest.machine import CPU_SECONDS
from tests.bench.row import BenchRow
from tests.bench.setting import Setting
from tests.hopeless import Judged, Workshop


def measure(setting: Setting) -> Iterable[BenchRow]:
    """A kernel with a file that does nothing, and one with a reader that does not sleep."""
    workshop = Workshop(setting.cache, setting.baseline, setting.sandbox, setting.progress)
    with setting.cache.workdir("bench") as work:
        stub = workshop.stub(_empty(work / "stub"))
        yield BenchRow("a file that does nothing: boots", "", stub.boots, goal=16, note=_cost(stub))
        began = time.monotonic()
        busy = workshop.busy_reader(_empty(work / "busy"))
        yield BenchRow(
            "a reader that does not sleep: guests",
            "CPU s",
            busy.cpu_seconds,
            goal=90,
            note=f"{_cost(busy)}, {len(busy.spun)} of them spin, each at most {CPU_SECONDS} CPU s; "
            f"{time.monotonic() - began:.0f} s with the build",
        )


def _empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _cost(judged: Judged) -> str:
    return f"{judged.boots} boots, {judged.cpu_seconds:.0f} CPU s"

# SPDX-License-Identifier: MIT
"""A whole grade, from the archive to the report, as it is run on a command line."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import GraderError
from autograder.grading import RESULT
from autograder.results import Result, Status
from tests.bench.kernels import TOUCHES_SCHED
from tests.bench.memory import peak_below
from tests.bench.row import BenchRow
from tests.bench.setting import ROOT, Setting


def measure(setting: Setting) -> Iterable[BenchRow]:
    """A submission that touches sched.h and was never seen before."""
    with setting.cache.workdir("bench") as work:
        archive = _archive(work)
        command = [sys.executable, "-m", "autograder", "grade", str(archive)]
        began = time.monotonic()
        with (
            subprocess.Popen(
                [*command, "--out", str(work / "out"), "--seed", "1"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "PGFAULT_CACHE": str(setting.cache.root),
                },
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ) as process,
            peak_below(process.pid, with_root=True) as peak,
        ):
            process.wait()
        seconds = time.monotonic() - began
        result = Result.read(work / "out" / RESULT)
    if any(verdict.status is Status.GRADER_ERROR for verdict in result.verdicts):
        raise GraderError("the grade that is measured has grader errors")
    timing = result.timing
    stages = f"build {timing.build:.0f} s, {timing.boots} boots {timing.observe:.0f} s"
    yield BenchRow("whole grade, archive to report", "s", seconds, goal=85, note=stages)
    yield BenchRow(
        "memory of one grade with its compilers, at most", "MB", peak.megabytes, goal=1500
    )


def _archive(work: Path) -> Path:
    """An archive whose patch no kernel was kept for: patch(1) passes over its first line."""
    folder = work / "submission"
    shutil.copytree(TOUCHES_SCHED.parent, folder)
    patch = folder / TOUCHES_SCHED.name
    patch.write_bytes(f"Measured as {secrets.token_hex(8)}\n".encode() + patch.read_bytes())
    return Path(shutil.make_archive(str(work / "submission"), "zip", folder))

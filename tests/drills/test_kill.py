# SPDX-License-Identifier: MIT
"""The grader is killed at random moments: nothing half-made counts, nothing is left."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path

import pytest

from autograder.sandbox import orphans
from tests.drills.drill import (
    BROKEN,
    Drill,
    below,
    command,
    make,
    sandboxes_of,
    verdicts,
    wait_until_gone,
)

REFERENCE_ONLY = "1,3.1,3.7,9.1"
FEW, MANY = 3, 60  # kills of a grade whose kernel is kept; of one that is built, a third


class Kills:
    """Kills a drill's grader again and again, and counts what it finds."""

    def __init__(self, drill: Drill, seed: int) -> None:
        self.drill = drill
        self.random = random.Random(seed)
        started = time.monotonic()
        done = drill.run()
        self.takes = time.monotonic() - started  # seconds
        assert done.returncode in (0, 1), done.stderr
        self.expected = verdicts(drill.result())
        self.running = 0  # graders that were killed before their end
        self.hung = 0
        self.marks: list[str] = []  # of the graders that were killed

    def kill_once(self, earliest: float, latest: float) -> None:
        """One grade, killed between two moments, each a share of its usual time."""
        grader = self.drill.start()
        mark = orphans.mark_of(grader.pid)
        self.marks.append(mark)
        started = time.monotonic()
        try:
            grader.wait(self.takes * self.random.uniform(earliest, latest))
        except subprocess.TimeoutExpired:
            self.running += 1
            known = below(grader.pid)
            grader.kill()
        else:  # the first grade was slow: the next kills come earlier
            self.takes = time.monotonic() - started
            known = {}
        grader.wait()
        assert not [command(pid) for pid in wait_until_gone(known)]
        # What bubblewrap was making in this very moment hangs until the next run.
        self.hung += bool(sandboxes_of(mark))
        # One killed before it began to write leaves the result of the grade before it.
        result = self.drill.result()
        if result is not None and result.finished:
            assert verdicts(result) == self.expected

    def check_the_next(self) -> None:
        """The next run comes to the same end, and clears everything away."""
        done = self.drill.run()
        assert done.returncode in (0, 1), done.stderr
        result = self.drill.result()
        assert result is not None and result.finished
        assert verdicts(result) == self.expected
        assert self.drill.left_files() == []
        assert not [pid for mark in self.marks for pid in sandboxes_of(mark)]


def drill(folder: Path, patch: str | None, only: str, times: int, seed: int) -> None:
    kills = Kills(make(folder, patch, only), seed)
    for number in range(times):
        kills.kill_once(number / times, (number + 1) / times)
    kills.check_the_next()
    print(
        f"{times} kills within {kills.takes:.1f} s: {kills.running} before the end, "
        f"{kills.hung} in which bubblewrap hung until the next run"
    )
    assert kills.running, "no kill came before the end"


def test_a_few_kills(tmp_path: Path) -> None:
    drill(tmp_path / "drill", None, REFERENCE_ONLY, FEW, 1)


@pytest.mark.long
def test_many_kills(tmp_path: Path) -> None:
    drill(tmp_path / "drill", None, REFERENCE_ONLY, MANY, 2)


@pytest.mark.long
def test_kills_while_a_kernel_is_built(tmp_path: Path) -> None:
    drill(tmp_path / "drill", BROKEN, "1", MANY // 3, 3)

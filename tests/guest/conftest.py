# SPDX-License-Identifier: MIT
"""What tests with real kernels share."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.grading import FEEDBACK, RESULT
from autograder.results import Result, Verdict

ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.guest)


@dataclass(frozen=True)
class Graded:
    """What ``python -m autograder grade`` left behind."""

    status: int
    output: str
    result: Result
    page: str

    def verdict(self, check_id: str) -> Verdict:
        """The verdict of one check, which stands in the result exactly once."""
        (found,) = [verdict for verdict in self.result.verdicts if verdict.id == check_id]
        return found

    def failed(self) -> set[str]:
        """The ids of the failed checks."""
        return {verdict.id for verdict in self.result.verdicts if verdict.status == "failed"}


def run(*arguments: str, timeout: float = 1800) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=timeout,
        check=False,
    )


def grade(submission: Path, out: Path, *arguments: str) -> Graded:
    """Grade a submission and read what came of it."""
    done = run("grade", str(submission), "--out", str(out), *arguments)
    assert "Traceback" not in done.stderr, done.stderr
    assert (out / RESULT).exists(), done.stderr
    return Graded(
        done.returncode,
        done.stdout + done.stderr,
        Result.read(out / RESULT),
        (out / FEEDBACK).read_text(),
    )

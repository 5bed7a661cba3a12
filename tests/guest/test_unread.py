# SPDX-License-Identifier: MIT
"""A grade whose words nobody reads any more goes on, and its result is whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.grading import RESULT
from autograder.results import Result, Status
from tests.guest.conftest import ROOT

BASE = ROOT / "tests" / "cases" / "00-base"
CHOSEN = ("1.1", "1.2", "1.3")


def test_the_pipe_is_closed_in_the_middle(tmp_path: Path) -> None:
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "autograder", "grade", str(BASE)),
            *("--out", str(tmp_path / "out"), "--only", ",".join(CHOSEN)),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline()
        running.stdout.close()
        assert running.wait(timeout=1800) == 0
    result = Result.read(tmp_path / "out" / RESULT)
    assert result.finished
    chosen = [verdict.status for verdict in result.verdicts if verdict.number in CHOSEN]
    assert set(chosen) == {Status.PASSED}
    assert (tmp_path / "out" / "feedback.html").is_file()

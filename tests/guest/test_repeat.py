# SPDX-License-Identifier: MIT
"""The line that a report prints to repeat a check runs as it stands."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from autograder.report.repeat import from_grader
from autograder.report.view import arrange
from autograder.results import Result
from tests.guest.conftest import ROOT, grade
from tests.guest.test_bad_submissions import submission
from tests.patches import HARMLESS


def test_an_instructor_repeats_a_check(tmp_path: Path) -> None:
    handed_in = submission(tmp_path / "ada's work", HARMLESS)
    out = tmp_path / "out"
    first = grade(handed_in, out, "--only", "1.4,2.1", "--seed", "5")
    assert first.status == 1
    assert "1 of 2 selected checks pass" in first.output
    view = arrange(first.result, for_instructor=True, repeat=from_grader(handed_in, out))
    (failed,) = view.failed
    done = subprocess.run(
        failed.command,
        shell=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "0 of 1 selected check passes" in done.stdout
    again = Result.read(out / "only-2.1" / "result.json")
    assert again.seed == 5
    assert [v.status for v in again.verdicts if v.number == "2.1"] == ["failed"]
    passing = grade(handed_in, tmp_path / "other", "--only", "1.4")
    assert (passing.status, passing.result.totals.max_points) == (0, 100)

# SPDX-License-Identifier: MIT
"""The main job: the reference solution gets every point."""

from __future__ import annotations

from pathlib import Path

from autograder.judge import rubric
from autograder.report.coverage import Reach
from tests.corpus import REFERENCE
from tests.guest.conftest import grade


def test_full_marks(tmp_path: Path) -> None:
    graded = grade(REFERENCE, tmp_path / "out", "--seed", "20071011")
    lost = {v.id: v.message for v in graded.result.verdicts if v.status != "passed"}
    assert not lost
    assert graded.status == 0
    assert [v.id for v in graded.result.verdicts] == [check.id for check in rubric.checks()]
    totals = graded.result.totals
    assert totals.points == totals.max_points + totals.max_extra_points
    assert graded.result.kernel_version.startswith("7.3")
    assert 6 <= graded.result.timing.boots < 30  # most probes share one
    assert str(tmp_path / "out" / "feedback.html") in graded.output
    assert "7.3" in graded.page
    reach = Reach(graded.result.coverage)
    assert reach.with_code > 250 and reach.percent >= 97  # 98, and one line may be lost
    assert "Lines that no check reached" in graded.page

# SPDX-License-Identifier: MIT
"""Processes that are held in the reference's code while others act do no harm there."""

from __future__ import annotations

from pathlib import Path

from autograder.judge import rubric
from autograder.results import NOT_SELECTED
from tests.corpus import REFERENCE
from tests.guest.conftest import grade


def test_the_reference(tmp_path: Path) -> None:
    graded = grade(REFERENCE, tmp_path / "out", "--only", "two_at_once,thorough")
    tried = {v.id: v for v in graded.result.verdicts if v.message != NOT_SELECTED}
    assert set(tried) == {check.id for check in rubric.every_check() if check.number[:3] == "11."}
    assert not {v.id: v.message for v in tried.values() if v.status != "passed"}
    assert graded.status == 0

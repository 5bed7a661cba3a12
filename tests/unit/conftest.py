# SPDX-License-Identifier: MIT
"""Fixtures that several modules share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.bulk.run import ClassRun
from autograder.bulk.students import Roster
from autograder.files import write_atomically
from autograder.report import html
from tests.handed_in import (
    BERLIN,
    CASES,
    COURSE,
    Class,
    Grade,
    Intake,
    snapshot,
)
from tests.sample_class import VERSIONS


@pytest.fixture
def grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """Grades a folder, with the text of a roster or a file of one.

    Students' pages are drawn elsewhere: here they would take most of the time.
    """

    def page(made: object, path: Path, **_: object) -> None:
        write_atomically(path, "<!doctype html>")

    monkeypatch.setattr(html, "write", page)

    def run(
        export: Path, roster: str | bytes | Path | None = None, out: Path | None = None
    ) -> Class:
        out = out or tmp_path / "grades"
        path = roster if isinstance(roster, Path) else tmp_path / "roster.csv"
        if isinstance(roster, str | bytes):
            path.write_bytes(roster.encode() if isinstance(roster, str) else roster)
        known = Roster.read(path, BERLIN) if roster is not None else None
        engine = Intake(tmp_path / "work")
        done = ClassRun(out, COURSE, VERSIONS).grade_all(export, known, engine)
        assert done.book is not None
        return Class(done.book, engine.taken, out)

    return run


@pytest.fixture
def case(tmp_path: Path, grade: Grade) -> Callable[[str], Class]:
    """Grades one of the cases."""

    def run(name: str) -> Class:
        # A copy: an export is only read, and the test shows it.
        shutil.copytree(CASES / name / "export", tmp_path / "export")
        before = snapshot(tmp_path / "export")
        roster = CASES / name / "roster.csv"
        graded = grade(tmp_path / "export", roster if roster.exists() else None)
        assert snapshot(tmp_path / "export") == before
        return graded

    return run

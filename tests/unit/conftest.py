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
from autograder.report import html, view
from autograder.report.diagnosis import Cause
from autograder.results import (
    Evidence,
    Finding,
    Result,
    Status,
    SubmissionInfo,
    total,
)
from tests.handed_in import (
    BERLIN,
    CASES,
    COURSE,
    Class,
    Grade,
    Intake,
    snapshot,
)
from tests.page import HOSTILE, REPORT, excerpt, verdict
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


@pytest.fixture
def result() -> Result:
    verdicts = [
        verdict("1.1", Status.PASSED, area="build"),
        verdict(
            "2.1",
            Status.FAILED,
            message=f"message {HOSTILE}",
            did="What we did",
            expected="line\nexpected",
            observed=f"observed {HOSTILE}",
            hint="A hint",
            attempts=["failed", "failed"],
            evidence=[Evidence(kind="console", title=f"log {HOSTILE}", text=f"text {HOSTILE}")],
        ),
        verdict("2.2", Status.NOT_REACHED, message="The kernel did not build."),
        verdict("2.3", Status.GRADER_ERROR, message="The disk was full."),
        verdict("2.4", Status.FAILED, attempts=["failed", "passed", "passed"]),
        verdict(
            "2.5",
            Status.FAILED,
            id="reading/secret_id",
            title="secret title",
            clause="secret clause",
            message="secret message",
            visibility="hidden",
            evidence=[Evidence(kind="output", title="secret log", text="secret text")],
        ),
        verdict("3.1", Status.PASSED, area="threads", extra_credit=True),
    ]
    return Result(
        kit_version="0.1.0",
        kernel_version="7.3.2",
        seed=4711,
        started="2025-10-15T09:12:04Z",
        finished="2025-10-15T09:13:21Z",
        sandbox="bubblewrap",
        submission=SubmissionInfo(
            name=f"ada {HOSTILE}",
            sha256="0f6c",
            files=["kernel.patch", HOSTILE],
            answers=f"answers {HOSTILE}",
        ),
        verdicts=verdicts,
        totals=total(verdicts),
        notes=[f"note {HOSTILE}"],
    )


@pytest.fixture
def diagnosed(monkeypatch: pytest.MonkeyPatch) -> Result:
    """A submission with two causes: a report of KASAN, and another thing apart from that."""
    report = Evidence(
        kind="report",
        title="BUG: KASAN: slab-use-after-free in peek+0x1/0x2",
        text=REPORT,
        excerpts=[excerpt(420), excerpt(42)],
    )
    same = report.model_copy(update={"title": f"{report.title} (in steps)"})
    failed = Status.FAILED
    verdicts = [
        verdict("1.1", Status.PASSED, area="build", points=400, max_points=400),
        verdict("2.1", failed, message="The read returned 0.", evidence=[same]),
        verdict("2.2", failed, message="The read returned 0."),
        verdict("2.3", failed, message="The read returned EINVAL."),
        verdict("2.4", Status.NOT_REACHED, message="A check that it depends on failed."),
        verdict("2.5", failed, did="stat()", expected="mode 0600", observed="mode 0644"),
        verdict("8.1", failed, area="kernel health", evidence=[report], expected="no report"),
    ]
    by = {verdict.number: verdict for verdict in verdicts}
    causes = (
        Cause(
            Finding.REPORT,
            "Your kernel reads memory it has freed: mm/x.c:420, in peek().",
            by["8.1"],
            "Copy the record before pop() frees it. Write ` 1`.",
            excerpt(420),
            report,
            (by["2.1"], by["2.2"], by["2.3"]),
            (by["2.4"],),
        ),
        Cause(Finding.MISMATCH, "Every user can read the trace.", by["2.5"], "A hint"),
    )
    monkeypatch.setattr(view, "diagnose", lambda verdicts: causes)
    return Result(
        kit_version="0",
        kernel_version="7.3",
        seed=7,
        started="",
        finished="then",
        submission=SubmissionInfo(name="ada", sha256="", files=[]),
        verdicts=verdicts,
        totals=total(verdicts),
    )

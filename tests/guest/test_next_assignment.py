# SPDX-License-Identifier: MIT
"""A second assignment, tests/fork_count, goes through the same engine: nothing there knows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.results import Result, Status

pytestmark = pytest.mark.guest

ROOT = Path(__file__).parents[2]
HERE = ROOT / "tests" / "fork_count"
COURSE = HERE / "course.toml"
# A grade as from the command line, and what of the kit's own assignment came along.
WATCHED = """
import sys
from autograder.cli.main import main
status = 0
try:
    main()
except SystemExit as end:
    status = end.code or 0
print([name for name in sys.modules if name.startswith("autograder.pgfault")])
sys.exit(status)
"""


def submission(folder: Path, patch: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "kernel.patch").write_bytes(patch.read_bytes())
    return folder


def run(*arguments: str, cwd: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    command = ["-c", code] if code else ["-m", "autograder"]
    return subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=cwd,
        env=None,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the course's own course.toml, as an instructor has it."""
    (tmp_path / "course.toml").write_bytes(COURSE.read_bytes())
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def test_the_solution_has_full_marks(course: Path) -> None:
    right = submission(course / "ada", HERE / "solution" / "kernel.patch")
    done = run("grade", str(right), "--out", "out", cwd=course, code=WATCHED)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("[]"), "its own assignment was loaded"
    assert "10 of 10" in done.stdout
    page = (course / "out" / "feedback.html").read_text()
    assert "Counting children" in page and "pgfault" not in page


@pytest.mark.parametrize(
    ("name", "fails", "words"),
    [
        ("counts_threads", {"file/threads"}, "each of them made one child, but the number grew by"),
        ("counts_of_the_task", {"file/child_begins_with_none", "file/threads"}, "number is"),
    ],
)
def test_mistakes_are_found_and_named(course: Path, name: str, fails: set[str], words: str) -> None:
    wrong = submission(course / name, HERE / "mutants" / f"{name}.patch")
    done = run("grade", str(wrong), "--out", "out", cwd=course)
    assert done.returncode == 1, done.stdout + done.stderr
    result = Result.read(course / "out" / "result.json")
    assert {v.id for v in result.verdicts if v.status is Status.FAILED} == fails
    assert words in " ".join(done.stdout.split())


def test_a_class_of_three(course: Path) -> None:
    patches = {
        "ada": HERE / "solution" / "kernel.patch",
        "bob": HERE / "mutants" / "counts_threads.patch",
    }
    for name, patch in patches.items():
        submission(course / "class" / name, patch)
    (course / "class" / "eve").mkdir()
    (course / "class" / "eve" / "kernel.patch").write_text("")
    done = run("class", "grade", "class", "--out", "grades", cwd=course)
    assert done.returncode == 0, done.stdout + done.stderr
    points = {
        name: Result.read(course / "grades" / name / "result.json").totals.points
        for name in ("ada", "bob", "eve")
    }
    assert points["ada"] == 10 and points["eve"] < points["bob"] < 10
    assert "Counting children" in (course / "grades" / "index.html").read_text()


def test_an_assignment_that_is_not_there_is_named(course: Path) -> None:
    file = course / "course.toml"
    file.write_text(file.read_text().replace("tests.fork_count", "tests.no_such"))
    done = run("checks", cwd=course)
    assert done.returncode == 2
    assert "course.toml:7: assignment.package" in done.stderr and "tests.no_such" in done.stderr

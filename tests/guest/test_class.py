# SPDX-License-Identifier: MIT
"""A small class: graded in one go, and killed in between.  ``make class-test`` is the long form."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from autograder.bulk.gradebook import GRADEBOOK
from tests.class_test import ClassTest, complaints
from tests.classroom import HOSTILE_NAME
from tests.corpus import mutants

SIZE = 6


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[ClassTest, Path]:
    """The class, and the folder of grades that were made with a kill in between."""
    test = ClassTest(tmp_path_factory.mktemp("class"), SIZE)
    out = test.folder / "killed"
    test.grade_with_kills(out, kills=1, seed=1)
    return test, out


def test_a_killed_run_goes_on(graded: tuple[ClassTest, Path]) -> None:
    test, out = graded
    assert complaints(out, out, test.kinds) == []


def test_each_gets_its_due(graded: tuple[ClassTest, Path]) -> None:
    test, out = graded
    with (out / GRADEBOOK).open(newline="") as stream:
        rows = {row["email"]: row for row in csv.DictReader(stream)}
    points = {
        kind.name: float(rows[f"s{number}@example.edu"]["points that count"])
        for number, kind in enumerate(test.kinds, 1)
    }
    whole = points.pop("reference")
    assert whole > 100, "extra credit included"
    assert points.pop("late 12 hours") == pytest.approx(whole * 0.9, abs=0.01)
    assert points.pop("damaged zip") == 0
    assert all(0 <= value < whole for value in points.values())
    tool_mutants = {mutant.name.replace("/", " ") for mutant in mutants() if mutant.changes_tools}
    mistakes = [value for name, value in points.items() if name in tool_mutants]
    assert mistakes
    assert all(value > 90 for value in mistakes), "one mistake in a tool costs little"
    assert 0 < points["stub 1"] < 40
    assert {row["grader errors"] for row in rows.values() if row["folder"]} == {"0"}


def test_nothing_to_do_is_done_at_once(graded: tuple[ClassTest, Path]) -> None:
    """A second run takes no grade again."""
    test, out = graded

    def results() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in out.rglob("result.json")}

    before = results()
    assert before
    test.grade(out)
    assert results() == before


def test_a_hostile_name_is_only_a_name(graded: tuple[ClassTest, Path]) -> None:
    _, out = graded
    assert HOSTILE_NAME not in (out / "index.html").read_text()

# SPDX-License-Identifier: MIT
"""The shelf is whole whatever moment a run is killed at; the history loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.bulk import shelf as module
from autograder.bulk.journal import Journal
from autograder.bulk.shelf import RECORD, RUNNING, Earlier, Shelf
from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.grading import OBSERVATIONS, RESULT
from tests.sample_class import record, result


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


def graded(shelf: Shelf, content: str) -> None:
    """What a grade leaves in its folder."""
    folder = shelf.begin("ada")
    result().write(folder / RESULT)
    (folder / "feedback.html").write_text(content)
    write_atomically(folder / OBSERVATIONS / "seen.json", content)


def files(shelf: Shelf) -> dict[str, str]:
    folder = shelf.folder("ada")
    return {
        name: (folder / name).read_text() for name in ("feedback.html", "observations/seen.json")
    }


def test_a_second_grade_replaces_the_first_which_is_kept(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for number in ("1", "2"):
        graded(shelf, number)
        shelf.publish("ada", record(sha256=number), why="another submission")
    assert set(files(shelf).values()) == {"2"}
    (earlier,) = shelf.history("ada")
    assert (earlier.record.sha256, earlier.why) == ("1", "another submission")
    assert list((tmp_path / RUNNING).iterdir()) == []


@pytest.mark.parametrize("moment", range(12))
def test_killed_at_any_moment_of_publishing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    shelf = Shelf(tmp_path)
    graded(shelf, "1")
    shelf.publish("ada", record(sha256="1"), why="")
    graded(shelf, "2")
    steps = iter(range(100))

    really = Path.replace

    def dies_in_time(path: Path, target: Path) -> Path:
        if next(steps) == moment:
            raise Killed
        return really(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", dies_in_time)
        try:
            shelf.publish("ada", record(sha256="2"), why="")
            assert next(steps) <= moment
        except Killed:
            pass
    shelf.recover()
    assert list((tmp_path / RUNNING).iterdir()) == []
    loaded = shelf.load("ada")
    assert loaded is not None, "the old grade or the new one, never none"
    assert set(files(shelf).values()) == {loaded[0].sha256}
    assert len(shelf.history("ada")) <= 1


def test_a_grade_that_had_not_ended_is_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    graded(shelf, "half")
    assert shelf.recover() == []
    assert shelf.load("ada") is None
    assert list((tmp_path / RUNNING).iterdir()) == []


def test_a_grade_that_had_ended_is_completed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    graded(shelf, "whole")
    write_atomically(tmp_path / RUNNING / "ada" / RECORD, record().model_dump_json())
    assert shelf.recover() == ["ada"]
    assert set(files(shelf).values()) == {"whole"}


def test_a_damaged_record_is_no_grade(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    graded(shelf, "1")
    shelf.publish("ada", record(), why="")
    (shelf.folder("ada") / RECORD).write_text("{")
    assert shelf.load("ada") is None and shelf.record("ada") is None


def test_the_history_keeps_a_result_once(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    for _ in range(3):
        shelf.keep(Earlier(why="", record=record(), result=result()))
    assert len(shelf.history("ada")) == 1
    shelf.keep(Earlier(why="", record=record(sha256="other"), result=result()))
    assert len(shelf.history("ada")) == 2


def test_one_run_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with (
        Shelf(tmp_path).alone(),
        pytest.raises(UsageError, match="another run"),
        Shelf(tmp_path).alone(),
    ):
        raise AssertionError("two runs at once")


def test_no_grades_here(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no grades"):
        Shelf(tmp_path).read_class()


def test_the_journal_goes_on_after_half_a_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.begin("grade-all")
    journal.add("graded", name="ada", points=3)
    with journal.path.open("a") as stream:
        stream.write('{"event": "gra')
    journal.add("graded", name="ada", points=4)
    journal.add("graded", name="bob", points=5)
    assert [line["points"] for line in journal.lines("ada")] == [3, 4]
    assert [line["event"] for line in journal.lines()] == ["run", "graded", "graded", "graded"]

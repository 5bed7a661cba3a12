# SPDX-License-Identifier: MIT
"""The commands for a class: their help, their names before, and what an interrupted run says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import pytest
import typer
from typer.testing import CliRunner, Result

from autograder.bulk.reproducing import one_check
from autograder.bulk.run import ClassRun
from autograder.cli import of_class
from autograder.cli.of_class import COMMANDS, shared
from autograder.cli.of_class.grade import grade
from autograder.course import Course
from autograder.errors import UsageError
from tests.sample_class import VERSIONS

STILTED = re.compile(
    r"\bmend|\btold\b|rests? on|; without|, without,|also where|\bwhere (?!it )|go on|anew", re.I
)
READERS = sorted(COMMANDS.keys() - {"grade", "compare"})
NEW = {"coverage"}  # never had a name without "class"


def run(*words: str) -> Result:
    """Run a command on a terminal of 80 columns."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    of_class.add_to(app)

    @app.command()
    def another() -> None:
        """A program of one command would have no names of commands."""

    environment = {"COLUMNS": "80", "TERM": "dumb"}
    return CliRunner().invoke(app, list(words), terminal_width=80, env=environment)


def help_of(*command: str) -> str:
    """What ``--help`` prints."""
    done = run(*command, "--help")
    assert done.exit_code == 0, done.output
    return done.output


def test_every_summary_fits_its_line() -> None:
    lines = help_of("class").split("Commands:")[1].strip().splitlines()
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    for line in lines:
        assert len(line) <= 80 and line.endswith("."), line
        assert not line.endswith("..."), f"cut off: {line}"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_plain_and_breaks_no_word(command: str) -> None:
    text = help_of("class", command)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert not re.search(r"\w-$", text, re.M), "a word is broken at the end of a line"
    assert not STILTED.search(text), STILTED.search(text)


def test_the_old_names_are_not_listed_and_work() -> None:
    listed = help_of().split("Commands:")[1].split()
    assert "class" in listed and not {"grade-all", *READERS, "compare"} & set(listed)
    for new in COMMANDS.keys() - NEW:
        old = "grade-all" if new == "grade" else new
        assert help_of(old).split("\n", 2)[2] == help_of("class", new).split("\n", 2)[2]


ARGUMENTS = {"show": ["ada"], "reproduce": ["ada", "1.1"]}


@pytest.mark.parametrize("command", sorted({*READERS} - {"regrade", *NEW}))
def test_the_grades_are_read_where_it_is_said(command: str, tmp_path: Path) -> None:
    none, more = str(tmp_path / "none"), ARGUMENTS.get(command, [])
    written = {"reproduce": "--keep", "feedback": "--to"}
    told = []
    for words in (
        ["class", command, *more, "--grades", none],
        [command, *more, "--out", none],
        [command, *more, f"--out={none}"],
        [command, *more, "--out", none, *([written[command], "x"] if command in written else [])],
    ):
        done = run(*words)
        assert isinstance(done.exception, UsageError), done.output
        told.append(str(done.exception))
    assert len(set(told)) == 1 and none in told[0]


@pytest.mark.parametrize("command", sorted({*READERS} - {"reproduce", "feedback"}))
def test_out_of_a_command_that_reads_is_answered(command: str) -> None:
    done = run("class", command, *ARGUMENTS.get(command, []), "--out", "spring")
    assert isinstance(done.exception, UsageError)
    assert f"class {command} reads" in str(done.exception) and "--grades" in str(done.exception)


@pytest.mark.parametrize(
    ("word", "says"), [("99.9", "names no check"), ("reading/", "several checks (3.1 ")]
)
def test_a_wrong_check_is_answered_with_the_way_to_a_right_one(word: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        one_check(word)
    assert says in str(caught.value)


def test_an_interrupted_run_says_that_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    made = ClassRun(tmp_path / "grades", Course(), VERSIONS)
    monkeypatch.setattr(shared, "class_run", lambda *_: made)
    monkeypatch.setattr(shared, "end_on_sigterm", lambda: None)
    monkeypatch.setattr(ClassRun, "grade_all", interrupted)
    with pytest.raises(typer.Exit) as ended:
        grade(tmp_path, tmp_path / "grades")
    assert ended.value.exit_code == 130
    assert "the same command continues" in capsys.readouterr().err

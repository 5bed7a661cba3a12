# SPDX-License-Identifier: MIT
"""The commands for a class: what their help says, and what an interrupted run says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import pytest
import typer
from typer.testing import CliRunner

from autograder.bulk.reproducing import one_check
from autograder.bulk.run import ClassRun
from autograder.cli import of_class as cli_class
from autograder.course import Course
from autograder.errors import UsageError
from tests.sample_class import VERSIONS

COMMANDS = (
    *("grade-all", "rescore", "regrade", "compare", "show", "reproduce", "similarity"),
    "feedback",
)
STILTED = re.compile(
    r"\bmend|\btold\b|rests? on|; without|, without,|also where|\bwhere (?!it )|go on|anew", re.I
)


def help_of(*command: str) -> str:
    """What ``--help`` prints on a terminal of 80 columns."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    cli_class.add_to(app)
    done = CliRunner().invoke(
        app, [*command, "--help"], terminal_width=80, env={"COLUMNS": "80", "TERM": "dumb"}
    )
    assert done.exit_code == 0, done.output
    return done.output


def test_every_summary_fits_its_line() -> None:
    commands = help_of().split("Commands:")[1].strip().splitlines()
    assert len(commands) > len(COMMANDS)
    for line in commands:
        assert len(line) <= 80 and line.endswith("."), line
        assert not line.endswith("..."), f"cut off: {line}"


@pytest.mark.parametrize("command", [*COMMANDS, "gradescope"])
def test_help_is_plain_and_breaks_no_word(command: str) -> None:
    text = help_of(command)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert not re.search(r"\w-$", text, re.M), "a word is broken at the end of a line"
    assert not STILTED.search(text), STILTED.search(text)


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

    run = ClassRun(tmp_path / "grades", Course(), VERSIONS)
    monkeypatch.setattr(cli_class, "_class_run", lambda *_: run)
    monkeypatch.setattr(cli_class, "_end_on_sigterm", lambda: None)
    monkeypatch.setattr(ClassRun, "grade_all", interrupted)
    with pytest.raises(typer.Exit) as ended:
        cli_class.grade_all(tmp_path, tmp_path / "grades")
    assert ended.value.exit_code == 130
    assert "the same command continues" in capsys.readouterr().err

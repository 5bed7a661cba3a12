# SPDX-License-Identifier: MIT
"""The commands for a class: what they say where they are interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
import typer

from autograder import cli_class
from autograder.bulk.run import ClassRun
from autograder.course import Course
from tests.sample_class import VERSIONS


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
    assert "the same command goes on" in capsys.readouterr().err

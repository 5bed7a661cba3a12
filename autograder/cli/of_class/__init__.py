# SPDX-License-Identifier: MIT
"""``class``: the commands for a whole class, and the names that they had before."""

from __future__ import annotations

from collections.abc import Callable

import typer

from autograder.cli import frame
from autograder.cli.of_class.coverage import coverage
from autograder.cli.of_class.feedback import feedback
from autograder.cli.of_class.grade import grade, regrade
from autograder.cli.of_class.reproduce import reproduce
from autograder.cli.of_class.rescore import rescore
from autograder.cli.of_class.show import compare, show
from autograder.cli.of_class.similarity import similarity
from autograder.cli.of_class.spelling import OfGrades, renamed

COMMANDS: dict[str, Callable[..., None]] = {
    "grade": grade,
    "rescore": rescore,
    "regrade": regrade,
    "compare": compare,
    "show": show,
    "reproduce": reproduce,
    "similarity": similarity,
    "coverage": coverage,
    "feedback": feedback,
}


def add_to(app: typer.Typer) -> None:
    """Add the group to ``app``."""
    group = frame.new_app("Grade a class, and work with its grades.")
    for name, command in COMMANDS.items():
        group.command(name, cls=OfGrades)(command)
    app.add_typer(group, name="class")
    # Until 0.3: the names before there was a group, with the options that they had.
    app.command("grade-all", hidden=True)(grade)
    app.command("compare", hidden=True)(compare)
    for name in ("rescore", "regrade", "show", "similarity"):
        app.command(name, hidden=True, cls=renamed({"--out": "--grades"}))(COMMANDS[name])
    was = {"--out": "--grades", "--keep": "--out"}
    app.command("reproduce", hidden=True, cls=renamed(was))(reproduce)
    was = {"--out": "--grades", "--to": "--out"}
    app.command("feedback", hidden=True, cls=renamed(was))(feedback)

# SPDX-License-Identifier: MIT
"""``python -m autograder``: all commands together."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder import KIT_VERSION, assignment
from autograder.cli import frame, of_class
from autograder.cli.boot import boot, probe
from autograder.cli.checks import checks
from autograder.cli.doctor import doctor
from autograder.cli.grade import grade
from autograder.cli.gradescope import gradescope
from autograder.cli.handout import handout
from autograder.cli.kernel import kernel_app
from autograder.cli.schema import schema

app = frame.new_app("Grade submissions of a kernel programming assignment.")
for command in (grade, checks, boot, probe, handout, gradescope, doctor, schema):
    app.command()(command)
app.add_typer(kernel_app, name="kernel")
of_class.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"pgfault-course-kit {KIT_VERSION}")
        raise typer.Exit


@app.callback()
def everywhere(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the kit's version."
        ),
    ] = False,
) -> None:
    """Options of the program as a whole."""


def main() -> None:
    """Run a command; the assignment of the course.toml here adds its own."""
    chosen = assignment.use_here()
    if chosen.add_commands is not None:
        chosen.add_commands(app)
    frame.run(app)

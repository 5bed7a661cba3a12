# SPDX-License-Identifier: MIT
"""``class coverage``: which lines of the patches the checks reached."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli import frame
from autograder.cli.of_class import shared


def coverage(
    student: Annotated[
        str | None,
        typer.Argument(help="Show this student's lines that no check reached."),
    ] = None,
    grades: shared.GradesOption = shared.GRADES,
    course: frame.CourseOption = None,
) -> None:
    """Show how many lines of each patch the checks reached."""
    from rich.console import Console

    from autograder.bulk import tables

    book = shared.class_book(grades, course)
    if student is None:
        tables.coverage(book, Console())
    else:
        tables.not_seen(book.require(student), Console())

# SPDX-License-Identifier: MIT
"""``class show`` and ``class compare``: what has been graded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import frame
from autograder.cli.of_class import shared


def show(
    student: shared.StudentArgument,
    grades: shared.GradesOption = shared.GRADES,
    course: frame.CourseOption = None,
) -> None:
    """Show one student's result, history and journal."""
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.journal import Journal
    from autograder.bulk.shelf import Shelf

    entry = shared.class_book(grades, course).require(student)
    tables.student(entry, Shelf(grades), Journal(grades), Console())


def compare(
    left: Annotated[Path, typer.Argument(help="A folder with grades.")],
    right: Annotated[Path, typer.Argument(help="Another one, for the same class.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Also print submissions that do not differ.")
    ] = False,
) -> None:
    """Compare two gradings of the same class."""
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.comparing import compare as side_by_side
    from autograder.bulk.shelf import Shelf

    tables.comparison(side_by_side(Shelf(left), Shelf(right)), Console(), everything)

# SPDX-License-Identifier: MIT
"""``class feedback``: the students' pages, for the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import frame
from autograder.cli.of_class import shared


def feedback(
    grades: shared.GradesOption = shared.GRADES,
    course: frame.CourseOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The folder to write to (default: feedback/ in the folder of grades)."),
    ] = None,
) -> None:
    """Write the students' pages for upload to a course system."""
    from autograder.bulk import returning
    from autograder.bulk.shelf import Shelf

    shelf = Shelf(grades)
    with shelf.alone():
        book = shared.class_book(grades, course)
        written = returning.write(book, shelf, out or grades / returning.FEEDBACK_FOLDER)
    for upload in written:
        print(f"{upload.path}: {upload.words}")

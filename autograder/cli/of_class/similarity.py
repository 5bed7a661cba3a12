# SPDX-License-Identifier: MIT
"""``class similarity``: who may have worked with whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import frame
from autograder.cli.of_class import shared
from autograder.progress import ProgressLines


def similarity(
    grades: shared.GradesOption = shared.GRADES,
    course: frame.CourseOption = None,
    given: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="<path>", help="Code that everybody was given, besides the handout's starter."
        ),
    ] = None,
) -> None:
    """Find submissions of a class that are alike.

    It compares them pair by pair and adds what it found to the class's page.
    """
    from autograder.bulk import gradebook, page
    from autograder.bulk.shelf import Shelf
    from autograder.bulk.similarity import compare
    from autograder.cache import Cache
    from autograder.files import KIT

    with Shelf(grades).alone(), ProgressLines() as lines:
        book = shared.class_book(grades, course)
        everybodys = [KIT / "handout" / "kit", *(given or ())]
        series = book.class_list.series
        found = compare(book.entries, everybodys, series, Cache.default(), lines)
        found.write(grades)
        gradebook.write(book, grades)
        page.write(book, grades)
    for pair in found.pairs[:20]:
        print(f"{pair.most:4.0%}  {pair.left}  {pair.right}")
    print(f"{len(found.pairs)} pairs of {found.compared} submissions have much in common")
    print(grades / page.INDEX)

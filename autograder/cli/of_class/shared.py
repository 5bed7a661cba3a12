# SPDX-License-Identifier: MIT
"""What the commands for a class share."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import frame

if TYPE_CHECKING:
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.run import ClassRun

GradesOption = Annotated[Path, typer.Option(help="The folder with the class's grades.")]
StudentArgument = Annotated[
    str, typer.Argument(help="A student's id, name, e-mail address or folder.")
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        min=1, help="Submissions graded at the same time (default: as processors and memory allow)."
    ),
]
GRADES = Path("grades")


def class_run(grades: Path, course: Path | None, sandbox: str | None) -> ClassRun:
    """Everything that has to be right before anything is graded."""
    from autograder.bulk import versions
    from autograder.bulk.run import ClassRun
    from autograder.cache import Cache
    from autograder.kernel import ready
    from autograder.progress import ProgressLines

    decided = frame.course(course)
    shut = frame.sandbox(sandbox)
    with ProgressLines() as lines:
        baseline = ready.baseline(decided.series, Cache.default(), shut, lines)
    return ClassRun(grades, decided, versions.current(baseline), sandbox=sandbox)


def class_book(grades: Path, course: Path | None) -> ClassBook:
    """The class as it was graded."""
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.shelf import Shelf

    return ClassBook.read(Shelf(grades), frame.course(course))


def end_on_sigterm() -> None:
    """End as an interrupt from the keyboard does: in order."""

    def interrupt(number: int, at: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)

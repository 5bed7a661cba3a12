# SPDX-License-Identifier: MIT
"""``class reproduce``: one check of a student once more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import frame
from autograder.cli.of_class import shared
from autograder.progress import ProgressLines


def reproduce(
    student: shared.StudentArgument,
    check: Annotated[str, typer.Argument(help="A check's number or id.")],
    grades: shared.GradesOption = shared.GRADES,
    course: frame.CourseOption = None,
    out: Annotated[
        Path, typer.Option(help="The folder for the kernel, its initramfs and a debugger script.")
    ] = Path("build/reproduce"),
    sandbox: frame.SandboxOption = None,
) -> None:
    """Repeat one check of a student, and prepare a debugger.

    It boots the same kernel with the same random seed as when the class was graded.
    """
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.reproducing import Reproducer, one_check
    from autograder.cache import Cache
    from autograder.kernel import ready

    book = shared.class_book(grades, course)
    entry = book.require(student)
    assert entry.record is not None and entry.result is not None
    chosen = one_check(check)
    (before,) = [verdict for verdict in entry.result.verdicts if verdict.id == chosen.id]
    cache, shut = Cache.default(), frame.sandbox(sandbox)
    with ProgressLines() as lines:
        baseline = ready.baseline(book.course.series, cache, shut, lines)
        again = Reproducer(baseline, cache, shut, lines).run(entry.record, chosen, out)
    tables.reproduction(before, again, Console())

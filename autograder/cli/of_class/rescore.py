# SPDX-License-Identifier: MIT
"""``class rescore``: new points without a boot."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli import frame
from autograder.cli.of_class import shared


def rescore(
    grades: shared.GradesOption = shared.GRADES,
    course: frame.CourseOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print who would gain or lose points.")
    ] = False,
    points_only: Annotated[
        bool,
        typer.Option("--points-only", help="Keep all verdicts, even if checks have changed."),
    ] = False,
    jobs: shared.JobsOption = None,
) -> None:
    """Apply changed points, late policy or checks, without a boot.

    The checks judge again what the guests showed when the class was graded.
    """
    from rich.console import Console

    from autograder.bulk import tables, versions
    from autograder.bulk.processors import default_jobs
    from autograder.bulk.run import ClassRun

    today = versions.Versions(kernel="", **versions.own())
    run = ClassRun(grades, frame.course(course), today)
    side_by_side = jobs or default_jobs()
    changes = run.rescore(dry_run=dry_run, jobs=side_by_side, judge=not points_only)
    tables.changes(changes, Console(), dry_run=dry_run)
    tables.remarks(shared.class_book(grades, course), Console())

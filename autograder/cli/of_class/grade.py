# SPDX-License-Identifier: MIT
"""``class grade`` and ``class regrade``: what builds and boots."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import frame
from autograder.cli.of_class import shared
from autograder.errors import EXIT_GRADER, UsageError

if TYPE_CHECKING:
    from autograder.bulk.live import View
    from autograder.bulk.run import ClassSummary, MakeEngine

ClusterOption = Annotated[
    str | None,
    typer.Option(
        help="Grade on a cluster: the address of a Dask scheduler (tcp://HOST:PORT), the path of "
        "its file, or slurm, pbs, lsf, sge or htcondor."
    ),
]


def grade(
    submissions: Annotated[
        Path, typer.Argument(help="A folder of submissions: folders or archives, or an export.")
    ],
    out: Annotated[Path, typer.Option(help="The folder for the class's grades.")] = shared.GRADES,
    course: frame.CourseOption = None,
    roster: Annotated[
        Path | None, typer.Option(help="A CSV file that says which submission is whose.")
    ] = None,
    jobs: shared.JobsOption = None,
    sandbox: frame.SandboxOption = None,
    cluster: ClusterOption = None,
) -> None:
    """Grade a class: submissions that are new or have changed.

    You may interrupt it at any time: the same command continues where it stopped.  It exits
    with 0 if every submission was graded, 2 for a usage error, 3 if the grader failed on some
    (the next run tries these again), and 130 if it was interrupted.
    """
    from rich.console import Console

    from autograder.bulk import live
    from autograder.bulk.students import Roster

    shared.end_on_sigterm()
    run = shared.class_run(out, course, sandbox)
    known = Roster.read(roster, run.course.zone) if roster is not None else None
    try:
        with live.view(Console(stderr=True)) as view:
            run = replace(run, changed=view.changed)
            summary = run.grade_all(submissions, known, _engine(view, jobs, cluster))
    except KeyboardInterrupt:
        print(
            "Interrupted. The grades made so far are kept; the same command continues.",
            file=sys.stderr,
        )
        raise typer.Exit(frame.EXIT_INTERRUPTED) from None
    _tell(summary, out)


def regrade(
    grades: shared.GradesOption = shared.GRADES,
    course: frame.CourseOption = None,
    only: Annotated[
        str | None,
        typer.Option(
            help="Checks to repeat: numbers, areas, ids or parts of these, separated by commas "
            "(default: all)."
        ),
    ] = None,
    students: Annotated[
        str,
        typer.Option(help="Names, ids or folders, separated by commas (default: everybody)."),
    ] = "",
    why: Annotated[str, typer.Option(help="The reason, kept in the history.")] = "regraded",
    jobs: shared.JobsOption = None,
    sandbox: frame.SandboxOption = None,
    cluster: ClusterOption = None,
) -> None:
    """Build and boot again for some checks or students only."""
    from rich.console import Console

    from autograder.bulk import live
    from autograder.judge import rubric

    if only and not rubric.select(only):
        raise UsageError(
            f"--only {only} names no check: `python -m autograder checks` lists their numbers"
        )
    shared.end_on_sigterm()
    run = shared.class_run(grades, course, sandbox)
    names = [word.strip() for word in students.split(",") if word.strip()]
    with live.view(Console(stderr=True)) as view:
        run = replace(run, changed=view.changed)
        summary = run.regrade(names, only, _engine(view, jobs, cluster), why)
    _tell(summary, grades)


def _engine(view: View, jobs: int | None, cluster: str | None) -> MakeEngine:
    from autograder.bulk.local import LocalEngine
    from autograder.bulk.processors import default_jobs

    if cluster is not None:
        from autograder.bulk.cluster import ClusterEngine

        return lambda grades, lock: ClusterEngine(cluster, jobs)
    side_by_side = jobs or default_jobs()
    return lambda grades, lock: LocalEngine(side_by_side, grades, view.told, [lock])


def _tell(summary: ClassSummary, grades: Path) -> None:
    from rich.console import Console

    from autograder.bulk import tables

    tables.summary(summary, grades, Console())
    if summary.tally.failed:
        raise typer.Exit(EXIT_GRADER)

# SPDX-License-Identifier: MIT
"""``grade``: one submission."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from autograder import progress
from autograder.cli import frame
from autograder.errors import EXIT_FULL_MARKS, EXIT_GRADER, EXIT_POINTS_LOST, UsageError
from autograder.progress import ProgressLines


def grade(
    submission: Annotated[Path, typer.Argument(help="A folder, .zip or .tar.gz.")],
    out: Annotated[Path, typer.Option(help="Folder for result.json and feedback.html.")] = Path(
        "build/check"
    ),
    only: Annotated[
        str | None,
        typer.Option(help="Checks to run: numbers, areas, milestones, parts of ids, with commas."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Random seed for the checks' inputs (default: random)."),
    ] = None,
    course: frame.CourseOption = None,
    series: frame.SeriesOption = None,
    sandbox: frame.SandboxOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print result.json instead of the summary.")
    ] = False,
    verbose: frame.VerboseOption = False,
) -> None:
    """Grade one submission.

    Exits with 0 if all checks pass (with --only: all checks that it names), 1
    if one does not, 2 for a usage error or a submission that cannot be read, 3
    if the grader or this machine is at fault.
    """
    from autograder.cache import Cache
    from autograder.grading import FEEDBACK, OBSERVATIONS, RESULT, GradeOrder, Grading
    from autograder.judge import rubric
    from autograder.kernel import ready
    from autograder.report import html, terminal
    from autograder.report.paper import console
    from autograder.report.repeat import from_grader
    from autograder.report.screen import Frame
    from autograder.results import NOT_SELECTED, Status
    from autograder.scoring import score

    progress.survive_hang_up()
    if not submission.exists():
        raise UsageError(f"there is no {submission}: give a folder, a .zip or a .tar.gz")
    settings = frame.course(course)
    if only and not rubric.select(only):
        raise UsageError(f"--only {only} names no check: see `python -m autograder checks`")
    cache = Cache.default()
    with ProgressLines() as lines:
        shut = frame.sandbox(sandbox)
        baseline = ready.baseline(series or settings.series, cache, shut, lines)
        number = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
        order = GradeOrder(submission, out, number, only)
        grading = Grading(order, baseline, shut, lines)
        graded = grading.run(cache)
    result = score(graded, settings)
    result.write(out / RESULT)
    repeat = from_grader(submission, out)
    html.write(result, out / FEEDBACK, observations=out / OBSERVATIONS, repeat=repeat)
    if as_json:
        print(result.model_dump_json(indent=2))
    elif not grading.refused:
        around = Frame(str(out / FEEDBACK))
        terminal.show(result, console(), verbose=verbose, frame=around, repeat=repeat)
    if grading.refused:
        raise UsageError(f"{submission} cannot be graded. {grading.refused}")
    chosen = [verdict for verdict in result.verdicts if verdict.message != NOT_SELECTED]
    if any(verdict.status is Status.GRADER_ERROR for verdict in chosen):
        raise typer.Exit(EXIT_GRADER)
    passed = all(verdict.status is Status.PASSED for verdict in chosen)
    raise typer.Exit(EXIT_FULL_MARKS if passed else EXIT_POINTS_LOST)

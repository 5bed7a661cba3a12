# SPDX-License-Identifier: MIT
"""The commands for a whole class.  Each imports what it needs itself, so that --help is quick."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.errors import EXIT_GRADER, UsageError

if TYPE_CHECKING:
    from autograder.bulk.live import View
    from autograder.bulk.run import ClassRun, MakeEngine, Outcome
    from autograder.course import Course
    from autograder.kernel.build import Baseline

OutOption = Annotated[Path, typer.Option(help="The folder with the class's grades.")]
CourseOption = Annotated[
    Path, typer.Option("--course", help="The file with the course's settings.")
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        min=1, help="Submissions graded at the same time (default: as processors and memory allow)."
    ),
]
SandboxOption = Annotated[
    str | None,
    typer.Option(
        help="Level of isolation: full, container or none (default: as this machine allows)."
    ),
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        help="Grade on a cluster: the address of a Dask scheduler (tcp://HOST:PORT), the path of "
        "its file, or slurm, pbs, lsf, sge or htcondor."
    ),
]
EXIT_INTERRUPTED = 130  # as a shell has it
GRADES = Path("grades")
COURSE = Path("course.toml")


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    commands: dict[str, Callable[..., None]] = {
        "grade-all": grade_all,
        "rescore": rescore,
        "regrade": regrade,
        "compare": compare,
        "show": show,
        "reproduce": reproduce,
        "similarity": similarity,
        "gradescope": gradescope,
        "feedback": feedback,
    }
    for name, function in commands.items():
        app.command(name)(function)


def grade_all(
    submissions: Annotated[
        Path, typer.Argument(help="A folder of submissions: folders or archives, or an export.")
    ],
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
    roster: Annotated[
        Path | None, typer.Option(help="A CSV file that says which submission is whose.")
    ] = None,
    jobs: JobsOption = None,
    sandbox: SandboxOption = None,
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

    _end_on_sigterm()
    console = Console(stderr=True)
    run = _class_run(out, course, sandbox)
    known = Roster.read(roster, run.course.zone) if roster is not None else None
    try:
        with live.view(console) as view:
            run = _watched(run, view)
            outcome = run.grade_all(submissions, known, _engine(view, jobs, cluster))
    except KeyboardInterrupt:
        print(
            "Interrupted. The grades made so far are kept; the same command continues.",
            file=sys.stderr,
        )
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _tell(outcome, out)


def regrade(
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
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
    jobs: JobsOption = None,
    sandbox: SandboxOption = None,
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
    _end_on_sigterm()
    run = _class_run(out, course, sandbox)
    names = [word.strip() for word in students.split(",") if word.strip()]
    with live.view(Console(stderr=True)) as view:
        run = _watched(run, view)
        outcome = run.regrade(names, only, _engine(view, jobs, cluster), why)
    _tell(outcome, out)


def rescore(
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print who would gain or lose points.")
    ] = False,
    points_only: Annotated[
        bool,
        typer.Option("--points-only", help="Keep all verdicts, even if checks have changed."),
    ] = False,
    jobs: JobsOption = None,
) -> None:
    """Apply changed points, late policy or checks, without a boot.

    The checks judge again what the guests showed when the class was graded.
    """
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.processors import default_jobs
    from autograder.bulk.shelf import Shelf

    run = _class_run(out, course, None, build=False)
    side_by_side = jobs or default_jobs()
    changes = run.rescore(dry_run=dry_run, jobs=side_by_side, judge=not points_only)
    tables.changes(changes, Console(), dry_run=dry_run)
    tables.remarks(ClassBook.read(Shelf(out), run.course), Console())


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


def show(
    student: Annotated[str, typer.Argument(help="A student's id, name, e-mail address or folder.")],
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
) -> None:
    """Show one student's result, history and journal."""
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.journal import Journal
    from autograder.bulk.shelf import Shelf

    shelf = Shelf(out)
    entry = ClassBook.read(shelf, _course(course)).require(student)
    tables.student(entry, shelf, Journal(out), Console())


def reproduce(
    student: Annotated[str, typer.Argument(help="A student's id, name, e-mail address or folder.")],
    check: Annotated[str, typer.Argument(help="A check's number or id.")],
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
    keep: Annotated[
        Path, typer.Option(help="The folder for the kernel, its initramfs and a debugger script.")
    ] = Path("build/reproduce"),
    sandbox: SandboxOption = None,
) -> None:
    """Repeat one check of a student, and prepare a debugger.

    It boots the same kernel with the same random seed as when the class was graded.
    """
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.reproducing import Reproducer, one_check
    from autograder.bulk.shelf import Shelf
    from autograder.cache import Cache
    from autograder.progress import ProgressLines
    from autograder.sandbox.sandbox import choose

    decided = _course(course)
    entry = ClassBook.read(Shelf(out), decided).require(student)
    assert entry.record is not None and entry.result is not None
    chosen = one_check(check)
    (before,) = [verdict for verdict in entry.result.verdicts if verdict.id == chosen.id]
    baseline = _baseline(decided.series, sandbox)
    lines = ProgressLines()
    try:
        reproducer = Reproducer(baseline, Cache.default(), choose(sandbox), lines)
        again = reproducer.run(entry.record, chosen, keep)
    finally:
        lines.close()
    tables.reproduction(before, again, Console())


def similarity(
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
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
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.shelf import Shelf
    from autograder.bulk.similarity import compare as compare_pairs
    from autograder.bulk.versions import PACKAGE
    from autograder.cache import Cache
    from autograder.progress import ProgressLines

    shelf, lines = Shelf(out), ProgressLines()
    with shelf.alone():
        book = ClassBook.read(shelf, _course(course))
        starter = PACKAGE.parent / "handout" / "kit"
        try:
            series = book.class_list.series
            everybodys = [starter, *(given or ())]
            found = compare_pairs(book.entries, everybodys, series, Cache.default(), lines)
        finally:
            lines.close()
        found.write(out)
        gradebook.write(book, out)
        page.write(book, out)
    for pair in found.pairs[:20]:
        print(f"{pair.most:4.0%}  {pair.left}  {pair.right}")
    print(f"{len(found.pairs)} pairs of {found.compared} submissions have much in common")
    print(out / page.INDEX)


def gradescope(
    out: Annotated[Path, typer.Option(help="The folder for the two zip files.")] = Path("build"),
    course: CourseOption = COURSE,
    minutes: Annotated[
        float, typer.Option(min=1, max=40, help="The time limit set in Gradescope, in minutes.")
    ] = 10,
    leaderboard: Annotated[bool, typer.Option("--leaderboard", help="Show a leaderboard.")] = False,
    prebuilt: Annotated[
        bool,
        typer.Option(
            "--prebuilt", help="Include the built baseline, for an image with the same compiler."
        ),
    ] = False,
    sandbox: SandboxOption = None,
) -> None:
    """Write autograder.zip for Gradescope, and a canary.

    Upload the canary first: it reports whether Gradescope's container can run the grader.
    """
    import os

    from autograder.cache import Cache
    from autograder.gradescope.bundle import Bundle
    from autograder.gradescope.harness import Settings
    from autograder.kernel.build import build_baseline
    from autograder.kernel.source import VARIABLE, fetch
    from autograder.progress import ProgressLines
    from autograder.sandbox.sandbox import choose

    decided = _course(course)
    lines, cache, shut = ProgressLines(), Cache.default(), choose(sandbox)
    named = os.environ.get(VARIABLE)
    try:
        source = fetch(decided.series, cache, Path(named) if named else None, lines)
        baseline = build_baseline(source, cache, shut, lines)
        bundle = Bundle(source, baseline, cache, lines)
        settings = Settings(minutes=minutes, leaderboard=leaderboard)
        bundle.write(out / "autograder.zip", settings, course, prebuilt=prebuilt)
        bundle.write_canary(out / "autograder-canary.zip", shut)
    finally:
        lines.close()
    for name in ("autograder.zip", "autograder-canary.zip"):
        print(f"{out / name} ({(out / name).stat().st_size / 1e6:.0f} MB)")


def _course(path: Path) -> Course:
    from autograder.course import Course, load

    if path != COURSE and not path.exists():
        raise UsageError(f"there is no file {path}: name the course's settings with --course FILE")
    return load(path) if path.exists() else Course()


def _class_run(out: Path, course: Path, sandbox: str | None, build: bool = True) -> ClassRun:
    """Everything that has to be right before anything is graded."""
    from autograder.bulk import versions
    from autograder.bulk.run import ClassRun

    decided = _course(course)
    if not build:
        return ClassRun(out, decided, versions.Versions(kernel="", **versions.own()))
    current = versions.current(_baseline(decided.series, sandbox))
    return ClassRun(out, decided, current, sandbox=sandbox)


def _baseline(series: str, sandbox: str | None) -> Baseline:
    import os

    from autograder.cache import Cache
    from autograder.kernel.build import build_baseline
    from autograder.kernel.source import VARIABLE, fetch
    from autograder.progress import ProgressLines
    from autograder.sandbox.sandbox import choose

    lines, cache = ProgressLines(), Cache.default()
    named = os.environ.get(VARIABLE)
    try:
        source = fetch(series, cache, Path(named) if named else None, lines)
        return build_baseline(source, cache, choose(sandbox), lines)
    finally:
        lines.close()


def _watched(run: ClassRun, view: View) -> ClassRun:
    from dataclasses import replace

    return replace(run, changed=view.changed)


def _engine(view: View, jobs: int | None, cluster: str | None) -> MakeEngine:
    from autograder.bulk.local import LocalEngine
    from autograder.bulk.processors import default_jobs

    if cluster is not None:
        from autograder.bulk.cluster import ClusterEngine

        return lambda grades, lock: ClusterEngine(cluster, jobs)
    side_by_side = jobs or default_jobs()
    return lambda grades, lock: LocalEngine(side_by_side, grades, view.told, [lock])


def _tell(outcome: Outcome, out: Path) -> None:
    from rich.console import Console

    from autograder.bulk import tables

    tables.outcome(outcome, out, Console())
    if outcome.tally.failed:
        raise typer.Exit(EXIT_GRADER)


def _end_on_sigterm() -> None:
    """End as an interrupt from the keyboard does: in order."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def feedback(
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
    to: Annotated[
        Path | None,
        typer.Option(help="The folder to write to (default: feedback/ in the folder of grades)."),
    ] = None,
) -> None:
    """Write the students' pages for upload to a course system."""
    from autograder.bulk import returning
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.shelf import Shelf

    shelf = Shelf(out)
    with shelf.alone():
        book = ClassBook.read(shelf, _course(course))
        written = returning.write(book, shelf, to or out / returning.FEEDBACK_FOLDER)
    for upload in written:
        print(f"{upload.path}: {upload.words}")

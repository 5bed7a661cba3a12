# SPDX-License-Identifier: MIT
"""The commands for a whole class.  What one needs is imported in it, so that --help is quick."""

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

OutOption = Annotated[Path, typer.Option(help="The folder of the class's grades.")]
CourseOption = Annotated[Path, typer.Option("--course", help="What the instructor decided.")]
JobsOption = Annotated[
    int | None,
    typer.Option(min=1, help="Grades side by side; without, what processors and memory allow."),
]
SandboxOption = Annotated[
    str | None, typer.Option(help="Level of isolation: full, container or none.")
]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        help="A Dask scheduler whose workers make the grades: tcp://HOST:PORT, its file, or "
        "slurm, pbs, lsf, sge, htcondor."
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
        Path, typer.Argument(help="A folder of submissions: folders, archives, or an export.")
    ],
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
    roster: Annotated[
        Path | None, typer.Option(help="A CSV that says which student is which.")
    ] = None,
    jobs: JobsOption = None,
    sandbox: SandboxOption = None,
    cluster: ClusterOption = None,
) -> None:
    """Grade a class: what is new, and what changed since.

    Can be interrupted at any moment; started again it goes on where it was.  Exits with 0
    where every submission has its verdicts, 2 for a usage error, 3 where the grader still
    owes some (they are tried again next time), 130 where it was interrupted.
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
        print("interrupted: what is graded is kept; the same command goes on", file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    _tell(outcome, out)


def regrade(
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
    only: Annotated[
        str | None, typer.Option(help="Checks: numbers, areas, ids or parts, with commas.")
    ] = None,
    students: Annotated[
        str, typer.Option(help="Names, ids or folders, with commas; without, everybody.")
    ] = "",
    why: Annotated[str, typer.Option(help="Kept in the history.")] = "regraded",
    jobs: JobsOption = None,
    sandbox: SandboxOption = None,
    cluster: ClusterOption = None,
) -> None:
    """Build and boot again just what is named; the other verdicts stay."""
    from rich.console import Console

    from autograder.bulk import live
    from autograder.checks import rubric

    if only and not rubric.select(only):
        raise UsageError(f"no check is named by --only {only}: see `python -m autograder checks`")
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
        bool, typer.Option("--dry-run", help="Only say who would gain and lose what.")
    ] = False,
    points_only: Annotated[
        bool,
        typer.Option("--points-only", help="Keep the verdicts, also where checks changed."),
    ] = False,
    jobs: JobsOption = None,
) -> None:
    """Apply changed points, late policy or checks to what was recorded, without a boot."""
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
    left: Annotated[Path, typer.Argument(help="A folder of grades.")],
    right: Annotated[Path, typer.Argument(help="Another one, of the same class.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that do not differ.")
    ] = False,
) -> None:
    """Two gradings of one class side by side."""
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.comparing import compare as side_by_side
    from autograder.bulk.shelf import Shelf

    tables.comparison(side_by_side(Shelf(left), Shelf(right)), Console(), everything)


def show(
    student: Annotated[str, typer.Argument(help="An id, a name, an address or a folder.")],
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
) -> None:
    """All that is known about one student's submission: results, history, journal."""
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.journal import Journal
    from autograder.bulk.shelf import Shelf

    shelf = Shelf(out)
    entry = ClassBook.read(shelf, _course(course)).require(student)
    tables.student(entry, shelf, Journal(out), Console())


def reproduce(
    student: Annotated[str, typer.Argument(help="An id, a name, an address or a folder.")],
    check: Annotated[str, typer.Argument(help="A check's number or id.")],
    out: OutOption = GRADES,
    course: CourseOption = COURSE,
    keep: Annotated[
        Path, typer.Option(help="Where kernel, initramfs and debugger script go.")
    ] = Path("build/reproduce"),
    sandbox: SandboxOption = None,
) -> None:
    """Boot the same kernel with the same seed for one check, and set up a debugger on it."""
    from rich.console import Console

    from autograder.bulk import tables
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.reproducing import Reproducer, one_check
    from autograder.bulk.shelf import Shelf
    from autograder.cache import Cache
    from autograder.progress_lines import Lines
    from autograder.sandbox import choose

    decided = _course(course)
    entry = ClassBook.read(Shelf(out), decided).require(student)
    assert entry.record is not None and entry.result is not None
    chosen = one_check(check)
    (before,) = [verdict for verdict in entry.result.verdicts if verdict.id == chosen.id]
    baseline = _baseline(decided.kernel.series, sandbox)
    lines = Lines()
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
        typer.Option(help="What everybody got, besides the handout's starter code."),
    ] = None,
) -> None:
    """Compare the submissions of a class pair by pair; the page shows what was found."""
    from autograder.bulk import gradebook, page
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.shelf import Shelf
    from autograder.bulk.similarity import compare as compare_pairs
    from autograder.bulk.versions import PACKAGE
    from autograder.cache import Cache
    from autograder.progress_lines import Lines

    shelf, lines = Shelf(out), Lines()
    with shelf.alone():
        book = ClassBook.read(shelf, _course(course))
        starter = PACKAGE.parent / "handout" / "kit"
        try:
            found = compare_pairs(book.entries, [starter, *(given or ())], Cache.default(), lines)
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
    out: Annotated[Path, typer.Option(help="Where the zip files go.")] = Path("build"),
    course: CourseOption = COURSE,
    minutes: Annotated[
        float, typer.Option(min=1, max=40, help="The time limit that is set in Gradescope.")
    ] = 10,
    leaderboard: Annotated[bool, typer.Option(help="Have a leaderboard.")] = False,
    prebuilt: Annotated[
        bool, typer.Option(help="Take the baseline along, for an image with this compiler.")
    ] = False,
    sandbox: SandboxOption = None,
) -> None:
    """Make autograder.zip for Gradescope, and the canary that is uploaded before it."""
    import os

    from autograder.cache import Cache
    from autograder.gradescope.bundle import Bundle
    from autograder.gradescope.harness import Settings
    from autograder.kernel.build import build_baseline
    from autograder.kernel.source import VARIABLE, fetch
    from autograder.progress_lines import Lines
    from autograder.sandbox import choose

    decided = _course(course)
    lines, cache, shut = Lines(), Cache.default(), choose(sandbox)
    named = os.environ.get(VARIABLE)
    try:
        source = fetch(decided.kernel.series, cache, Path(named) if named else None, lines)
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
        raise UsageError(f"there is no {path}")
    return load(path) if path.exists() else Course()


def _class_run(out: Path, course: Path, sandbox: str | None, build: bool = True) -> ClassRun:
    """Everything that has to be right before anything is graded."""
    from autograder.bulk import versions
    from autograder.bulk.run import ClassRun

    decided = _course(course)
    if not build:
        return ClassRun(out, decided, versions.Versions(kernel="", **versions.own()))
    current = versions.current(_baseline(decided.kernel.series, sandbox))
    return ClassRun(out, decided, current, sandbox=sandbox)


def _baseline(series: str, sandbox: str | None) -> Baseline:
    import os

    from autograder.cache import Cache
    from autograder.kernel.build import build_baseline
    from autograder.kernel.source import VARIABLE, fetch
    from autograder.progress_lines import Lines
    from autograder.sandbox import choose

    lines, cache = Lines(), Cache.default()
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
    """Write the students' pages as Moodle, Canvas and other systems take them back."""
    from autograder.bulk import returning
    from autograder.bulk.classbook import ClassBook
    from autograder.bulk.shelf import Shelf

    shelf = Shelf(out)
    with shelf.alone():
        book = ClassBook.read(shelf, _course(course))
        written = returning.write(book, shelf, to or out / returning.FEEDBACK_FOLDER)
    for upload in written:
        print(f"{upload.path}: {upload.words}")

# SPDX-License-Identifier: MIT
"""The command line.  What a command needs is imported in it, so that --help is quick."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import KIT_VERSION, progress
from autograder.cli import of_class as cli_class
from autograder.errors import (
    EXIT_FULL_MARKS,
    EXIT_GRADER,
    EXIT_POINTS_LOST,
    GraderError,
    KitError,
    UsageError,
)
from autograder.pgfault.viewer import command as cli_trace
from autograder.progress import ProgressLines

if TYPE_CHECKING:
    from autograder.cache import Cache
    from autograder.course import Course
    from autograder.kernel.build import Baseline
    from autograder.sandbox.sandbox import Sandbox

COURSE_FILE = Path("course.toml")
TARBALL_VARIABLE = "KERNEL_TARBALL"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Grade submissions of the page fault tracing assignment.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"pgfault-course-kit {KIT_VERSION}")
        raise typer.Exit


@app.callback()
def everywhere(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the kit's version."
        ),
    ] = False,
) -> None:
    """Options of the program as a whole."""


kernel_app = typer.Typer(no_args_is_help=True, help="The kernel's source and the baseline build.")
app.add_typer(kernel_app, name="kernel")

SandboxOption = Annotated[
    str | None,
    typer.Option("--sandbox", help="Level of isolation: full (bubblewrap), container or none."),
]
CourseOption = Annotated[
    Path,
    typer.Option(
        help="The course's points (default: course.toml, if there is one).", show_default=False
    ),
]
SeriesOption = Annotated[
    str | None,
    typer.Option(help="The kernel series (default: the one in course.toml).", show_default=False),
]


@app.command()
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
    course: CourseOption = COURSE_FILE,
    series: SeriesOption = None,
    sandbox: SandboxOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print result.json instead of the summary.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every check, and all failures in full.")
    ] = False,
) -> None:
    """Grade one submission.

    Exits with 0 if all checks pass (with --only: all checks that it names), 1
    if one does not, 2 for a usage error or a submission that cannot be read, 3
    if the grader or this machine is at fault.
    """
    from autograder.cache import Cache
    from autograder.grading import FEEDBACK, OBSERVATIONS, RESULT, Grading, Order
    from autograder.judge import rubric
    from autograder.report import html, terminal
    from autograder.report.paper import console
    from autograder.report.repeat import from_grader
    from autograder.report.screen import Frame
    from autograder.results import NOT_SELECTED, Status
    from autograder.scoring import score

    progress.survive_hang_up()
    if not submission.exists():
        raise UsageError(f"there is no {submission}: give a folder, a .zip or a .tar.gz")
    if only and not rubric.select(only):
        raise UsageError(f"--only {only} names no check: see `python -m autograder checks`")
    settings = _course(course)
    cache = Cache.default()
    with ProgressLines() as lines:
        shut = _sandbox(sandbox)
        baseline = _baseline(series or settings.series, cache, shut, lines)
        number = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
        order = Order(submission, out, number, only)
        grading = Grading(order, baseline, shut, lines)
        graded = grading.run(cache)
    result = score(graded, settings)
    result.write(out / RESULT)
    repeat = from_grader(submission, out)
    html.write(result, out / FEEDBACK, observations=out / OBSERVATIONS, repeat=repeat)
    if as_json:
        print(result.model_dump_json(indent=2))
    elif not grading.refused:
        frame = Frame(str(out / FEEDBACK))
        terminal.show(result, console(), verbose=verbose, frame=frame, repeat=repeat)
    if grading.refused:
        raise UsageError(f"{submission} cannot be graded. {grading.refused}")
    chosen = [verdict for verdict in result.verdicts if verdict.message != NOT_SELECTED]
    if any(verdict.status is Status.GRADER_ERROR for verdict in chosen):
        raise typer.Exit(EXIT_GRADER)
    passed = all(verdict.status is Status.PASSED for verdict in chosen)
    raise typer.Exit(EXIT_FULL_MARKS if passed else EXIT_POINTS_LOST)


@app.command()
def checks(course: CourseOption = COURSE_FILE) -> None:
    """List the areas and their checks, with their points."""
    from autograder.judge import rubric
    from autograder.report.rubric_list import listed
    from autograder.scoring import worths

    for line in listed(rubric.checks(), worths(_course(course))):
        print(line)


@app.command()
def boot(
    submission: Annotated[
        Path | None,
        typer.Argument(help="Boot this submission's kernel, with its tools."),
    ] = None,
    series: SeriesOption = None,
    sandbox: SandboxOption = None,
) -> None:
    """Open a shell in a guest, on this terminal; 'halt' ends it."""
    from autograder.cache import Cache
    from autograder.guest import interactive
    from autograder.guest.machine import Kernel

    cache = Cache.default()
    shut = _sandbox(sandbox)
    with ProgressLines() as lines, cache.workdir("boot") as work:
        baseline = _baseline(_series(series), cache, shut, lines)
        kernel = Kernel(baseline.linux)
        if submission is not None:
            from autograder.building import build_for_boot

            kernel = build_for_boot(submission, baseline, work, cache, shut, lines)
        lines.close()
        status = interactive.boot(kernel, shut, work)
    if status:
        raise GraderError(f"the guest ended with status {status}")


@app.command()
def probe(
    name: Annotated[str, typer.Argument(help="The probe: a PROBE() in pgfault/probes.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="What the probe gets.")
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(help="Boot this submission's kernel (default: the baseline)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed for what is not given.")] = 0,
    files: Annotated[bool, typer.Option(help="Print the files, too.")] = False,
    series: SeriesOption = None,
    sandbox: SandboxOption = None,
) -> None:
    """Boot one guest, run one probe in it, and print what it noted.

    Exits with 0 if the probe came to its end, and with 1 if it did not.
    """
    from autograder.cache import Cache
    from autograder.cli import probing
    from autograder.guest.observation import Kind

    wanted = probing.job(name, parameters or [], seed)
    cache = Cache.default()
    with ProgressLines() as lines:
        shut = _sandbox(sandbox)
        baseline = _baseline(_series(series), cache, shut, lines)
        seen = probing.observe(wanted, submission, baseline, cache, shut, lines)
    for line in probing.told(seen, files):
        print(line)
    if seen.outcome.kind is not Kind.COMPLETED:
        raise typer.Exit(EXIT_POINTS_LOST)


@app.command()
def handout(
    out: Annotated[Path, typer.Option(help="Where the archive goes.")] = Path("handout.zip"),
    course: Annotated[Path, typer.Option(help="The course's values.")] = Path("course.toml"),
) -> None:
    """Write what students get: text, starter and visible checks."""
    from autograder.course import load
    from autograder.handout import bundle

    files = bundle.write(load(course), out)
    print(f"{out}: {files} files")


@app.command()
def doctor(series: SeriesOption = None, sandbox: SandboxOption = None) -> None:
    """Check that this machine has everything that grading needs.

    Says how to fix what is missing.  Exits with 0 if grading will work, and
    with 3 if something is missing.
    """
    from autograder.cache import Cache
    from autograder.doctor import Doctor

    well = Doctor(Cache.default(), _series(series), sandbox).tell()
    raise typer.Exit(EXIT_FULL_MARKS if well else EXIT_GRADER)


@app.command()
def schema() -> None:
    """Write schema/result.schema.json anew, from the models."""
    from autograder.report import schema as result_schema

    result_schema.write()


@kernel_app.command("fetch")
def kernel_fetch(series: SeriesOption = None) -> None:
    """Get the kernel's source, unless it is in the cache."""
    from autograder.cache import Cache
    from autograder.kernel.source import fetch

    with ProgressLines() as lines:
        source = fetch(_series(series), Cache.default(), _tarball(), lines)
    print(f"Linux {source.version}, {source.origin}\n{source.tarball}")


@kernel_app.command("build")
def kernel_build(series: SeriesOption = None, sandbox: SandboxOption = None) -> None:
    """Build the baseline kernel, unless it is in the cache."""
    from autograder.cache import Cache

    with ProgressLines() as lines:
        baseline = _baseline(_series(series), Cache.default(), _sandbox(sandbox), lines)
    print(f"Linux {baseline.version}, built with {baseline.compiler}\n{baseline.linux}")


def _tarball() -> Path | None:
    named = os.environ.get(TARBALL_VARIABLE)
    return Path(named) if named else None


def _course(path: Path) -> Course:
    """What the instructor decided; the defaults if there is no course.toml here."""
    from autograder import course

    if path == COURSE_FILE and not path.exists():
        return course.Course()
    return course.load(path)


def _series(named: str | None) -> str:
    return named or _course(COURSE_FILE).series


def _sandbox(level: str | None) -> Sandbox:
    from autograder.sandbox.sandbox import choose

    if platform.machine() != "x86_64":
        raise GraderError(
            f"User Mode Linux needs an x86_64 processor, and this machine is {platform.machine()}"
        )
    return choose(level)


def _baseline(series: str, cache: Cache, sandbox: Sandbox, lines: ProgressLines) -> Baseline:
    from autograder.kernel.build import build_baseline
    from autograder.kernel.source import fetch

    return build_baseline(fetch(series, cache, _tarball(), lines), cache, sandbox, lines)


def main() -> None:
    """Run a command; errors of ours end it with one sentence and their status."""
    os.umask(0o022)  # what is made here must be readable by the sandbox's user
    progress.guard()
    cli_class.add_to(app)
    cli_trace.add_to(app)
    try:
        app(standalone_mode=True)
    except KitError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(EXIT_GRADER)

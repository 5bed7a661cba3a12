# SPDX-License-Identifier: MIT
"""The command line behind the student's Makefile.  Run in the folder of the handout."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import frame
from autograder.errors import (
    EXIT_FULL_MARKS,
    EXIT_GRADER,
    EXIT_POINTS_LOST,
    GraderError,
    UsageError,
)
from autograder.progress import ProgressLines
from autograder.student.project import Project

if TYPE_CHECKING:
    from autograder.cache import Cache
    from autograder.kernel.build import Baseline
    from autograder.kernel.options import Variant
    from autograder.sandbox.sandbox import Sandbox
    from autograder.student.check import Trial

app = frame.new_app("What the student's Makefile runs.")


@app.command()
def setup() -> None:
    """Get the kernel's source, build it, and make linux/ of it."""
    from autograder.student import worktree

    project = _project()
    with ProgressLines() as lines:
        baseline = _baseline(lines)[0]
        made = worktree.create(project, baseline, lines)
        remark = _image(lines)
    print(f"Linux {baseline.version} is in linux/" + (", built." if made else ", as you left it."))
    if remark:
        print(f"Everything but `make boot-debian` will work: {remark}", file=sys.stderr)
    print("Next: `make boot` opens a shell in it; then read section 4 of the assignment.")


@app.command()
def kernel() -> None:
    """Compile what changed in linux/."""
    from autograder.files import write_atomically
    from autograder.student import worktree
    from autograder.student.kernel import Tree

    project = _project()
    patch = worktree.difference(project)
    started = time.monotonic()
    with ProgressLines() as lines:
        build = Tree(project.linux).build(_baseline(lines)[0], patch, lines)
    log = project.build / "kernel.log"
    write_atomically(log, build.log)
    for warning in build.notes:
        print(warning)
    if build.error is not None and build.error.excerpt:
        print(build.error.excerpt)
    if not build.ok:
        print(f"{build.message}\nThe whole log: {log.relative_to(project.root)}", file=sys.stderr)
        raise typer.Exit(EXIT_POINTS_LOST)
    print(f"linux/linux is up to date ({time.monotonic() - started:.0f} s)")


@app.command()
def boot() -> None:
    """Open a shell in the student's kernel; 'halt' ends it."""
    _boot(debug=False)


@app.command()
def boot_debian() -> None:
    """Boot the student's kernel with Debian; 'halt' ends it."""
    from autograder.cache import Cache
    from autograder.kernel.options import DISTRIBUTION
    from autograder.student import distribution, image

    project = _project()
    project.require_source()
    with ProgressLines() as lines:
        disk = image.make(Cache.default(), lines)
        baseline = _baseline(lines, DISTRIBUTION)[0]
        status = distribution.boot(project, baseline, disk, lines)
    _well(status)


@app.command()
def gdb() -> None:
    """Boot the student's kernel under gdb."""
    _boot(debug=True)


@app.command()
def check(
    only: Annotated[
        str | None,
        typer.Option(help="Numbers, areas, milestones or parts of names, with commas."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Random seed for the checks' inputs (default: random)."),
    ] = None,
    verbose: frame.VerboseOption = False,
) -> None:
    """Run the checks on the working tree.

    With --only, the checks that it names become part of the last report, and
    have its inputs.  Exits with 0 if all of them pass, and with 1 otherwise.
    """
    from autograder.student import history

    project = _project()
    project.require_source()
    usual = None if only else history.usual_seconds(history.read(project.history))
    with ProgressLines(usual) as lines:
        tried = _trial(project, lines).check(only, seed)
    tried.show(verbose)
    raise typer.Exit(EXIT_FULL_MARKS if tried.passed else EXIT_POINTS_LOST)


@app.command()
def patch() -> None:
    """Write kernel.patch."""
    from autograder.files import PUBLIC, write_atomically
    from autograder.intake.patch import inspect
    from autograder.report.view import count
    from autograder.student import worktree

    project = _project()
    content = worktree.difference(project)
    write_atomically(project.patch, content, PUBLIC)
    summary = inspect(content, _course_series(project))
    if summary.problem is not None:
        print(f"kernel.patch: {summary.problem.message}", file=sys.stderr)
        raise typer.Exit(EXIT_POINTS_LOST)
    changed = content.count(b"\n+++ ") or content.startswith(b"+++ ")
    added = sum(line.startswith(b"+") for line in content.splitlines()) - changed
    if not changed:
        print("kernel.patch is empty: nothing in linux/ differs from the pristine source.")
        return
    files, lines = count(changed, "file"), count(added, "added line")
    print(f"kernel.patch: {files}, {lines}")


@app.command()
def submit(verbose: frame.VerboseOption = False) -> None:
    """Write submission.zip, if it builds and boots."""
    project = _project()
    project.require_source()
    with ProgressLines() as lines:
        tried = _trial(project, lines).submit()
    tried.show(verbose)
    if not tried.passed:
        print("submission.zip was not written: fix the above first.", file=sys.stderr)
        raise typer.Exit(EXIT_POINTS_LOST)
    print("submission.zip is ready to hand in: it applies, builds and boots.")


@app.command()
def doctor() -> None:
    """Check that this machine has everything it needs."""
    from autograder.cache import Cache
    from autograder.doctor.doctor import Doctor

    well = Doctor(Cache.default(), _course_series(_project()), None).tell()
    raise typer.Exit(EXIT_FULL_MARKS if well else EXIT_GRADER)


def _project() -> Project:
    return Project(Path.cwd())


def _boot(debug: bool) -> None:
    from autograder.cache import Cache
    from autograder.student import boot as booting

    project = _project()
    project.require_source()
    with ProgressLines() as lines:
        status = booting.boot(project, _baseline(lines)[0], Cache.default(), lines, debug)
    if not debug:
        _well(status)


def _well(status: int) -> None:
    """Errors: UsageError if the guest did not end by itself."""
    if status:
        raise UsageError(
            f"the kernel died (status {status}); its last words are above. `make gdb` stops where "
            "it happens; `make check ONLY=build` shows the stack with files and lines"
        )


def _image(lines: ProgressLines) -> str:
    """Make the disk of the Debian guest; what is in the way, if anything is."""
    from autograder.cache import Cache
    from autograder.student import image

    try:
        image.make(Cache.default(), lines)
    except GraderError as error:
        return str(error)
    return ""


def _trial(project: Project, lines: ProgressLines) -> Trial:
    from autograder.cache import Cache
    from autograder.student.check import Trial

    baseline, sandbox = _baseline(lines)
    return Trial(project, baseline, Cache.default(), sandbox, lines)


def _course_series(project: Project) -> str:
    from autograder.course import load

    return load(project.course).series


def _baseline(lines: ProgressLines, variant: Variant | None = None) -> tuple[Baseline, Sandbox]:
    from autograder.cache import Cache
    from autograder.kernel import ready
    from autograder.student.check import sandbox

    frame.require_processor(
        ": open the folder in a dev container (.devcontainer/) on an x86_64 host"
    )
    cache: Cache = Cache.default()
    shut, remark = sandbox()
    if remark:
        lines.close()
        print(remark, file=sys.stderr)
    return ready.baseline(_course_series(_project()), cache, shut, lines, variant), shut


def main() -> None:
    """Run a command; errors of ours end it with one sentence and their status."""
    frame.run(app)


if __name__ == "__main__":
    main()

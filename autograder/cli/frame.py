# SPDX-License-Identifier: MIT
"""What the commands share: options, the values that these stand for, and how a command ends.

Everything else is imported where it is used, so that --help is quick.
"""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import progress
from autograder.errors import EXIT_GRADER, GraderError, KitError, UsageError

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.sandbox.sandbox import Sandbox

EXIT_INTERRUPTED = 130  # as a shell has it

CourseOption = Annotated[
    Path | None,
    typer.Option(
        help="The course's settings (default: course.toml, if there is one).", show_default=False
    ),
]
SeriesOption = Annotated[
    str | None,
    typer.Option(help="The kernel series (default: the one in course.toml).", show_default=False),
]
SandboxOption = Annotated[
    str | None,
    typer.Option(
        help="Level of isolation: full, container or none (default: as this machine allows)."
    ),
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show every check, and all failures in full.")
]


def new_app(words: str) -> typer.Typer:
    """A command line, or a group of commands."""
    return typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help=words,
    )


def course(path: Path | None) -> Course:
    """What the instructor decided; the defaults if there is no course.toml here."""
    from autograder.course import COURSE_FILE, Course, load

    if path is not None and not path.exists():
        raise UsageError(f"there is no file {path}: name the course's settings with --course FILE")
    if path is None and not COURSE_FILE.exists():
        return Course()
    return load(path or COURSE_FILE)


def series(named: str | None) -> str:
    """The kernel series: the one that the user named, or the course's."""
    return named or course(None).series


def require_processor(remedy: str = "") -> None:
    """Errors: GraderError if User Mode Linux cannot run here."""
    if platform.machine() != "x86_64":
        raise GraderError(
            f"User Mode Linux needs an x86_64 processor, and this machine is {platform.machine()}"
            + remedy
        )


def sandbox(level: str | None) -> Sandbox:
    """The sandbox of a level, or the best one of this machine."""
    from autograder.sandbox.sandbox import choose

    require_processor()
    return choose(level)


def run(app: typer.Typer) -> None:
    """Run a command; errors of ours end it with one sentence and their status."""
    os.umask(0o022)  # what is made here must be readable by the sandbox's user
    progress.guard()
    try:
        app(standalone_mode=True)
    except KitError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(EXIT_GRADER)

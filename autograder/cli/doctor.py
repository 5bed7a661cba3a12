# SPDX-License-Identifier: MIT
"""``doctor``: what this machine lacks."""

from __future__ import annotations

import typer

from autograder.cli import frame
from autograder.errors import EXIT_FULL_MARKS, EXIT_GRADER


def doctor(series: frame.SeriesOption = None, sandbox: frame.SandboxOption = None) -> None:
    """Check that this machine has everything that grading needs.

    Says how to fix what is missing.  Exits with 0 if grading will work, and
    with 3 if something is missing.
    """
    from autograder.cache import Cache
    from autograder.doctor.doctor import Doctor

    well = Doctor(Cache.default(), frame.series(series), sandbox).tell()
    raise typer.Exit(EXIT_FULL_MARKS if well else EXIT_GRADER)

# SPDX-License-Identifier: MIT
"""Who is to blame: three families of errors, told apart by their exit status.

What is wrong with a *submission* is not an error of the program: it is a verdict.
The one exception is a submission that cannot be read at all (:class:`UsageError`).
"""

from __future__ import annotations

EXIT_FULL_MARKS = 0
EXIT_POINTS_LOST = 1
EXIT_USAGE = 2
EXIT_GRADER = 3


class KitError(Exception):
    """An error with one clear sentence for the user; printed without a traceback."""

    exit_status = EXIT_GRADER


class UsageError(KitError):
    """The command line, a configuration file or a path given by the user is wrong."""

    exit_status = EXIT_USAGE


class GraderError(KitError):
    """The grader or this machine is at fault (no source, no disk, wrong processor ...)."""

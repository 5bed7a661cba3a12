# SPDX-License-Identifier: MIT
"""The line that runs one check again, for the reader of a report: it must run as it stands."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

Repeat = Callable[[str, int], str]
"""From a check's number and the seed to the line to type."""


def from_handout(number: str, seed: int) -> str:
    """What a student types, in the folder of the unpacked handout."""
    return f"make check ONLY={number} SEED={seed}"


def from_grader(submission: Path, out: Path) -> Repeat:
    """What an instructor types who graded ``submission`` into ``out``, in the same folder.

    The repetition has a folder of its own, so that the first result stays.
    """

    def line(number: str, seed: int) -> str:
        words = [_python(), "-m", "autograder", "grade", str(submission)]
        words += ["--out", str(out / f"only-{number}"), "--only", number, "--seed", str(seed)]
        return shlex.join(words)

    return line


def _python() -> str:
    """This interpreter, as seen from the current folder if it is below it."""
    here, program = str(Path.cwd()), sys.executable
    return os.path.relpath(program) if program.startswith(here + os.sep) else program

# SPDX-License-Identifier: MIT
"""``handout``: what students get."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import frame


def handout(
    out: Annotated[Path, typer.Option(help="Where the archive goes.")] = Path("handout.zip"),
    course: frame.CourseOption = None,
) -> None:
    """Write what students get: text, starter and visible checks."""
    from autograder.handout import bundle

    files = bundle.write(frame.course(course), out)
    print(f"{out}: {files} files")

# SPDX-License-Identifier: MIT
"""``gradescope``: the two archives for an instructor's upload."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import frame
from autograder.progress import ProgressLines


def gradescope(
    out: Annotated[Path, typer.Option(help="The folder for the two zip files.")] = Path("build"),
    course: frame.CourseOption = None,
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
    sandbox: frame.SandboxOption = None,
) -> None:
    """Write autograder.zip for Gradescope, and a canary.

    Upload the canary first: it reports whether Gradescope's container can run the grader.
    """
    from autograder.cache import Cache
    from autograder.course import COURSE_FILE
    from autograder.gradescope.bundle import Bundle
    from autograder.gradescope.harness import Settings
    from autograder.kernel import ready
    from autograder.kernel.build import build_baseline

    kernel = frame.course(course).series
    cache, shut = Cache.default(), frame.sandbox(sandbox)
    with ProgressLines() as lines:
        source = ready.source(kernel, cache, lines)
        baseline = build_baseline(source, cache, shut, lines)
        bundle = Bundle(source, baseline, cache, lines)
        settings = Settings(minutes=minutes, leaderboard=leaderboard)
        bundle.write(out / "autograder.zip", settings, course or COURSE_FILE, prebuilt=prebuilt)
        bundle.write_canary(out / "autograder-canary.zip", shut)
    for name in ("autograder.zip", "autograder-canary.zip"):
        print(f"{out / name} ({(out / name).stat().st_size / 1e6:.0f} MB)")

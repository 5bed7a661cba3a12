# SPDX-License-Identifier: MIT
"""``boot`` and ``probe``: a guest by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import frame
from autograder.errors import EXIT_POINTS_LOST, GraderError
from autograder.progress import ProgressLines


def boot(
    submission: Annotated[
        Path | None,
        typer.Argument(help="Boot this submission's kernel, with its tools."),
    ] = None,
    series: frame.SeriesOption = None,
    sandbox: frame.SandboxOption = None,
) -> None:
    """Open a shell in a guest, on this terminal; 'halt' ends it."""
    from autograder.cache import Cache
    from autograder.guest import interactive
    from autograder.guest.machine import Kernel
    from autograder.kernel import ready

    cache = Cache.default()
    shut = frame.sandbox(sandbox)
    with ProgressLines() as lines, cache.workdir("boot") as work:
        baseline = ready.baseline(frame.series(series), cache, shut, lines)
        kernel = Kernel(baseline.linux)
        if submission is not None:
            from autograder.building import build_for_boot

            kernel = build_for_boot(submission, baseline, work, cache, shut, lines)
        lines.close()
        status = interactive.boot(kernel, shut, work)
    if status:
        raise GraderError(f"the guest ended with status {status}")


def probe(
    name: Annotated[str, typer.Argument(help="The probe: a PROBE() of the assignment.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="What the probe gets.")
    ] = None,
    submission: Annotated[
        Path | None,
        typer.Option(help="Boot this submission's kernel (default: the baseline)."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed for what is not given.")] = 0,
    files: Annotated[bool, typer.Option(help="Print the files, too.")] = False,
    series: frame.SeriesOption = None,
    sandbox: frame.SandboxOption = None,
) -> None:
    """Boot one guest, run one probe in it, and print what it noted.

    Exits with 0 if the probe came to its end, and with 1 if it did not.
    """
    from autograder.cache import Cache
    from autograder.cli import probing
    from autograder.guest.observation import Ending
    from autograder.kernel import ready

    wanted = probing.job(name, parameters or [], seed)
    cache = Cache.default()
    with ProgressLines() as lines:
        shut = frame.sandbox(sandbox)
        baseline = ready.baseline(frame.series(series), cache, shut, lines)
        seen = probing.observe(wanted, submission, baseline, cache, shut, lines)
    for line in probing.told(seen, files):
        print(line)
    if seen.outcome.kind is not Ending.COMPLETED:
        raise typer.Exit(EXIT_POINTS_LOST)

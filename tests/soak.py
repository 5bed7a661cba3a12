# SPDX-License-Identifier: MIT
"""Grade the correct solutions over and over, on a busy machine, with different seeds.

``make soak``; every verdict that is not a pass is printed, and there must be none.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.building import build
from autograder.cache import Cache
from autograder.intake.submission import take_in
from autograder.judge import rubric
from autograder.judge.examination import Examination
from autograder.kernel import ready
from autograder.kernel.build import make_jobs
from autograder.progress import ProgressLines
from autograder.results import Status, Verdict
from autograder.sandbox.sandbox import choose
from tests.corpus import REFERENCE, leaves_extra_credit_out, solutions
from tests.reference import SERIES


def _compute(parent: int) -> None:
    """Compute until the parent stops it, or is gone itself."""
    while os.getppid() == parent:
        sum(range(10_000))


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Load the machine with ``processes`` that do nothing but compute."""
    started = [
        multiprocessing.Process(target=_compute, args=(os.getpid(),), daemon=True)
        for _ in range(processes)
    ]
    for process in started:
        process.start()
    try:
        yield
    finally:
        for process in started:
            process.terminate()
            process.join()


def soak(folder: Path, times: int, first_seed: int) -> list[str]:
    """Grade the submission in ``folder`` ``times`` times; what was not a pass, in words."""
    cache, sandbox, lines = Cache.default(), choose(), ProgressLines()
    baseline = ready.baseline(SERIES, cache, sandbox, lines)
    selected = [
        check
        for check in rubric.checks()
        if not (check.extra_credit and leaves_extra_credit_out(folder))
    ]
    found: list[str] = []
    with cache.workdir("soak") as work:
        submission = take_in(folder, work / "submission", SERIES)
        stages, kernel = build(submission, baseline, work, cache, sandbox, lines)
        lines.close()
        with busy(2 * make_jobs()):
            for seed in range(first_seed, first_seed + times):
                started = time.monotonic()

                def take(check_id: str, verdict: Verdict, seed: int = seed) -> None:
                    if verdict.status is not Status.PASSED or len(verdict.attempts) > 1:
                        found.append(
                            f"{folder.name}, seed {seed}: {check_id}: {verdict.attempts} "
                            f"{verdict.message}"
                        )
                        print(found[-1], flush=True)

                examination = Examination(stages, kernel, selected, seed, work / "seen", work)
                boots = examination.run(cache, sandbox, take).boots
                seconds = time.monotonic() - started
                print(f"{folder.name}, seed {seed}: {boots} boots, {seconds:.0f} s", flush=True)
    return found


def main() -> int:
    """0 where every verdict was a pass at the first attempt."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--reference-only", action="store_true")
    options = parser.parse_args()
    folders = [REFERENCE, *([] if options.reference_only else solutions())]
    found = [line for folder in folders for line in soak(folder, options.times, options.seed)]
    total = len(folders) * options.times
    print(f"{len(found)} verdicts that were not a pass at once, in {total} grades")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

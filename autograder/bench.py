# SPDX-License-Identifier: MIT
"""Where the time of a grade goes, measured on the reference solution."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.bench_page import Figures
from autograder.building import build
from autograder.cache import Cache
from autograder.checks import rubric
from autograder.examination import Examination
from autograder.files import write_atomically
from autograder.intake.submission import take_in
from autograder.judging import Judge, empty_verdict, judge
from autograder.kernel.build import Baseline
from autograder.kernel.progress import Progress
from autograder.observer import RecordedObserver
from autograder.report import html
from autograder.results import Result, SubmissionInfo, Verdict, total
from autograder.sandbox import Sandbox

SEED = 1


@dataclass
class Bench:
    """Wall-clock seconds of each stage, and how many guests were booted."""

    submission: Path
    seconds: dict[str, float] = field(default_factory=dict)
    boots: int = 0
    points: float = 0
    pages: list[Figures] = field(default_factory=list)

    def run(self, baseline: Baseline, cache: Cache, sandbox: Sandbox, progress: Progress) -> None:
        """Grade stage by stage.  Errors: those of the stages."""
        verdicts: dict[str, Verdict] = {}
        selected = rubric.select(None)
        with cache.workdir("bench") as work:
            with self._timed("intake"):
                submission = take_in(self.submission, work / "submission")
            with self._timed("build"):
                # With an empty cache of kernels: it is to be built, not found.
                empty = Cache(work / "empty")
                stages, kernel = build(submission, baseline, work, empty, sandbox, progress)
            examination = Examination(stages, kernel, selected, SEED, work / "seen", work)
            with self._timed("observe and judge"):
                self.boots = examination.run(cache, sandbox, verdicts.__setitem__)
            with self._timed("judge again, from records"):
                recorded = RecordedObserver(work / "seen")
                judge(Judge(recorded, stages, SEED, selected, lambda check, verdict: None))
            all_verdicts = [verdicts.get(check.id, empty_verdict(check)) for check in selected]
            self.points = total(all_verdicts).points
            with self._timed("report"):
                html.render(_result(baseline, all_verdicts))

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[stage] = round(time.monotonic() - started, 2)

    def write(self, path: Path) -> None:
        """Keep the figures as JSON."""
        figures = {**asdict(self), "submission": self.submission.name}
        write_atomically(path, json.dumps(figures, indent=2) + "\n")


def _result(baseline: Baseline, verdicts: list[Verdict]) -> Result:
    return Result(
        kit_version="bench",
        kernel_version=baseline.version,
        seed=SEED,
        started="",
        submission=SubmissionInfo(name="bench", sha256="", files=[]),
        verdicts=verdicts,
        totals=total(verdicts),
    )

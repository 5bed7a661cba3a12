# SPDX-License-Identifier: MIT
"""Grade one submission, from what was handed in to the reports."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from pydantic import TypeAdapter

from autograder import KIT_VERSION
from autograder.building import KernelMaker, build
from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.files import sweep, write_atomically
from autograder.guest.machine import Kernel
from autograder.intake.submission import Submission, take_in
from autograder.judge import rubric
from autograder.judge.coverage import covered_files
from autograder.judge.examination import Examination
from autograder.judge.patchlines import PatchedLines, with_excerpts
from autograder.judge.stages import Stages
from autograder.judge.verdicts import empty_verdict
from autograder.kernel.build import Baseline, kept_or_built
from autograder.progress import Progress
from autograder.report import html, repeat
from autograder.results import NOT_SELECTED, Result, Status, SubmissionInfo, Verdict, total
from autograder.sandbox.sandbox import Sandbox

RESULT = "result.json"
FEEDBACK = "feedback.html"
OBSERVATIONS = "observations"
STAGES = "stages.json"
NOT_YET = "grading has not come to this check"


@dataclass(frozen=True)
class GradeOrder:
    """What is to be graded, and how."""

    submission: Path
    out: Path
    seed: int
    only: str | None = None


class Grading:
    """One grade under way: its result stands in ``out`` from the first moment on."""

    def __init__(
        self,
        order: GradeOrder,
        baseline: Baseline,
        sandbox: Sandbox,
        progress: Progress,
        kernel_of: KernelMaker = kept_or_built,
    ) -> None:
        self.order = order
        self.kernel_of = kernel_of
        self.baseline = baseline
        self.sandbox = sandbox
        self.progress = progress
        self.selected = rubric.select(order.only)
        self.started = time.monotonic()
        self.judged = 0
        self.refused = ""  # why the submission as a whole cannot be read

    def run(self, cache: Cache) -> Result:
        """Grade.  Errors: UsageError for an unreadable path, GraderError of this machine."""
        for folder in (self.order.out, self.order.out / OBSERVATIONS):
            sweep(folder)
        with cache.workdir("grade") as work:
            submission = take_in(self.order.submission, work / "submission", self.baseline.series)
            if submission.refused is not None:
                self.refused = submission.refused.message
            self.patched = PatchedLines(submission.patch or b"")
            self.result = self._blank(submission)
            self._save()  # over what an earlier grade left here
            try:
                self._grade(submission, cache, work)
                self._save(finished=True)
            except (GraderError, OSError) as error:
                self._blame_grader(str(error))
                self._save(finished=True)
                raise
            except BaseException:
                self._save()  # interrupted: what there is, without an end
                raise
        return self.result

    def _grade(self, submission: Submission, cache: Cache, work: Path) -> None:
        timing = self.result.timing
        timing.intake = self._since_start()
        stages, kernel = build(
            submission, self.baseline, work, cache, self.sandbox, self.progress, self.kernel_of
        )
        timing.build = self._since_start() - timing.intake
        # With the observations, all that is needed to judge again.
        write_atomically(self.order.out / STAGES, TypeAdapter(Stages).dump_json(stages))
        if kernel is not None:
            self.progress("booting the kernel", None)
        before = time.monotonic()
        examination = Examination(
            stages,
            kernel,
            self.selected,
            self.order.seed,
            self.order.out / OBSERVATIONS,
            work,
            Kernel(self.baseline.linux),
        )
        examined = examination.run(cache, self.sandbox, self._take)
        timing.boots = examined.boots
        self.result.coverage = covered_files(examined.lines, self.patched)
        timing.observe = time.monotonic() - before

    def _take(self, check_id: str, verdict: Verdict) -> None:
        verdict.evidence = [with_excerpts(item, self.patched) for item in verdict.evidence]
        places = [old.id for old in self.result.verdicts]
        self.result.verdicts[places.index(check_id)] = verdict
        self.judged += 1
        self._save()
        self.progress(f"checking: {verdict.title}", self.judged / len(self.selected))

    def _blank(self, submission: Submission) -> Result:
        chosen = {check.id for check in self.selected}
        verdicts = [
            empty_verdict(check, NOT_YET if check.id in chosen else NOT_SELECTED)
            for check in rubric.every_check()
            if check.id in chosen or not check.on_request
        ]
        return Result(
            kit_version=KIT_VERSION,
            kernel_version=self.baseline.version,
            seed=self.order.seed,
            started=_now(),
            sandbox=str(self.sandbox.level),
            submission=SubmissionInfo(
                name=submission.name,
                sha256=submission.sha256,
                files=submission.files,
                answers=submission.answers,
            ),
            verdicts=verdicts,
            totals=total(verdicts),
            notes=list(submission.notes),
        )

    def _blame_grader(self, why: str) -> None:
        """What was not reached before a fault of the grader is no one else's fault."""
        for verdict in self.result.verdicts:
            if verdict.status is Status.NOT_REACHED and verdict.message == NOT_YET:
                verdict.status, verdict.message = Status.GRADER_ERROR, why

    def _save(self, finished: bool = False) -> None:
        self.result.totals = total(self.result.verdicts)
        self.result.timing.total = self._since_start()
        if finished:
            self.result.finished = _now()
            html.write(
                self.result,
                self.order.out / FEEDBACK,
                observations=self.order.out / OBSERVATIONS,
                repeat=repeat.from_grader(self.order.submission, self.order.out),
            )
        self.result.write(self.order.out / RESULT)

    def _since_start(self) -> float:
        return round(time.monotonic() - self.started, 3)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")

# SPDX-License-Identifier: MIT
"""Try a student's work out: the working tree, or the submission made from it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from autograder import assignment
from autograder.cache import Cache
from autograder.course import load
from autograder.errors import GraderError, UsageError
from autograder.files import PUBLIC, write_atomically, write_zip
from autograder.grading import FEEDBACK, OBSERVATIONS, RESULT, GradeOrder, Grading
from autograder.judge import rubric
from autograder.kernel.build import Baseline, KernelBuild
from autograder.progress import Progress
from autograder.report import html, terminal
from autograder.report.journey import Journey
from autograder.report.paper import console
from autograder.report.screen import Frame
from autograder.results import NOT_SELECTED, Result, Status
from autograder.sandbox.sandbox import Level, Sandbox, choose
from autograder.scoring import score
from autograder.student import history, merging
from autograder.student.kernel import Tree, take
from autograder.student.project import Project
from autograder.student.worktree import difference

PROOF = "build/"  # the checks that a submission is tried with before it is handed in


@dataclass(frozen=True)
class Tried:
    """A try that is over, and the report that it became part of."""

    result: Result  # of the checks that were selected
    page: str  # where the report is, from the project's folder
    journey: Journey | None = None
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all selected checks passed."""
        chosen = [v for v in self.result.verdicts if v.message != NOT_SELECTED]
        return all(verdict.status is Status.PASSED for verdict in chosen)

    def show(self, verbose: bool = False) -> None:
        """Print it."""
        frame = Frame(self.page, self.journey, self.remarks)
        terminal.show(self.result, console(), verbose=verbose, frame=frame)


@dataclass(frozen=True)
class Trial:
    """What trying out needs, beside the work itself."""

    project: Project
    baseline: Baseline
    cache: Cache
    sandbox: Sandbox
    progress: Progress

    def check(self, only: str | None, seed: int | None) -> Tried:
        """Grade the working tree: as a submission made from it now, but built incrementally.

        A try of some checks becomes part of the last report, and has its inputs unless ``seed``
        gives others.  Errors: UsageError if ``only`` names no check.
        """
        _require_checks(only)
        out = self.project.build / "check"
        before = merging.earlier(out / RESULT) if only else None
        if seed is None and before is not None:
            seed = before.seed
        into = self.project.build / "selected" if only else out
        with self.cache.workdir("check") as work:
            folder = work / "work in progress"
            folder.mkdir()
            self.lay_out(folder)
            result = self._grade(folder, into, only, seed, incremental=True)
        return self.report(result, only, before, out, into)

    def report(
        self, result: Result, only: str | None, before: Result | None, out: Path, into: Path
    ) -> Tried:
        """Write the report, and what is kept of a full try."""
        whole = result
        remarks: tuple[str, ...] = ()
        if only:
            whole = merging.merge(result, before)
            whole = score(whole, load(self.project.course))
            observed = (into / OBSERVATIONS, out / OBSERVATIONS)
            merging.take_observations(*observed, rubric.select(only), result.seed)
            remarks = tuple(merging.together(whole))
        past = history.read(self.project.history)
        journey = history.journey(whole, past)
        if not only:
            history.add(self.project.history, history.of(result))
        whole.write(out / RESULT)
        html.write(whole, out / FEEDBACK, observations=out / OBSERVATIONS, journey=journey)
        return Tried(result, self._relative(out / FEEDBACK), journey, remarks)

    def submit(self) -> Tried:
        """Write the archive, and grade it as it will be graded, as far as the boot."""
        with self.cache.workdir("submit") as work:
            folder = work / "submission"
            folder.mkdir()
            self.lay_out(folder)
            archive = work / self.project.submission.name
            _pack(folder, archive)
            out = self.project.build / "submit"
            result = self._grade(archive, out, PROOF, None, incremental=False)
            result.write(out / RESULT)
            html.write(result, out / FEEDBACK, observations=out / OBSERVATIONS)
            tried = Tried(result, self._relative(out / FEEDBACK))
            if tried.passed:
                write_atomically(self.project.submission, archive.read_bytes(), PUBLIC)
            else:
                self.project.submission.unlink(missing_ok=True)
            return tried

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self.project.root))

    def lay_out(self, folder: Path) -> None:
        """Put into ``folder`` what a submission holds."""
        (folder / "kernel.patch").write_bytes(difference(self.project))
        if self.project.tools.is_dir():
            shutil.copytree(self.project.tools, folder / "tools", symlinks=True)
            for place in assignment.current().tools.values():
                if (folder / "tools" / place).is_file():
                    (folder / "tools" / place).unlink()
            for path in (folder / "tools").rglob("*.o"):
                path.unlink()
        if self.project.answers.is_file():
            shutil.copyfile(self.project.answers, folder / "ANSWERS.md")

    def _grade(
        self, path: Path, out: Path, only: str | None, seed: int | None, incremental: bool
    ) -> Result:
        number = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
        order = GradeOrder(path, out, number, only)
        if incremental:
            grading = Grading(order, self.baseline, self.sandbox, self.progress, self._kernel_of)
        else:
            grading = Grading(order, self.baseline, self.sandbox, self.progress)
        return score(grading.run(self.cache), load(self.project.course))

    def _kernel_of(
        self,
        baseline: Baseline,
        patch: bytes,
        workdir: Path,
        cache: Cache,
        sandbox: Sandbox,
        progress: Progress,
    ) -> KernelBuild:
        """The kernel of the working tree, in place of one made by applying the patch."""
        tree = Tree(self.project.linux)
        return take(tree, tree.build(baseline, patch, progress), workdir)


def sandbox() -> tuple[Sandbox, str]:
    """What shuts the checks in, and a remark where nothing does.

    This is the student's own work on the student's own machine.
    """
    try:
        return choose(), ""
    except GraderError as error:
        remark = f"Checks run without a sandbox here, which changes no verdict: {error}"
        return choose(Level.NONE.value), remark


def _require_checks(only: str | None) -> None:
    if only and not rubric.select(only):
        raise UsageError(
            f"ONLY={only} names no check: give numbers (6.7), areas (reading), milestones (M3) or "
            "parts of names, with commas; the assignment's appendix lists the checks"
        )


def _pack(folder: Path, archive: Path) -> None:
    """Write a zip of what ``folder`` holds."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    write_zip(archive, ((str(path.relative_to(folder)), path.read_bytes()) for path in paths))

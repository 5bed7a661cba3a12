# SPDX-License-Identifier: MIT
"""Try a student's work out: the working tree, or the submission made from it."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from autograder.cache import Cache
from autograder.checks import rubric
from autograder.course import load
from autograder.errors import GraderError, UsageError
from autograder.files import PUBLIC, write_atomically
from autograder.grading import FEEDBACK, OBSERVATIONS, RESULT, Grading, Order
from autograder.kernel.build import Baseline, KernelBuild
from autograder.kernel.progress import Progress
from autograder.report import html, terminal
from autograder.results import Result, Status
from autograder.sandbox import Level, Sandbox, choose
from autograder.scoring import score
from autograder.student.kernel import Tree, take
from autograder.student.project import Project
from autograder.student.worktree import difference

PROOF = "build/"  # the checks that a submission is tried with before it is handed in
EPOCH = (2001, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Trial:
    """What trying out needs, beside the work itself."""

    project: Project
    baseline: Baseline
    cache: Cache
    sandbox: Sandbox
    progress: Progress

    def check(self, only: str | None, seed: int | None) -> Result:
        """Grade the working tree: as a submission made from it now, but built incrementally.

        Errors: UsageError where ``only`` names no check.
        """
        out = self.project.build / "check"
        with self.cache.workdir("check") as work:
            folder = work / "work in progress"
            folder.mkdir()
            self.lay_out(folder)
            return self._grade(folder, out, only, seed, incremental=True)

    def submit(self) -> Result:
        """Write the archive, and grade it as it will be graded, as far as the boot."""
        with self.cache.workdir("submit") as work:
            folder = work / "submission"
            folder.mkdir()
            self.lay_out(folder)
            archive = work / self.project.submission.name
            archive.write_bytes(_zipped(folder))
            out = self.project.build / "submit"
            result = self._grade(archive, out, PROOF, None, incremental=False)
            chosen = {check.id for check in rubric.select(PROOF)}
            verdicts = [verdict for verdict in result.verdicts if verdict.id in chosen]
            if all(verdict.status is Status.PASSED for verdict in verdicts):
                write_atomically(self.project.submission, archive.read_bytes(), PUBLIC)
            else:
                self.project.submission.unlink(missing_ok=True)
            return result

    def lay_out(self, folder: Path) -> None:
        """Put into ``folder`` what a submission holds."""
        (folder / "kernel.patch").write_bytes(difference(self.project))
        if self.project.tools.is_dir():
            shutil.copytree(self.project.tools, folder / "tools", symlinks=True)
            for name in ("tracepgfault", "pgfaultmap"):
                if (folder / "tools" / name).is_file():
                    (folder / "tools" / name).unlink()
            for path in (folder / "tools").rglob("*.o"):
                path.unlink()
        if self.project.answers.is_file():
            shutil.copyfile(self.project.answers, folder / "ANSWERS.md")

    def _grade(
        self, path: Path, out: Path, only: str | None, seed: int | None, incremental: bool
    ) -> Result:
        if only and not rubric.select(only):
            raise UsageError(f"no check is named by ONLY={only}: see the assignment's appendix")
        number = seed if seed is not None else int.from_bytes(os.urandom(4), "big")
        order = Order(path, out, number, only)
        if incremental:
            grading = Grading(order, self.baseline, self.sandbox, self.progress, self._kernel_of)
        else:
            grading = Grading(order, self.baseline, self.sandbox, self.progress)
        result = score(grading.run(self.cache), load(self.project.course))
        result.write(out / RESULT)
        html.write(result, out / FEEDBACK, observations=out / OBSERVATIONS)
        return result

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


def show(result: Result, only: str | None, out: Path) -> bool:
    """Print the verdicts on the chosen checks; whether all passed."""
    chosen = {check.id for check in rubric.select(only)}
    shown = result.model_copy(deep=True)
    shown.verdicts = [verdict for verdict in shown.verdicts if verdict.id in chosen]
    console = Console()
    terminal.show(shown, console)
    console.print(f"{out / FEEDBACK}  (seed {result.seed})", soft_wrap=True, highlight=False)
    return all(verdict.status is Status.PASSED for verdict in shown.verdicts)


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()

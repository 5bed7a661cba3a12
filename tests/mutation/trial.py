# SPDX-License-Identifier: MIT
"""Build one mutation from its solution's objects, and judge it with all checks."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path

from elftools.elf.elffile import ELFFile

from autograder.cache import Cache
from autograder.guest.machine import Kernel
from autograder.judge import rubric
from autograder.judge.examination import Examination
from autograder.judge.patchlines import PatchedLines
from autograder.judge.stages import Stages
from autograder.kernel.build import Baseline, build_submission, build_tools
from autograder.progress import Progress
from autograder.results import Status, Verdict
from autograder.sandbox.sandbox import Sandbox
from tests.corpus import Mutant, leaves_extra_credit_out, tools_of
from tests.mutation.draw import Mutable
from tests.mutation.mutations import Mutation
from tests.mutation.results import Fate, MutationResult
from tests.reference import patch_of

SEED = 1
HELD = "two_at_once,threads/record_at_once"
"""Checks that cost as much as all the others: they judge what those let pass."""

FOR_DEBUGGERS = (".debug", ".rela.debug", ".note", ".comment")
STAGES = (f"all,-{HELD.replace(',', ',-')}", HELD)


class Trial:
    """A solution whose mutations are tried."""

    def __init__(
        self,
        solution: Mutable,
        kept: Baseline,
        cache: Cache,
        sandbox: Sandbox,
        progress: Progress,
        kit: str,
    ) -> None:
        self.solution = solution
        self.kept = kept
        self.cache = cache
        self.sandbox = sandbox
        self.progress = progress
        self.kit = kit

    def run(self, mutation: Mutation) -> MutationResult:
        """Build and judge ``mutation``."""
        began = time.monotonic()
        with self.cache.workdir("mutation") as work:
            fate, caught_by, message = self._tried(mutation, work)
        return MutationResult(
            key=self.solution.key(mutation),
            solution=mutation.solution,
            file=mutation.file,
            line=mutation.line,
            kind=mutation.kind,
            diff=self.solution.diff(mutation),
            fate=fate,
            caught_by=caught_by,
            message=message[:500],
            seconds=round(time.monotonic() - began, 1),
            kit=self.kit,
        )

    def _tried(self, mutation: Mutation, work: Path) -> tuple[Fate, list[str], str]:
        diff = self.solution.diff(mutation)
        folder = self.solution.folder
        mutant = Mutant(self.solution.key(mutation), "", "", frozenset(), "", diff, folder)
        tools = build_tools(tools_of(mutant, work), work / "tools-built", self.sandbox)
        if not tools.ok:
            return Fate.NOT_BUILT, [], tools.message
        linux = self.kept.linux
        if mutant.changes_tools:
            if {name: _code(tool) for name, tool in tools.built.items()} == self._tools:
                return Fate.SAME, [], ""
        else:
            built = build_submission(
                self.kept, diff.encode(), work / "kernel", self.sandbox, self.progress
            )
            if built.linux is None:
                return Fate.NOT_BUILT, [], built.message
            if self._own_objects(work / "kernel" / "tree") == self._objects:
                return Fate.SAME, [], ""
            linux = built.linux
        patch = patch_of(folder) + (b"" if mutant.changes_tools else diff.encode())
        kernel = Kernel(linux, tools.built, PatchedLines(patch).added())
        stages = Stages(tools=frozenset(tools.built))
        for number, expression in enumerate(STAGES):
            failed, problem = self._failed(kernel, stages, expression, work / f"stage-{number}")
            if problem and not failed:
                return Fate.PROBLEM, [], problem
            if failed:
                return Fate.CAUGHT, sorted(failed), next(iter(failed.values()))
        return Fate.SURVIVED, [], ""

    def _failed(
        self, kernel: Kernel, stages: Stages, expression: str, work: Path
    ) -> tuple[dict[str, str], str]:
        """The messages of the checks that fail, and what was the grader's own fault."""
        work.mkdir()
        failed: dict[str, str] = {}
        problems: list[str] = []

        def take(check: str, verdict: Verdict) -> None:
            if verdict.status is Status.FAILED:
                failed[check] = verdict.message
            elif verdict.status is Status.GRADER_ERROR:
                problems.append(f"{check}: {verdict.message}")

        without_extra = leaves_extra_credit_out(self.solution.folder)
        selected = [
            check
            for check in rubric.select(expression)
            if not (check.extra_credit and without_extra)
        ]
        Examination(stages, kernel, selected, SEED, work / "seen", work).run(
            self.cache, self.sandbox, take
        )
        return failed, "; ".join(problems)

    @cached_property
    def _tools(self) -> dict[str, dict[str, bytes]]:
        """The code of the correct solution's tools."""
        with self.cache.workdir("mutation") as work:
            correct = build_tools(self.solution.folder / "tools", work / "built", self.sandbox)
            return {name: _code(tool) for name, tool in correct.built.items()}

    @cached_property
    def _objects(self) -> dict[str, dict[str, bytes]]:
        """The code of the correct solution's own objects."""
        return self._own_objects(self.kept.tree)

    def _own_objects(self, tree: Path) -> dict[str, dict[str, bytes]]:
        names = [name[:-2] + ".o" for name in self.solution.sources if name.endswith(".c")]
        return {name: _code(tree / name) for name in names if (tree / name).exists()}


def _code(file: Path) -> dict[str, bytes]:
    """What a compiled file does: its sections, without those for debuggers."""
    with file.open("rb") as stream:
        return {
            section.name: section.data()
            for section in ELFFile(stream).iter_sections()
            if not section.name.startswith(FOR_DEBUGGERS) and section["sh_type"] != "SHT_NOBITS"
        }

# SPDX-License-Identifier: MIT
"""Submissions that cannot pass much, built and judged: what do they cost?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.guest.machine import Kernel
from autograder.guest.observation import Ending, Observation
from autograder.judge import rubric
from autograder.judge.examination import Examination
from autograder.judge.observer import SHARED
from autograder.judge.patchlines import PatchedLines
from autograder.judge.stages import Stages
from autograder.kernel.baseline import Baseline
from autograder.kernel.build import build_submission, build_tools
from autograder.progress import Progress
from autograder.results import Verdict
from autograder.sandbox.sandbox import Sandbox
from tests.corpus import HERE, REFERENCE, load
from tests.patches import file_in_proc
from tests.reference import reference_build, series_patch

BUSY_READER = HERE / "mutants" / "reading" / "busy-waits.diff"
STARTER = REFERENCE.parent / "handout" / "kit" / "tools"
STUB = file_in_proc("return 0;", "return size;")
"""Every process has the file; it can be written to and read, and does nothing."""


@dataclass(frozen=True)
class Judged:
    """What became of a submission, and what its guests took."""

    verdicts: dict[str, Verdict]
    boots: int
    seen: list[Observation]  # one for each boot that counts

    @property
    def cpu_seconds(self) -> float:
        """Of all boots that count."""
        return sum(seen.cpu_seconds for seen in self.seen)

    @property
    def spun(self) -> list[Observation]:
        """The boots that computed without end."""
        return [seen for seen in self.seen if seen.outcome.kind is Ending.SPIN]


@dataclass(frozen=True)
class Workshop:
    """What is needed to build and judge."""

    cache: Cache
    baseline: Baseline
    sandbox: Sandbox
    progress: Progress

    def busy_reader(self, work: Path) -> Judged:
        """The reference with a reader that does not sleep; ``work`` is an empty folder."""
        reference = reference_build(self.baseline, self.cache, self.sandbox, self.progress)
        diff = load(BUSY_READER).diff.encode()
        return self._judged(reference, diff, REFERENCE / "tools", series_patch() + diff, work)

    def stub(self, work: Path) -> Judged:
        """A kernel with the file and nothing behind it, and the tools that students begin with."""
        return self._judged(self.baseline, STUB.encode(), STARTER, STUB.encode(), work)

    def _judged(
        self, origin: Baseline, patch: bytes, sources: Path, whole: bytes, work: Path
    ) -> Judged:
        built = build_submission(origin, patch, work / "kernel", self.sandbox, self.progress)
        if built.linux is None:
            raise GraderError(f"what is to be judged does not build: {built.message}")
        tools = build_tools(sources, work / "tools", self.sandbox)
        kernel = Kernel(built.linux, tools.built, PatchedLines(whole).added())
        stages = Stages(tools_problem=tools.message, tools=frozenset(tools.built))
        verdicts: dict[str, Verdict] = {}
        records = work / "seen"
        selected = rubric.select(None)
        examination = Examination(stages, kernel, selected, 1, records, work)
        boots = examination.run(self.cache, self.sandbox, verdicts.__setitem__).boots
        return Judged(
            verdicts, boots, [_read(path) for path in records.glob("*.json") if _whole(path)]
        )


def _whole(path: Path) -> bool:
    """Whether a record is of a boot, and not of one job of several."""
    return path.name.startswith("together-") or not path.stem.endswith(f"-{SHARED}")


def _read(path: Path) -> Observation:
    return Observation.model_validate_json(path.read_bytes())

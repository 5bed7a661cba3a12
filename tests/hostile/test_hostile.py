# SPDX-License-Identifier: MIT
"""All hostile submissions in one run: each gets its verdict, and nothing gets out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.grading import FEEDBACK, RESULT, GradeOrder, Grading
from autograder.guest import machine
from autograder.kernel import ready, submission, tools
from autograder.kernel.build import Baseline
from autograder.progress import silent
from autograder.report import html
from autograder.results import Result, Status
from autograder.sandbox.command import Limits
from autograder.sandbox.sandbox import Sandbox, choose
from tests.hostile import archives, guest_tools, kernels, makefiles, patches, texts
from tests.hostile.case import BUILDS, PASSED, Case, reference_tools
from tests.hostile.world import World, own_cache, planted
from tests.reference import SERIES

CASES = [
    *makefiles.CASES,
    *archives.CASES,
    *patches.CASES,
    *guest_tools.CASES,
    *kernels.CASES,
]
PATIENCE = 300  # seconds for one of them, a kernel's build included
SMALL = Limits(
    cpu_seconds=8,
    wall_seconds=8,
    processes=100,
    file_size=24 << 20,
    disk_bytes=16 << 20,
    resident_bytes=256 << 20,
    scratch_bytes=24 << 20,
    output_bytes=64 << 10,
)
HONEST = Case(
    "honest", "a submission that does no harm", lambda f, w: reference_tools(f).parent, {}
)


class Run:
    """One run over many submissions, as a class is graded."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.sandbox: Sandbox = choose()
        cache = Cache.default()  # kernels are kept for a baseline at its very place
        self.baseline: Baseline = ready.baseline(SERIES, cache, self.sandbox, silent)
        self.seconds: dict[str, float] = {}

    def grade(self, case: Case, number: int) -> tuple[Result, Path]:
        """Grade one; its result, and the folder that holds it."""
        path = case.make(self.folder / f"{number}-handed-in", self.world)
        out = self.folder / f"{number}-out"
        started = time.monotonic()
        order = GradeOrder(path, out, seed=11, only=case.only)
        result = Grading(order, self.baseline, self.sandbox, silent).run(self.world.cache)
        self.seconds[case.name] = time.monotonic() - started
        return result, out

    def wrong(self, case: Case, number: int) -> list[str]:
        """What is not as the case says; empty where all is."""
        try:
            result, out = self.grade(case, number)
        except GraderError as error:
            return [f"{case.name}: taken for a fault of the grader: {error}"]
        found = [f"{case.name}: {problem}" for problem in judged(case, result)]
        page = (out / FEEDBACK).read_text()
        found += [f"{case.name}: in the page: {each}" for each in texts.active(page)]
        found += [f"{case.name}: the canary is in {path}" for path in self.world.leaks(out)]
        if Result.read(out / RESULT) != result:
            found.append(f"{case.name}: result.json is not the result")
        if self.seconds[case.name] > PATIENCE:
            found.append(f"{case.name}: took {self.seconds[case.name]:.0f} s")
        return found


def judged(case: Case, result: Result) -> Iterator[str]:
    """How the verdicts differ from what the case says."""
    verdicts = {verdict.id: verdict for verdict in result.verdicts}
    said = ""
    for check, status in case.expected.items():
        verdict = verdicts[check]
        if verdict.status != status:
            yield f"{check} is {verdict.status}, not {status}: {verdict.message[:300]}"
        said += verdict.message + "".join(each.text for each in verdict.evidence)
    for word in case.words:
        if word not in said:
            yield f"{word!r} is not said: {said[:300]}"
    for verdict in result.verdicts:
        if verdict.status is Status.GRADER_ERROR:
            yield f"{verdict.id}: a fault of the grader: {verdict.message[:300]}"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(tools, "LIMITS", SMALL)
    build = replace(submission.LIMITS, cpu_seconds=200, wall_seconds=100, scratch_bytes=64 << 20)
    monkeypatch.setattr(submission, "LIMITS", build)
    monkeypatch.setattr(machine, "WALL_SECONDS", 20)
    tmp_path.chmod(0o755)
    with planted(own_cache(tmp_path)) as planted_world:
        yield planted_world


def run_all(cases: list[Case], world: World, folder: Path) -> None:
    run = Run(world, folder)
    honest, _ = run.grade(HONEST, 0)
    assert {v.id: v.status for v in honest.verdicts}[BUILDS] == PASSED
    world.remember()  # with what is compiled once
    wrong = [line for number, case in enumerate(cases, 1) for line in run.wrong(case, number)]
    after, _ = run.grade(HONEST, len(cases) + 1)
    assert [v.status for v in after.verdicts] == [v.status for v in honest.verdicts]
    findings = world.findings({run.sandbox.user})
    for name, seconds in sorted(run.seconds.items(), key=lambda each: -each[1])[:8]:
        print(f"{seconds:6.1f} s  {name}")
    print({kind: len(found) for kind, found in findings.items()}, f"after {len(cases)}")
    assert not wrong, "\n".join(wrong)
    assert not any(findings.values()), findings


def test_the_corpus_is_large() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40


def test_quick_part(world: World, tmp_path: Path) -> None:
    run_all([case for case in CASES if case.quick], world, tmp_path)


@pytest.mark.long
def test_whole_corpus(world: World, tmp_path: Path) -> None:
    run_all(CASES, world, tmp_path)


def test_a_page_of_hostile_texts_runs_nothing(world: World, tmp_path: Path) -> None:
    result, _ = Run(world, tmp_path).grade(HONEST, 0)
    html.write(texts.spoiled(result), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert texts.RAN in page
    assert texts.active(page) == []
    assert not [c for c in page if c in "\x1b\x00\x07\x9b\u202e\u2066\u200b"]


def test_what_would_run_is_seen() -> None:
    """The look for it is no check that cannot fail."""
    seen = [name for name, text in texts.HTML.items() if texts.active(f"<p>{text}</p>")]
    assert len(seen) >= 14
    assert not texts.active("<p>&lt;script&gt;window.pgfaultHostileRan=1&lt;/script&gt;</p>")

# SPDX-License-Identifier: MIT
"""Judging kernels that are built: one, many, and how much memory their guests take."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from autograder import assignment
from autograder.building import build
from autograder.errors import GraderError
from autograder.guest.machine import TOGETHER, Kernel, Machine
from autograder.guest.observation import Observation
from autograder.guest.programs import compile_programs
from autograder.intake.submission import take_in
from autograder.judge import rubric
from autograder.judge.examination import Examination
from autograder.judge.judging import Judge, judge
from autograder.judge.observer import LiveObserver, RecordedObserver
from autograder.judge.stages import Stages
from autograder.results import Status, Verdict
from tests.bench.memory import peak_below
from tests.bench.row import BenchRow
from tests.bench.setting import Setting
from tests.corpus import REFERENCE, solutions

MANY = 40
TIMES = 3
EACH_ALONE = "a boot for each check, one after another"


def one(setting: Setting) -> Iterable[BenchRow]:
    """All checks on the reference's kernel, and the same with a boot for each."""
    with setting.cache.workdir("bench") as work:
        stages, kernel = _built(setting, REFERENCE, work / "built")
        seconds, boots = [], 0
        for seed in range(1, 2 if setting.quick else 1 + TIMES):
            began = time.monotonic()
            boots = _examine(setting, stages, kernel, seed, work / str(seed))
            seconds.append(time.monotonic() - began)
        alone = _each_alone(setting, stages, kernel, work / "alone")
        yield BenchRow(
            "all checks on a built kernel",
            "s",
            median(seconds),
            goal=5,
            baseline=alone,
            against=EACH_ALONE,
            note=f"{boots} boots",
        )
        held, others = _processor_time(work / "1" / "seen")
        yield BenchRow(
            "processes held at every line of the patch",
            "CPU s",
            held,
            goal=15,
            baseline=others,
            against="all other checks",
        )
        yield from _memory(setting, kernel, work / "memory")


def _processor_time(records: Path) -> tuple[float, float]:
    """CPU seconds of the boots in which a process was held, and of the others."""
    held = others = 0.0
    for path in records.glob("*.json"):
        seen = Observation.model_validate_json(path.read_bytes())
        if seen.probe == TOGETHER:
            continue  # the boots of others
        if seen.held:
            held += seen.cpu_seconds
        else:
            others += seen.cpu_seconds
    return held, others


def many(setting: Setting) -> Iterable[BenchRow]:
    """Forty kernels, one after another, each with its guests side by side."""
    folders = [REFERENCE, *solutions()]
    with setting.cache.workdir("bench") as work:
        built = [_built(setting, path, work / path.name) for path in folders]
        began = time.monotonic()
        for seed in range(MANY):
            stages, kernel = built[seed % len(built)]
            _examine(setting, stages, kernel, seed, work / str(seed))
        yield BenchRow(
            f"{MANY} built kernels judged completely",
            "s",
            time.monotonic() - began,
            goal=60,
            note=f"{len(built)} different kernels, {MANY} seeds",
        )


def _built(setting: Setting, path: Path, work: Path) -> tuple[Stages, Kernel]:
    work.mkdir()
    submission = take_in(path, work / "submission", setting.baseline.series)
    stages, kernel = build(
        submission, setting.baseline, work, setting.cache, setting.sandbox, setting.progress
    )
    if kernel is None:
        raise GraderError(f"what is to be judged does not build: {stages.obstacle}")
    return stages, kernel


def _examine(setting: Setting, stages: Stages, kernel: Kernel, seed: int, work: Path) -> int:
    work.mkdir()
    examination = Examination(stages, kernel, rubric.select(None), seed, work / "seen", work)
    return examination.run(setting.cache, setting.sandbox, lambda check, verdict: None).boots


def _each_alone(setting: Setting, stages: Stages, kernel: Kernel, work: Path) -> float:
    """The seconds that it takes without any of the ways that make it quicker."""
    verdicts: dict[str, Verdict] = {}
    selected = rubric.select(None)
    programs = compile_programs(setting.cache.root)
    machine = Machine(kernel, programs, setting.sandbox, work / "guests")
    (work / "seen").mkdir(parents=True)
    began = time.monotonic()
    observer = LiveObserver(machine, work / "seen", 1)
    for job in rubric.guest_jobs(selected, 1):
        observer.observe(job, 1)
    observer.close()
    recorded = RecordedObserver(work / "seen")
    judge(Judge(recorded, stages, 1, selected, verdicts.__setitem__))
    lost = [name for name, verdict in verdicts.items() if verdict.status is not Status.PASSED]
    if lost:
        raise GraderError(f"the reference does not pass {', '.join(lost)} in boots of its own")
    return time.monotonic() - began


def _memory(setting: Setting, kernel: Kernel, work: Path) -> Iterable[BenchRow]:
    """The guest in which all that can share a boot does, and the unpatched kernel's boot."""
    programs = compile_programs(setting.cache.root)
    (boot,) = [check for check in rubric.checks() if check.id == assignment.current().boots]
    assert boot.plan is not None
    peaks = []
    for which in (kernel, Kernel(setting.baseline.linux)):
        machine = Machine(which, programs, setting.sandbox, work)
        with peak_below(os.getpid(), with_root=False) as peak:
            observer = LiveObserver(machine, work, 1)  # one guest at a time
            jobs = [boot.plan.job(1)]
            observer.plan(rubric.guest_jobs(rubric.select(None), 1) if which is kernel else jobs)
            observer.everything()
            observer.close()
        peaks.append(peak.megabytes)
    yield BenchRow(
        "memory of one guest, at most",
        "MB",
        peaks[0],
        goal=128,
        baseline=peaks[1],
        against="the unpatched kernel, booted and shut down",
    )

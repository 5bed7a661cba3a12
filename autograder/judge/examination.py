# SPDX-License-Identifier: MIT
"""Examine a kernel: boot it, observe, judge, and report each verdict as it falls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import assignment
from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.guest.coverage import Lines
from autograder.guest.machine import Kernel, Machine
from autograder.guest.programs import compile_programs
from autograder.judge import rubric
from autograder.judge.gates import blocked, closed_gate
from autograder.judge.judging import Judge, judge
from autograder.judge.observer import LOOP, LiveObserver
from autograder.judge.stages import Stages
from autograder.kernel.build import make_jobs
from autograder.results import Verdict
from autograder.sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Examined:
    """What came of it, besides the verdicts."""

    boots: int = 0
    lines: Lines = field(default_factory=dict)


@dataclass(frozen=True)
class Examination:
    """What is to be examined, and where things go."""

    stages: Stages
    kernel: Kernel | None  # None: it did not build, and the stages say why
    selected: list[rubric.Check]
    seed: int
    records: Path  # observations are kept here
    work: Path
    unpatched: Kernel | None = None  # to tell a kernel that does not boot from a machine

    def run(
        self, cache: Cache, sandbox: Sandbox, report: Callable[[str, Verdict], None]
    ) -> Examined:
        """Judge every selected check, and say what was seen of the patch's lines.

        Errors: GraderError where this machine cannot run guests.
        """
        for old in (*self.records.glob("*.json"), self.records / LOOP):
            old.unlink(missing_ok=True)
        if self.kernel is None:
            judge(Judge(None, self.stages, self.seed, self.selected, report))
            return Examined()
        programs = compile_programs(cache.root)
        machine = Machine(self.kernel, programs, sandbox, self.work / "guests")
        with closing(LiveObserver(machine, self.records, make_jobs())) as observer:
            stages = replace(self.stages, gate=closed_gate(observer, self.seed))
            boots = stages.gate is None or stages.gate.check != assignment.current().boots
            if not boots and self.unpatched is not None:
                require_guests(Machine(self.unpatched, programs, sandbox, self.work / "unpatched"))
            if boots:
                behind = blocked(stages.gate) if stages.gate else set()
                observer.plan(rubric.guest_jobs(self.selected, self.seed, behind))
            judge(Judge(observer, stages, self.seed, self.selected, report))
            return Examined(observer.boots, machine.coverage.lines())


def require_guests(machine: Machine) -> None:
    """Errors: GraderError where not even the unpatched kernel boots here."""
    seen = machine.observe(rubric.job_of(assignment.current().boots, 0))
    if not seen.all("booted"):
        last = " / ".join(seen.console.split("\n")[-4:])[-300:]
        raise GraderError(
            f"this machine boots not even the unpatched kernel ({seen.outcome}): {last}"
        )

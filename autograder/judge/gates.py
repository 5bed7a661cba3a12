# SPDX-License-Identifier: MIT
"""What has to work before anything behind it can be tried: the boot, and the assignment's gates.

A kernel that does not boot fails one check with that; what depends on it is not tried at all,
twice and in boots of its own, only to fail for the same reason.
"""

from __future__ import annotations

from autograder import assignment
from autograder.errors import GraderError
from autograder.guest.machine import Job
from autograder.guest.observation import Observation
from autograder.judge import dependencies, rubric
from autograder.judge.observer import Observer
from autograder.judge.stages import Gate
from autograder.results import Finding


def closed_gate(observer: Observer, seed: int) -> Gate | None:
    """The first gate that is closed; None if everything can be tried.

    Errors: GraderError if that is the grader's fault, or was not recorded.
    """
    chosen = assignment.current()
    first = _look(observer, chosen.boots, seed)
    if not first.all("booted"):
        return boot_gate(first, "the kernel does not boot")
    if chosen.gate is None:
        return None
    return chosen.gate(lambda check_id: _look(observer, check_id, seed))


def boot_gate(seen: Observation, reason: str) -> Gate:
    """The gate that the boot which was ``seen`` closes."""
    finding = Finding.PANIC if seen.panicked else Finding.NO_BOOT
    return Gate(assignment.current().boots, finding, f"{reason}: {seen.outcome}")


def blocked(gate: Gate) -> set[str]:
    """The ids of the checks that cannot be tried while ``gate`` is closed."""
    checks = rubric.checks()
    behind = dependencies.resting_on({c.id: dependencies.foundations(c) for c in checks})
    names = behind[gate.check]
    if gate.tool:
        return names & {check.id for check in checks if gate.tool in check.needs}
    return names


def _look(observer: Observer, check_id: str, seed: int) -> Observation:
    seen = _seen(observer, rubric.job_of(check_id, seed))
    if seen.outcome.graders_fault:
        raise GraderError(str(seen.outcome))
    return seen


def _seen(observer: Observer, job: Job) -> Observation:
    """What a boot of its own showed, or what a recorded one did that others shared."""
    return observer.shared(job) or observer.observe(job, 1)

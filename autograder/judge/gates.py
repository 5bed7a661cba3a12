# SPDX-License-Identifier: MIT
"""What has to work before anything behind it can be tried: boot, file, start, records.

A kernel that does not boot, has no file in /proc, cannot be told to trace, or never records
anything fails one check with that; what depends on it is not tried at all, twice and in boots
of its own, only to fail for the same reason.
"""

from __future__ import annotations

from autograder.errors import GraderError
from autograder.guest.machine import Job
from autograder.guest.observation import Kind, Observation
from autograder.judge import dependencies, rubric
from autograder.judge.observer import Observer
from autograder.judge.stages import Gate
from autograder.results import Finding

FILE = "/proc/PID/pgfault_history"
ENDINGS = {
    Kind.PANIC: (Finding.PANIC, "the kernel panics as soon as a process is traced"),
    Kind.HANG: (Finding.HANG, "everything hangs as soon as a process is traced"),
    Kind.SPIN: (Finding.SPIN, "the kernel computes without end as soon as a process is traced"),
    Kind.FLOOD: (Finding.SPIN, "the kernel's log has no end as soon as a process is traced"),
    Kind.VANISHED: (Finding.PANIC, "the kernel ends as soon as a process is traced"),
}


def closed_gate(observer: Observer, seed: int) -> Gate | None:
    """The first gate that is closed; None if everything can be tried.

    Errors: GraderError if that is the grader's fault, or was not recorded.
    """
    first = _look(observer, dependencies.BOOTS, seed)
    if not first.all("booted"):
        return _boot_gate(first, "the kernel does not boot")
    traced = _look(observer, dependencies.READS, seed)
    if first.outcome.kind in ENDINGS and traced.outcome.kind in ENDINGS:
        return _boot_gate(first, "the kernel does not get through its first second")
    if traced.outcome.kind in ENDINGS:
        started = _look(observer, dependencies.STARTS, seed)
        if started.outcome.kind is traced.outcome.kind:
            finding, reason = ENDINGS[started.outcome.kind]
            return Gate(dependencies.STARTS, finding, reason)
    return _trace_gate(traced)


def blocked(gate: Gate) -> set[str]:
    """The ids of the checks that cannot be tried while ``gate`` is closed."""
    checks = rubric.checks()
    behind = dependencies.resting_on({c.id: dependencies.foundations(c) for c in checks})
    names = behind[gate.check]
    if gate.finding is Finding.NO_EVENTS:
        return names & {check.id for check in checks if "pgfaultmap" in check.needs}
    return names


def _look(observer: Observer, check_id: str, seed: int) -> Observation:
    seen = _seen(observer, _job_of(check_id, seed))
    if seen.outcome.graders_fault:
        raise GraderError(str(seen.outcome))
    return seen


def _job_of(check_id: str, seed: int) -> Job:
    check = next(check for check in rubric.checks() if check.id == check_id)
    assert check.plan is not None
    return check.plan.job(seed)


def _seen(observer: Observer, job: Job) -> Observation:
    """What a boot of its own showed, or what a recorded one did that others shared."""
    return observer.shared(job) or observer.observe(job, 1)


def _boot_gate(seen: Observation, reason: str) -> Gate:
    finding = Finding.PANIC if seen.panicked else Finding.NO_BOOT
    return Gate(dependencies.BOOTS, finding, f"{reason}: {seen.outcome}")


def _trace_gate(seen: Observation) -> Gate | None:
    gave_up = seen.text("gave_up")
    if gave_up.startswith("open of "):
        return Gate(dependencies.EXISTS, Finding.NO_FILE, f"{FILE} cannot be opened")
    if gave_up.startswith("write of "):
        return Gate(dependencies.STARTS, Finding.NO_START, f"tracing cannot be started: {gave_up}")
    if seen.outcome.kind is not Kind.COMPLETED or not seen.all("reader"):
        return None
    size = seen.one("reader").number("bytes")
    if not size:
        return Gate(dependencies.READS, Finding.NO_RECORD, "no record was ever read from a trace")
    if seen.all("events") and not seen.text("events.out").strip():
        reason = f"pgfaultmap --events printed nothing of a trace of {size} bytes"
        return Gate(dependencies.READS, Finding.NO_EVENTS, reason)
    return None

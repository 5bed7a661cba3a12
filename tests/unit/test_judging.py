# SPDX-License-Identifier: MIT
"""From observations to verdicts: who is blamed, how often is tried, what is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.errors import GraderError
from autograder.guest.machine import Job
from autograder.guest.observation import Ending, Line, Observation, Outcome, Record, Report, Spot
from autograder.judge import rubric
from autograder.judge.judging import Judge, judge
from autograder.judge.spins import Loop, Untried
from autograder.judge.stages import Gate, Stages
from autograder.results import Finding, Status, Verdict

CHECK = "reading/never_traced"
Answer = Callable[[Job, int], Observation]


def observation(answer: str = "errno=3 ret=-1", kind: Ending = Ending.COMPLETED) -> Observation:
    fields = dict(pair.split("=") for pair in answer.split())
    return Observation(
        probe="read_untraced",
        params={"stopped": "0"},
        outcome=Outcome(kind=kind, detail="somewhere"),
        records=[
            Record(name="read", fields={"reader": "reader", **fields}),
            Record(name="reader", fields={"done": "1"}),
        ],
    )


GOOD, BAD = observation(), observation("ret=0 errno=0")


class Canned:
    """Answers every job with what the test says."""

    loop: Loop | None = None

    def __init__(self, answer: Answer, shared: Observation | None = None) -> None:
        self.answer = answer
        self.in_a_shared_boot = shared
        self.seen: list[Observation] = []

    def shared(self, job: Job) -> Observation | None:
        return self.in_a_shared_boot

    def observe(self, job: Job, attempt: int) -> Observation:
        self.seen.append(self.answer(job, attempt))
        return self.seen[-1]

    def everything(self) -> list[Observation]:
        return self.seen


def verdict_on(
    answer: Answer | None,
    only: str = CHECK,
    stages: Stages | None = None,
    shared: Observation | None = None,
) -> Verdict:
    verdicts: dict[str, Verdict] = {}
    observer = Canned(answer, shared) if answer else None
    selected = rubric.select(only)
    judge(Judge(observer, stages or Stages(), 1, selected, verdicts.__setitem__))
    assert set(verdicts) == {check.id for check in selected}
    return verdicts[selected[0].id]


def sequence(*seen: Observation) -> Answer:
    return lambda job, attempt: seen[attempt - 1]


def test_a_pass_is_one_attempt() -> None:
    verdict = verdict_on(sequence(GOOD))
    assert verdict.status is Status.PASSED
    assert verdict.points == verdict.max_points
    assert verdict.attempts == ["passed"]


def test_two_failures_settle_it() -> None:
    verdict = verdict_on(sequence(BAD, BAD))
    assert verdict.status is Status.FAILED
    assert verdict.points == 0
    assert verdict.expected == "the read fails with ESRCH"
    assert verdict.observed == "the read returned 0 (end of file)"
    assert "never traced" in verdict.did
    assert verdict.attempts == ["failed", "failed"]


def test_what_passes_in_a_shared_boot_needs_none_of_its_own() -> None:
    def none_of_its_own(job: Job, attempt: int) -> Observation:
        raise AssertionError("booted for nothing")

    verdict = verdict_on(none_of_its_own, shared=GOOD)
    assert verdict.status is Status.PASSED
    assert verdict.attempts == ["passed"]


@pytest.mark.parametrize("alone", [GOOD, BAD], ids=["passed", "failed"])
def test_what_fails_in_a_shared_boot_is_judged_alone(alone: Observation) -> None:
    verdict = verdict_on(sequence(alone, alone), shared=BAD)
    assert verdict == verdict_on(sequence(alone, alone)).model_copy(
        update={"duration": verdict.duration}
    )


@pytest.mark.parametrize(
    ("third", "status"), [(GOOD, Status.PASSED), (BAD, Status.FAILED)], ids=["passed", "failed"]
)
def test_a_third_attempt_decides(third: Observation, status: Status) -> None:
    verdict = verdict_on(sequence(BAD, GOOD, third))
    assert verdict.status is status
    assert len(verdict.attempts) == 3


@pytest.mark.parametrize("kind", [Ending.HANG, Ending.PANIC, Ending.PROBE_DIED, Ending.VANISHED])
def test_a_boot_that_ends_badly_fails_the_check(kind: Ending) -> None:
    verdict = verdict_on(sequence(*[observation(kind=kind)] * 2))
    assert verdict.status is Status.FAILED
    assert "somewhere" in verdict.observed


@pytest.mark.parametrize("kind", [Ending.SPIN, Ending.FLOOD, Ending.HANG])
def test_what_only_costs_time_is_not_repeated(kind: Ending) -> None:
    seen = observation(kind=kind).model_copy(update={"cpu_seconds": 20.0})
    verdict = verdict_on(sequence(seen))
    assert verdict.status is Status.FAILED
    assert verdict.attempts == ["failed"]


def test_a_guest_that_a_busy_machine_starved_is_booted_again() -> None:
    verdict = verdict_on(sequence(observation(kind=Ending.SPIN), GOOD, GOOD))
    assert verdict.status is Status.PASSED
    assert verdict.attempts == ["failed", "passed", "passed"]


@pytest.mark.parametrize("kind", [Ending.KILLED, Ending.BROKEN])
def test_what_no_submission_does_is_the_graders_fault(kind: Ending) -> None:
    verdict = verdict_on(sequence(*[observation(kind=kind)] * 2))
    assert verdict.status is Status.GRADER_ERROR


def test_a_guest_killed_once_is_booted_again() -> None:
    verdict = verdict_on(sequence(observation(kind=Ending.KILLED), GOOD))
    assert verdict.status is Status.PASSED


def test_a_broken_machine_is_the_graders_fault() -> None:
    def broken(job: Job, attempt: int) -> Observation:
        raise GraderError("no room is left")

    verdict = verdict_on(broken)
    assert verdict.status is Status.GRADER_ERROR
    assert "no room is left" in verdict.message


def test_a_probe_that_notes_nothing_is_the_graders_fault() -> None:
    silent = Observation(probe="x", params={}, outcome=Outcome(kind=Ending.COMPLETED))
    verdict = verdict_on(sequence(silent, silent))
    assert verdict.status is Status.GRADER_ERROR


def test_without_a_kernel_nothing_is_reached() -> None:
    verdict = verdict_on(None, stages=Stages(kernel_problem="x.c:3: no such thing"))
    assert verdict.status is Status.NOT_REACHED
    assert "x.c:3" in verdict.message


def test_what_is_behind_a_closed_gate_is_not_tried_before_it() -> None:
    """Though it stands before the gate's own check in the rubric."""
    behind, own = "file/restart_is_fresh", "reading/records_leave_the_trace"
    verdicts: dict[str, Verdict] = {}
    observer = Canned(lambda job, attempt: observation(kind=Ending.PANIC))
    gate = Gate(own, Finding.NO_RECORD, "no record was ever read from a trace")
    stages = Stages(gate=gate, tools=frozenset({"pgfaultmap"}))
    selected = rubric.select(f"{behind},{own}")
    assert [check.id for check in selected] == [behind, own]
    judge(Judge(observer, stages, 1, selected, verdicts.__setitem__))
    assert verdicts[own].status is Status.FAILED
    assert (verdicts[behind].status, verdicts[behind].blocked_by) == (Status.NOT_REACHED, own)
    assert len(observer.seen) == 2, "the gate's own check, in two boots"


def test_without_its_tool_a_check_is_not_reached() -> None:
    stages = Stages(tools_problem="pgfaultmap is not there")
    verdict = verdict_on(sequence(GOOD), "faults/anonymous_memory", stages)
    assert verdict.status is Status.NOT_REACHED
    assert "pgfaultmap" in verdict.message


def test_build_checks_tell_what_went_wrong() -> None:
    stages = Stages(patch_problem="mm/x.c does not exist")
    verdict = verdict_on(None, "build/patch_applies", stages)
    assert verdict.status is Status.FAILED
    assert "mm/x.c" in verdict.message


def test_health_is_over_all_boots() -> None:
    report = Report(kind="kasan", title="BUG: KASAN: slab-use-after-free in foo", text="...")
    sick = GOOD.model_copy(update={"reports": [report]})
    verdict = verdict_on(lambda job, attempt: sick, f"health/no_memory_errors,{CHECK}")
    assert verdict.status is Status.PASSED  # the read itself went well
    verdicts: dict[str, Verdict] = {}
    observer = Canned(lambda job, attempt: sick)
    selected = rubric.select(f"health/no_memory_errors,{CHECK}")
    judge(Judge(observer, Stages(), 1, selected, verdicts.__setitem__))
    verdict = verdicts["health/no_memory_errors"]
    assert verdict.status is Status.FAILED
    assert "slab-use-after-free" in verdict.observed


def test_a_report_while_a_process_is_held_is_judged_by_the_check_that_holds_it() -> None:
    report = Report(kind="kasan", title="BUG: KASAN: slab-use-after-free in foo", text="...")
    sick = GOOD.model_copy(update={"reports": [report], "params": {"holds": "1"}})
    verdicts: dict[str, Verdict] = {}
    selected = rubric.select(f"health/no_memory_errors,{CHECK}")
    observer = Canned(lambda job, attempt: sick)
    judge(Judge(observer, Stages(), 1, selected, verdicts.__setitem__))
    assert verdicts["health/no_memory_errors"].status is Status.NOT_REACHED


def test_what_the_user_asks_of_pytest_is_not_for_the_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    assert verdict_on(sequence(GOOD)).status is Status.PASSED


SPOT = Spot(lines=[Line(function="history_read", file="mm/h.c", line=412)])


def job_of(check_id: str) -> Job:
    (check,) = rubric.select(check_id)
    assert check.plan is not None
    return check.plan.job(1)


def test_what_a_loop_left_untried() -> None:
    """It is not reached, and says where the kernel spins; what was tried keeps its verdict."""
    met, left, health = "file/mode", CHECK, "health/no_leaks"
    first = job_of(met)
    loop = Loop(spot=SPOT, probe=first.probe, params=dict(first.params))

    def answer(job: Job, attempt: int) -> Observation:
        if job == first:
            return observation(kind=Ending.SPIN).model_copy(update={"cpu_seconds": 20.0})
        raise Untried(loop)

    observer = Canned(answer)
    observer.loop = loop
    observer.seen.append(observation("ret=64 errno=0"))
    verdicts: dict[str, Verdict] = {}
    selected = rubric.select(f"{met},{left},{health}")
    judge(Judge(observer, Stages(), 1, selected, verdicts.__setitem__))
    assert verdicts[met].status is Status.FAILED
    for name in (left, health):
        assert verdicts[name].status is Status.NOT_REACHED
        assert "spins in history_read() (mm/h.c:412)" in verdicts[name].message
        assert (verdicts[name].blocked_by, verdicts[name].finding) == (met, Finding.SPIN)
        assert verdicts[name].points == 0


def test_what_a_loop_does_not_hide() -> None:
    """A complaint of the kernel in the boots that there were."""
    report = Report(kind="leak", title="unreferenced object", text="")
    observer = Canned(lambda job, attempt: GOOD)
    observer.seen.append(GOOD.model_copy(update={"reports": [report]}))
    observer.loop = Loop(spot=SPOT, probe="drain", params={})
    verdicts: dict[str, Verdict] = {}
    judge(Judge(observer, Stages(), 1, rubric.select("no_leaks"), verdicts.__setitem__))
    assert verdicts["health/no_leaks"].status is Status.FAILED

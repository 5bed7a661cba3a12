# SPDX-License-Identifier: MIT
"""Run the checks with pytest over observations, and turn each outcome into a verdict.

What was seen in a boot that several probes shared can only pass a check.  A check that
fails there is tried in a boot of its own; retry.py says when it is tried again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from autograder import assignment
from autograder.errors import GraderError
from autograder.guest.observation import Ending, Observation
from autograder.judge import hints, rubric
from autograder.judge.evidence import evidence_of, reports_told
from autograder.judge.expect import Mismatch, NotReached
from autograder.judge.gates import blocked
from autograder.judge.observer import SHARED, Observer
from autograder.judge.retry import Attempt, undecided
from autograder.judge.spins import Loop, Untried, spins
from autograder.judge.stages import TOOLS_CHECK, Stages
from autograder.judge.verdicts import verdict_of
from autograder.results import Evidence, Finding, Status, Verdict

SETTINGS = Path(__file__).with_name("pytest.ini")
USERS_WISHES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
ENDS = {
    Ending.GAVE_UP: ("the check made the situation that it looks at", "every call for it succeeds"),
    Ending.PROBE_DIED: ("the check ran its processes", "the kernel does not kill them"),
    Ending.HANG: ("the check waited for its processes", "they end"),
    Ending.SPIN: ("the check ran", "the guest comes to rest"),
    Ending.FLOOD: ("the check ran", "the kernel's log comes to an end"),
    Ending.PANIC: ("the check ran", "the kernel keeps running"),
    Ending.NO_BOOT: ("the kernel was booted", "it boots"),
    Ending.VANISHED: ("the check ran", "the kernel runs until it is shut down"),
}

FOUND = {
    Ending.HANG: Finding.HANG,
    Ending.SPIN: Finding.SPIN,
    Ending.FLOOD: Finding.SPIN,
    Ending.PANIC: Finding.PANIC,
    Ending.NO_BOOT: Finding.NO_BOOT,
    Ending.VANISHED: Finding.PANIC,
}


class Judge:
    """The pytest plugin: fixtures for the checks, hooks that collect the verdicts."""

    def __init__(
        self,
        observer: Observer | None,
        stages: Stages,
        seed: int,
        selected: list[rubric.Check],
        report: Callable[[str, Verdict], None],
    ) -> None:
        self.observer = observer
        self.stages = stages
        self.seed = seed
        self.selected = {check.id: check for check in selected}
        self.report = report
        self.attempt = 1
        self.seen_now: Observation | None = None
        self.unreported: OSError | None = None
        self.boots_now: list[Observation] = []
        self.blocked = blocked(stages.gate) if stages.gate else set()
        self.gate_failed = False

    # What checks may ask for.

    @pytest.fixture
    def seen(self, request: pytest.FixtureRequest) -> Observation:
        """The observation of the check's own probe."""
        check = rubric.describe(request.function)
        self._require(check)
        assert check.plan is not None and self.observer is not None
        job = check.plan.job(self.seed)
        shared = self.observer.shared(job) if self.attempt == SHARED else None
        try:
            seen = shared or self.observer.observe(job, max(self.attempt, 1))
        except Untried as untried:
            raise self._not_tried(untried.loop) from None
        self.seen_now = seen
        if seen.outcome.graders_fault:
            raise GraderError(str(seen.outcome))
        if not hasattr(request.function, "__any_outcome__"):
            _require_completed(seen)
        return seen

    @pytest.fixture
    def boots(self) -> list[Observation]:
        """Everything that was observed in any boot in which no process is held.

        What happens while one is held is judged by the check that holds it.
        """
        if self.observer is None:
            raise NotReached(self.stages.obstacle, self.stages.obstacle_check)
        self.boots_now = [seen for seen in self.observer.everything() if not seen.held]
        return self.boots_now

    def _not_tried(self, loop: Loop) -> NotReached:
        """That a check was not tried, or not in all boots, because of ``loop``."""
        every = (*self.selected.values(), *rubric.every_check())
        met = (check.id for check in every if check.plan and loop.met_by(check.plan.job(self.seed)))
        return NotReached(loop.reason, next(met, ""), Finding.SPIN)

    @pytest.fixture(name="stages")
    def stages_fixture(self) -> Stages:
        """What became of the steps before the first boot."""
        return self.stages

    def _require(self, check: rubric.Check) -> None:
        if self.observer is None or self._is_blocked(check):
            raise NotReached(self.stages.obstacle, self.stages.obstacle_check)
        for tool in check.needs:
            if not self.stages.has_tool(tool):
                problem = self.stages.tools_problem
                raise NotReached(f"{tool} was not built: {problem}", TOOLS_CHECK)

    # How pytest is led.

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the selected checks, in the order of the rubric; that of a closed gate first,
        so that none behind it is tried.
        """
        chosen = [item for item in items if check_of(item).id in self.selected]
        gate = self.stages.gate.check if self.stages.gate else ""

        def place(item: pytest.Item) -> tuple[bool, tuple[int, ...]]:
            check = check_of(item)
            return check.id != gate, check.order

        items[:] = sorted(chosen, key=place)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run a check, again where it failed, and report its verdict."""
        check = check_of(item)
        started = time.monotonic()
        attempts = []
        if self._is_shared(check):
            attempts = [self._run(item, nextitem, SHARED)]
        if not attempts or attempts[0].status in (Status.FAILED, Status.GRADER_ERROR):
            attempts = [self._run(item, nextitem, 1)]
        if check.plan is not None:
            while undecided(attempts):
                attempts.append(self._run(item, nextitem, len(attempts) + 1))
        verdict = verdict_of(check, attempts)
        if self.stages.gate and check.id == self.stages.gate.check:
            self.gate_failed = verdict.status is not Status.PASSED
            if verdict.status is Status.FAILED:
                verdict.finding = self.stages.gate.finding
        verdict.duration = round(time.monotonic() - started, 3)
        try:
            self.report(check.id, verdict)
        except OSError as error:  # pytest would print it, and hide what it is
            self.unreported = error
            item.session.shouldstop = str(error)
        return True

    def _is_shared(self, check: rubric.Check) -> bool:
        """Whether a boot that others shared shows what the check wants to see."""
        if check.plan is None or self.observer is None or self._is_blocked(check):
            return False
        return self.observer.shared(check.plan.job(self.seed)) is not None

    def _is_blocked(self, check: rubric.Check) -> bool:
        """Whether ``check`` is behind a closed gate: one whose own check did not pass."""
        return check.id in self.blocked and self.gate_failed

    def _run(self, item: pytest.Item, nextitem: pytest.Item | None, number: int) -> Attempt:
        self.attempt = number
        self.seen_now = None
        self.boots_now = []
        self._outcome = Attempt(Status.GRADER_ERROR, "the check did not run")
        runtestprotocol(item, log=False, nextitem=nextitem)
        if self.seen_now is not None:
            self._outcome.settled = _settled(self.seen_now)
        return self._outcome

    @pytest.hookimpl
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        """Note how the set-up or the check itself ended."""
        if call.excinfo is not None:
            self._outcome = self._failure(check_of(item), call.excinfo)
        elif call.when == "call":
            self._outcome = Attempt(Status.PASSED)
            loop = self.observer.loop if self.observer and check_of(item).all_boots else None
            if loop is not None:  # nothing is wrong in the boots that there were
                self._outcome = self._not_reached(self._not_tried(loop))
        return None

    def _not_reached(self, error: NotReached) -> Attempt:
        gate = self.stages.gate if self.gate_failed else None
        by = gate.check if gate else error.by
        finding = gate.finding if gate else error.finding
        return Attempt(Status.NOT_REACHED, error.msg or "", blocked_by=by, finding=finding)

    def _failure(self, check: rubric.Check, info: pytest.ExceptionInfo[BaseException]) -> Attempt:
        error = info.value
        evidence = tuple(self.stages.evidence.get(check.id, ()))
        if self.seen_now is not None:
            evidence = tuple(evidence_of(self.seen_now))
        elif self.boots_now and isinstance(error, Mismatch):
            evidence = tuple(reports_told(self.boots_now, error.observed))
        if isinstance(error, NotReached):
            return self._not_reached(error)
        if isinstance(error, Mismatch):
            return Attempt(
                Status.FAILED,
                str(error),
                error.did,
                error.expected,
                error.observed,
                (*error.evidence, *evidence),
                error.hint,
                error.finding,
            )
        if isinstance(error, AssertionError):
            return Attempt(Status.FAILED, str(error), evidence=evidence, finding=Finding.MISMATCH)
        text = Evidence(kind="output", title="the grader's traceback", text=str(info.getrepr()))
        return Attempt(Status.GRADER_ERROR, str(error), evidence=(text, *evidence))


def check_of(item: pytest.Item) -> rubric.Check:
    """The rubric's entry for a pytest item."""
    assert isinstance(item, pytest.Function)
    return rubric.describe(item.function)


def _settled(seen: Observation) -> bool:
    """Whether another boot would only take as long and end the same.

    A guest that used little processor time until its deadline may have been starved by a
    busy machine: that one gets another boot.
    """
    slept = seen.outcome.kind is Ending.HANG and not seen.all("probe_hangs")
    return spins(seen) or slept or seen.outcome.kind is Ending.FLOOD


def _require_completed(seen: Observation) -> None:
    outcome = seen.outcome
    if outcome.kind is not Ending.COMPLETED:
        did, expected = ENDS[outcome.kind]
        gave_up = outcome.kind is Ending.GAVE_UP
        finding = FOUND.get(outcome.kind, Finding.MISMATCH)
        raise Mismatch(
            did,
            expected,
            outcome.detail if gave_up else outcome,
            hint=assignment.current().hint_for(outcome) or hints.for_outcome(outcome),
            finding=finding,
        )


@contextmanager
def _unasked() -> Iterator[None]:
    """Hide what the user wants of pytest in general: it is not meant for the checks."""
    asked = {name: os.environ.pop(name) for name in USERS_WISHES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(asked)


def judge(judge_plugin: Judge) -> None:
    """Run the selected checks.

    Errors: GraderError where pytest itself fails, OSError where a verdict cannot be kept.
    """
    folder = assignment.current().checks_folder
    arguments = [
        str(folder),
        "--rootdir",
        str(folder),
        "-c",
        str(SETTINGS),
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:capture",
    ]
    with _unasked():
        status = pytest.main(arguments, plugins=[judge_plugin])
    if judge_plugin.unreported is not None:
        raise judge_plugin.unreported
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise GraderError(f"the checks could not be run: pytest ended with {status!r}")

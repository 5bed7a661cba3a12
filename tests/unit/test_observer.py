# SPDX-License-Identifier: MIT
"""Which probes share a boot, and where guests run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from autograder.errors import GraderError
from autograder.guest.machine import (
    CPU_SECONDS,
    MOST_COUNTING,
    MOST_HELD,
    MOST_TOGETHER,
    Job,
    Machine,
)
from autograder.guest.observation import Ending, Line, Observation, Outcome, Spot
from autograder.judge import rubric
from autograder.judge.observer import LiveObserver, RecordedObserver, boots_for
from autograder.judge.spins import ENOUGH, Untried

LEAKS = {"leaks": "1"}
SPOT = Spot(lines=[Line(function="history_read", file="mm/h.c", line=412)])


def test_probes_that_count_memory_share_with_their_like_only() -> None:
    counting = [Job("cycles", {**LEAKS, "how": str(i)}) for i in range(MOST_COUNTING + 1)]
    others = [Job("steps", {"steps": str(i)}) for i in range(MOST_TOGETHER + 1)]
    mixed = [job for pair in zip(others, counting, strict=False) for job in pair]
    boots = boots_for([*mixed, *others[len(counting) :]])
    assert boots == [
        counting[:MOST_COUNTING],
        counting[MOST_COUNTING:],
        others[:MOST_TOGETHER],
        others[MOST_TOGETHER:],
    ]


def test_every_probe_of_the_rubric_is_booted_once() -> None:
    jobs = rubric.guest_jobs(rubric.select(None), 1)
    booted = [job for together in boots_for(jobs) for job in together]
    assert sorted(map(repr, booted)) == sorted(map(repr, jobs))


class Seer:
    """Stands for a machine: notes on which processors a guest may run, and what it ran."""

    def __init__(self) -> None:
        self.processors: list[set[int]] = []
        self.spinning = 0  # so many jobs, those with the lowest numbers

    def observe(self, job: Job) -> Observation:
        self.processors.append(os.sched_getaffinity(0))
        spins = int(job.params["number"]) < self.spinning
        return Observation(
            probe=job.probe,
            params=dict(job.params),
            outcome=Outcome(kind=Ending.SPIN if spins else Ending.COMPLETED),
            spot=SPOT if spins else None,
            cpu_seconds=CPU_SECONDS if spins else 1,
        )

    def observe_together(self, jobs: list[Job]) -> tuple[Observation, list[Observation | None]]:
        each = [self.observe(job) for job in jobs]
        whole = max(each, key=lambda seen: seen.cpu_seconds)
        return whole, [seen if seen.spot is None else None for seen in each]


def steps(count: int) -> list[Job]:
    return [Job("steps", {"number": str(number)}) for number in range(count)]


def test_a_guest_stays_on_one_processor(tmp_path: Path) -> None:
    before = os.sched_getaffinity(0)
    seer = Seer()
    observer = LiveObserver(cast(Machine, seer), tmp_path, workers=2)
    for job in steps(4):
        observer.observe(job, 1)
    observer.close()
    assert [len(processors) for processors in seer.processors] == [1] * 4
    assert set().union(*seer.processors) <= before
    assert os.sched_getaffinity(0) == before


def test_those_who_hold_processes_share_with_their_like_only() -> None:
    holding = [Job("meeting", {"holds": "1", "pairs": str(i)}) for i in range(MOST_HELD + 1)]
    other = Job("steps", {})
    assert boots_for([holding[0], other, *holding[1:]]) == [
        [other],
        holding[:MOST_HELD],
        holding[MOST_HELD:],
    ]


def test_checks_on_request() -> None:
    asked = {check.id for check in rubric.select("thorough")}
    assert asked == {check.id for check in rubric.every_check() if check.on_request}
    assert asked
    assert not asked & {check.id for check in rubric.select(None)}
    assert not asked & {check.id for check in rubric.select("start,read,Two at once,11")}
    assert {rubric.select(check)[0].id for check in asked} == asked
    jobs = rubric.guest_jobs(rubric.select("health"), 1)
    assert not any(job.holds for job in jobs)


def test_what_was_observed_is_not_booted_again(tmp_path: Path) -> None:
    observer = LiveObserver(cast(Machine, Seer()), tmp_path, workers=2)
    first, *others = steps(5)
    observer.observe(first, 1)
    observer.plan([first, *others])
    assert observer.shared(first) is None
    assert observer.observe(first, 1).outcome.kind is Ending.COMPLETED
    assert [observer.shared(job) is not None for job in others] == [True] * 4
    observer.close()
    assert observer.boots == 2


def test_a_loop_is_recorded_with_what_was_seen(tmp_path: Path) -> None:
    seer = Seer()
    seer.spinning = ENOUGH + 1
    observer = LiveObserver(cast(Machine, seer), tmp_path, workers=2)
    jobs = steps(ENOUGH + 3)
    observer.plan(jobs)
    seen = observer.everything()
    loop = observer.loop
    observer.close()
    assert loop is not None
    assert loop.met_by(jobs[0])
    recorded = RecordedObserver(tmp_path)
    assert recorded.loop == loop
    for told in (observer, recorded):
        assert [told.observe(job, 1).spot for job in jobs[:ENOUGH]] == [SPOT] * ENOUGH
        assert told.shared(jobs[ENOUGH]) is None
        with pytest.raises(Untried):
            told.observe(jobs[ENOUGH], 1)
        assert told.shared(jobs[-1]) is not None
    by_text = sorted(seen, key=repr)
    assert sorted(recorded.everything(), key=repr) == by_text


def test_the_error_of_a_machine_reaches_who_waits(tmp_path: Path) -> None:
    class Broken(Seer):
        def observe(self, job: Job) -> Observation:
            raise GraderError("no room is left")

    observer = LiveObserver(cast(Machine, Broken()), tmp_path, workers=2)
    jobs = steps(2)
    observer.plan(jobs)
    with pytest.raises(GraderError):
        observer.shared(jobs[1])
    with pytest.raises(GraderError):
        observer.observe(jobs[0], 1)
    with pytest.raises(GraderError):
        observer.everything()
    observer.close()

# SPDX-License-Identifier: MIT
"""Which probes share a boot, and where guests run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

from autograder.guest.machine import MOST_COUNTING, MOST_HELD, MOST_TOGETHER, Job, Machine
from autograder.guest.observation import Ending, Observation, Outcome
from autograder.judge import rubric
from autograder.judge.observer import LiveObserver, boots_for

LEAKS = {"leaks": "1"}


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
    """Stands for a machine: notes on which processors a guest may run."""

    def __init__(self) -> None:
        self.processors: list[set[int]] = []

    def observe(self, job: Job) -> Observation:
        self.processors.append(os.sched_getaffinity(0))
        return Observation(
            probe=job.probe, params=dict(job.params), outcome=Outcome(kind=Ending.COMPLETED)
        )


def test_a_guest_stays_on_one_processor(tmp_path: Path) -> None:
    before = os.sched_getaffinity(0)
    seer = Seer()
    observer = LiveObserver(cast(Machine, seer), tmp_path, workers=2)
    for number in range(4):
        observer.observe(Job("steps", {"number": str(number)}), 1)
    observer.close()
    assert [len(processors) for processors in seer.processors] == [1] * 4
    assert set().union(*seer.processors) <= before
    assert os.sched_getaffinity(0) == before


def test_those_who_hold_processes_share_with_their_like_only() -> None:
    holding = [Job("meeting", {"holds": "1", "pairs": str(i)}) for i in range(MOST_HELD + 1)]
    other = Job("steps", {})
    assert boots_for([holding[0], other, *holding[1:]]) == [
        holding[:MOST_HELD],
        holding[MOST_HELD:],
        [other],
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

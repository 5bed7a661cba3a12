# SPDX-License-Identifier: MIT
"""A kernel that computes without end costs a few boots, and is told where it does."""

from __future__ import annotations

import pytest

from autograder.cache import Cache
from autograder.guest.machine import CPU_SECONDS, TOGETHER
from autograder.judge import rubric
from autograder.judge.spins import ENOUGH, spins
from autograder.kernel import ready
from autograder.progress import ProgressLines
from autograder.results import Finding, Status
from autograder.sandbox.sandbox import choose
from tests.hopeless import Judged, Workshop
from tests.reference import SERIES

FILE = "mm/pgfault_history.c"
CPU_SECONDS_IN_ALL = 90
MOST_BOOTS = 15


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    cache, sandbox, lines = Cache.default(), choose(), ProgressLines()
    baseline = ready.baseline(SERIES, cache, sandbox, lines)
    return Workshop(cache, baseline, sandbox, lines).busy_reader(tmp_path_factory.mktemp("busy"))


def test_a_busy_reader_spins_in_few_boots(judged: Judged) -> None:
    alone = [seen for seen in judged.spun if seen.probe != TOGETHER]
    counted = [seen for seen in alone if spins(seen)]
    assert len(counted) == ENOUGH
    assert sum(seen.cpu_seconds for seen in counted) < ENOUGH * (CPU_SECONDS + 2)
    if counted == alone:  # else the machine was so busy that a guest was starved, and was repeated
        assert len(judged.spun) <= 2 * ENOUGH
        assert judged.boots <= MOST_BOOTS
        assert judged.cpu_seconds <= CPU_SECONDS_IN_ALL


def test_every_boot_that_spins_names_the_place(judged: Judged) -> None:
    for seen in judged.spun:
        assert seen.spot is not None
        assert seen.spot.entry == ("fs/proc/pgfault_history.c", "proc_pgfault_history_read")
        assert str(seen.spot) in str(seen.outcome)


def test_the_rest_is_not_reached_and_says_why(judged: Judged) -> None:
    verdicts = judged.verdicts
    assert set(verdicts) == {check.id for check in rubric.select(None)}
    assert not [v for v in verdicts.values() if v.status is Status.GRADER_ERROR]
    left = [v for v in verdicts.values() if "was not tried any more" in v.message]
    assert left
    for verdict in left:
        assert verdict.status is Status.NOT_REACHED
        assert verdict.finding is Finding.SPIN
        assert "the kernel spins in pgfault_history_read()" in verdict.message
        assert FILE in verdict.message
        assert verdicts[verdict.blocked_by].status is Status.FAILED


def test_what_passed_before_stays(judged: Judged) -> None:
    passed = {name for name, verdict in judged.verdicts.items() if verdict.status is Status.PASSED}
    assert {"build/boots", "file/exists_for_every_process", "file/mode"} <= passed

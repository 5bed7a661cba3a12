# SPDX-License-Identifier: MIT
"""Mistakes made by machine are built and judged: a few that are known, and a few of the day.

``make mutation`` takes hundreds, and demands that somebody has looked at each survivor.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.corpus import REFERENCE
from tests.mutation import trials
from tests.mutation.draw import draw
from tests.mutation.mutations import Mutation, of_files
from tests.mutation.results import Fate
from tests.mutation.trial import Trial

ROOT = Path(__file__).parents[2]
KNOWN = {
    "a status of another number": ("(128+1) + WTERMSIG", Fate.CAUGHT),
    "a loop left where there is none": ("_exit(EXIT_NOT_RUN);\n\tbreak;", Fate.NOT_BUILT),
    "a process that is never dead": ("/*WRITE_ONCE(history->dead, true);*/", Fate.CAUGHT),
}
OF_THE_DAY = 3


@pytest.fixture(scope="module")
def trial() -> Trial:
    trials.prepare((REFERENCE.name,))
    return trials.by_solution[REFERENCE.name]


def all_of(trial: Trial) -> list[Mutation]:
    """Every mutation of the reference."""
    solution = trial.solution
    return of_files(solution.name, solution.sources, solution.added)


@pytest.mark.parametrize("name", KNOWN)
def test_what_becomes_of_a_known_one(trial: Trial, name: str) -> None:
    text, fate = KNOWN[name]
    result = trial.run(next(one for one in all_of(trial) if text in one.new[0]))
    assert result.fate is fate, result
    assert bool(result.caught_by) == (fate is Fate.CAUGHT)


def test_some_of_the_day(trial: Trial) -> None:
    """Whatever becomes of them, the grader is not at fault."""
    asked = ["git", "-C", str(ROOT), "log", "-1", "--format=%cd", "--date=format:%Y%m%d"]
    day = int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    results = [trial.run(one) for one in draw([trial.solution], OF_THE_DAY, day)]
    assert [row for row in results if row.fate is Fate.PROBLEM] == []

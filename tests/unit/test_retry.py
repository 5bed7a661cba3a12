# SPDX-License-Identifier: MIT
"""When a check is tried again: a table of cases."""

from __future__ import annotations

import pytest

from autograder.judge.retry import Attempt, decisive, undecided
from autograder.results import Status

STATUS = {"p": Status.PASSED, "f": Status.FAILED, "g": Status.GRADER_ERROR, "n": Status.NOT_REACHED}

# The attempts so far, whether another one follows, and the number of the one that counts.
# A capital letter: another boot would only end the same.
CASES = [
    ("p", False, 1),
    ("f", True, 1),
    ("F", False, 1),  # it spun until its deadline, or hung in the guest's own time
    ("ff", False, 1),
    ("fp", True, 2),
    ("fpp", False, 3),  # failed 1 of 3
    ("fpf", False, 1),  # failed 2 of 3
    ("fpF", False, 1),
    ("g", True, 1),
    ("gg", False, 2),
    ("gp", False, 2),
    ("gf", False, 2),  # the attempt at which the grader itself failed says nothing
    ("n", False, 1),
]


def attempts(letters: str) -> list[Attempt]:
    return [Attempt(STATUS[letter.lower()], settled=letter.isupper()) for letter in letters]


@pytest.mark.parametrize(("letters", "again", "counts"), CASES)
def test_cases(letters: str, again: bool, counts: int) -> None:
    made = attempts(letters)
    assert undecided(made) is again
    assert decisive(made) is made[counts - 1]


def test_every_course_of_events_ends_after_three_attempts() -> None:
    courses = [""]
    for _ in range(4):
        courses = [c + s for c in courses for s in "pfg" if not c or undecided(attempts(c))]
    assert courses == []

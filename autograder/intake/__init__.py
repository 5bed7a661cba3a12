# SPDX-License-Identifier: MIT
"""Intake: a submission, as handed in by a stranger, becomes plain files and checked values.

Nothing here runs anything.  What is wrong with a submission is a :class:`Problem` in the
value that comes out, never an exception; see :func:`take_in`.
"""

from autograder.intake.patch import PatchSummary, inspect
from autograder.intake.problem import Problem, Refusal
from autograder.intake.submission import Submission, take_in

__all__ = ["PatchSummary", "Problem", "Refusal", "Submission", "inspect", "take_in"]

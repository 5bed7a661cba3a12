# SPDX-License-Identifier: MIT
"""Verdicts: of a check that has not run, and of one that has."""

from __future__ import annotations

from autograder.judge import dependencies, rubric
from autograder.judge.retry import Attempt, decisive
from autograder.results import Status, Verdict


def verdict_of(check: rubric.Check, attempts: list[Attempt]) -> Verdict:
    """The verdict after ``attempts``: what most of them say."""
    chosen = decisive(attempts)
    verdict = empty_verdict(check)
    verdict.status = chosen.status
    verdict.points = check.points if chosen.status is Status.PASSED else 0
    verdict.message = chosen.message
    verdict.did, verdict.expected, verdict.observed = (
        chosen.did,
        chosen.expected,
        chosen.observed,
    )
    verdict.evidence = list(chosen.evidence)
    verdict.hint = chosen.hint or verdict.hint
    verdict.finding = chosen.finding
    verdict.blocked_by = chosen.blocked_by
    verdict.attempts = [str(attempt.status) for attempt in attempts]
    return verdict


def empty_verdict(check: rubric.Check, why: str = "") -> Verdict:
    """The verdict of a check that has not run."""
    return Verdict(
        id=check.id,
        number=check.number,
        title=check.title,
        area=check.area,
        rule=check.rule,
        clause=check.clause,
        hint=check.hint,
        tags=list(check.tags),
        visibility=check.visibility,
        extra_credit=check.extra_credit,
        depends_on=dependencies.foundations(check),
        max_points=check.points,
        message=why,
    )

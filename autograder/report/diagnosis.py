# SPDX-License-Identifier: MIT
"""What is wrong with a submission, and what to fix first: the failed checks by their causes.

A pure function over verdicts, as the reader may see them; every report begins with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import Evidence, Excerpt, Finding, Status, Verdict


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong, and the checks that it may explain."""

    finding: Finding
    sentence: str  # what this kernel or tool did: one sentence, with the place if it is known
    verdict: Verdict  # the failed check that shows it best: did, expected, observed, evidence
    hint: str
    place: Excerpt | None = None  # the line of the patch, with those around it
    evidence: Evidence | None = None  # the report, the compiler's words, the hang
    others: tuple[Verdict, ...] = ()  # further failed checks that may come of it
    not_tried: tuple[Verdict, ...] = ()  # checks that were not tried because of it
    lost: float = 0  # points of all of these that were not given


def diagnose(verdicts: Sequence[Verdict]) -> tuple[Cause, ...]:
    """The causes of all failures, the first to fix first; none where nothing failed.

    Every failed check belongs to exactly one cause: its ``verdict``, or among its ``others``.
    """
    failed = [verdict for verdict in verdicts if verdict.status is Status.FAILED]
    return tuple(
        Cause(
            verdict.finding,
            f"{verdict.title.rstrip('.')}: this does not work yet.",
            verdict,
            verdict.hint,
            lost=verdict.max_points - verdict.points,
        )
        for verdict in failed
    )

# SPDX-License-Identifier: MIT
"""When a check is tried again, and which of its attempts counts.

Two failures settle it; after a failure and a pass, a third attempt decides: 'failed 1 of 3: a
race is likely' reads differently.  A fault of the grader's own is tried once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import Evidence, Finding, Status


@dataclass
class Attempt:
    """One run of one check."""

    status: Status
    message: str = ""
    did: str = ""
    expected: str = ""
    observed: str = ""
    evidence: tuple[Evidence, ...] = ()
    hint: str = ""  # in place of the check's own
    finding: Finding = Finding.NONE
    blocked_by: str = ""
    settled: bool = False  # another boot would only take as long and end the same


def undecided(attempts: Sequence[Attempt]) -> bool:
    """Whether a check needs another attempt, after these in boots of its own."""
    failed = sum(attempt.status is Status.FAILED for attempt in attempts)
    broken = sum(attempt.status is Status.GRADER_ERROR for attempt in attempts)
    passed = sum(attempt.status is Status.PASSED for attempt in attempts)
    if attempts[-1].settled:
        return False
    return (failed == 1 and passed < 2 and not broken) or (broken == 1 and len(attempts) == 1)


def decisive(attempts: Sequence[Attempt]) -> Attempt:
    """The attempt that the verdict tells of: what most of them say."""
    failed = [attempt for attempt in attempts if attempt.status is Status.FAILED]
    passed = sum(attempt.status is Status.PASSED for attempt in attempts)
    return failed[0] if len(failed) > passed else attempts[-1]

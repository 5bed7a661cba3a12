# SPDX-License-Identifier: MIT
"""What pgfaultmap does with a trace that is damaged."""

from __future__ import annotations

from autograder.guest.observation import Observation
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.traces import expect_status

DAMAGE = {
    "overwrite": "a trace with 64 overwritten bytes",
    "random": "a file of random bytes",
    "late": "a trace whose first regions another reader had taken",
}


def expect_no_crash(seen: Observation) -> None:
    """Raise Mismatch where pgfaultmap was ended by a signal or did not end by itself."""
    for index in range(len(seen.numbers("at"))):
        for label, command in (
            (f"try.{index}", "pgfaultmap --events"),
            (f"try.{index}.map", "pgfaultmap"),
        ):
            did = f"{command} read {DAMAGE[seen.params['how']]}"
            expect_status(seen, label, did, 1, 0, hint=hints.TOOL_CRASH)

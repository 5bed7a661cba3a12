# SPDX-License-Identifier: MIT
"""What pgfaultmap does with a trace that is damaged."""

from __future__ import annotations

import os
import re
import signal

from autograder.guest.observation import Observation
from autograder.judge.expect import at_least_one, expect_that
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.traces import expect_status, how_it_ended

DAMAGE = {
    "overwrite": "a trace with 64 overwritten bytes",
    "random": "a file of random bytes",
    "late": "a trace whose first regions another reader had taken",
}


HIGHEST = 1 << 47
"""Where user space ends, in bytes: no region can end above it (CONTRACT.md, section 4)."""

TOO_LARGE = (
    "A region that ends above 2^47, or before it starts, is damage: say so and end with status 1 "
    "before you draw it."
)

_HEAD = re.compile(r"Region: *([0-9a-f]+) *- *([0-9a-f]+) ")


def expect_no_crash(seen: Observation) -> None:
    """Raise Mismatch where pgfaultmap was ended by a signal or did not end by itself."""
    for index in range(len(seen.numbers("at"))):
        for label, command in (
            (f"try.{index}", "pgfaultmap --events"),
            (f"try.{index}.map", "pgfaultmap"),
        ):
            did = f"{command} read {DAMAGE[seen.params['how']]}"
            status = seen.one(label).fields.get("status", "")
            if prints_too_much(status):
                expect_large_region(did, seen.text(f"{label}.out").rpartition("\n")[2])
            else:
                expect_status(seen, label, did, 1, 0, hint=hints.TOOL_CRASH)


def expect_an_end(seen: Observation) -> None:
    """Raise Mismatch where pgfaultmap crashes, or prints without end, for a number too large."""
    heads = iter(seen.every("head"))
    for tried in at_least_one(seen.all("huge"), "the check damaged a trace", "damage"):
        did = f"pgfaultmap read a trace with a number above 2^47 at byte {tried.number('place')}"
        status = tried.number("status")
        if prints_too_much(str(status)):
            expect_large_region(did, next(heads, ""))
            continue
        ended = how_it_ended(status) if status >= 0 else "no status: it did not end in 600 s"
        expect_that(
            did,
            status >= 0 and not os.WIFSIGNALED(status),
            expected="the tool ends with status 1",
            observed=f"the tool ends with {ended}",
            hint=hints.TOOL_CRASH if status >= 0 else hints.TOOL_HANG,
        )


def prints_too_much(status: str) -> bool:
    """Whether a tool with this wait status was ended because it printed more than 1 MiB."""
    number = int(status or -1)
    return number >= 0 and os.WIFSIGNALED(number) and os.WTERMSIG(number) == signal.SIGXFSZ


def expect_large_region(did: str, head: str) -> None:
    """Raise Mismatch unless what a tool went on printing is a region that can exist.

    ``head``: the beginning of the last line, which was not finished.
    """
    match = _HEAD.match(head)
    start, end = (int(match[1], 16), int(match[2], 16)) if match else (0, 0)
    expect_that(
        did,
        start < end <= HIGHEST,
        expected="the tool ends after a message and prints no more",
        observed=f"it prints more than 1 MiB, at last a line that begins with '{head[:60]}'",
        hint=TOO_LARGE if match else hints.TOOL_HANG,
    )

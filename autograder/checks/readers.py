# SPDX-License-Identifier: MIT
"""What checks share for looking at the readers of an observation."""

from __future__ import annotations

from autograder.checks.expect import expect_state, expect_that, fail
from autograder.guest.observation import Observation, Record

SECONDS = 400  # guest seconds for which a reader is left alone
PROMPT = 0.05  # guest seconds; computing takes none


def reads(seen: Observation, reader: str = "reader") -> list[Record]:
    """The calls of a reader that have returned."""
    return [record for record in seen.all("read") if record.text("reader") == reader]


def last_read(seen: Observation, did: str, expected: str, reader: str = "reader") -> Record:
    """The last call of a reader that should have come to its end."""
    calls = reads(seen, reader)
    if not seen.one(reader).number("done") or not calls:
        fail(did, expected=expected, observed="the reader sleeps")
    return calls[-1]


def expect_asleep(seen: Observation) -> None:
    """Raise Mismatch unless the reader slept from 'idle' to 'still_idle'."""
    idle, still = seen.one("idle"), seen.one("still_idle")
    did = "read from an empty trace of a living process"
    if idle.number("done") or still.number("done"):
        calls = reads(seen)
        fail(
            did,
            expected="the reader sleeps",
            observed=f"read answered {calls[-1].answer}" if calls else "the reader ended",
        )
    expect_state(f"{did}: state of the reader", idle, "S")
    expect_state(f"{did}: state of the reader {SECONDS} s later", still, "S")


def expect_woken(seen: Observation, did: str, expected: str) -> None:
    """Raise Mismatch unless a call returned soon after the event."""
    event = seen.one("event").real("now")
    returned = [call.real("until") for call in reads(seen) if call.real("until") >= event]
    expect_that(did, bool(returned), expected=expected, observed="the reader sleeps on")
    delay = min(returned) - event
    expect_that(did, delay <= PROMPT, expected=expected, observed=f"{delay:.3f} s later")

# SPDX-License-Identifier: MIT
"""What checks share for looking at the readers of an observation."""

from __future__ import annotations

from autograder.guest.observation import Observation, Record
from autograder.judge import answers
from autograder.judge.answers import READ
from autograder.judge.expect import expect_state, expect_that, fail
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer

SECONDS = 400  # guest seconds for which a reader is left alone
PROMPT = 0.05  # guest seconds; computing takes none
AFTER_EXIT = ("late", "of_first", "later")  # readers that begin when their process is gone
EMPTY = "a reader read the empty trace of a living process"


def reads(seen: Observation, reader: str = "reader") -> list[Record]:
    """The calls of a reader that have returned."""
    return [record for record in seen.all("read") if record.text("reader") == reader]


def last_read(seen: Observation, did: str, *expected: str, reader: str = "reader") -> Record:
    """The last call of a reader that should have ended with one of ``expected``."""
    calls = reads(seen, reader)
    if not seen.one(reader).number("done") or not calls:
        ended = seen.one(reader).number("done")
        asleep = hints.NO_END if reader in AFTER_EXIT else hints.SLEEPS_ON
        fail(
            did,
            expected=answers.expected(READ, *expected),
            observed="the read never returned" if ended else "the read did not return: it sleeps",
            hint=hints.KILLED_IN_CALL if ended else asleep if calls else hints.MUST_NOT_SLEEP,
        )
    return calls[-1]


def expect_end_of_file(seen: Observation, did: str, reader: str = "late", hint: str = "") -> None:
    """Raise Mismatch unless a reader's last call returned 0."""
    expect_answer(did, last_read(seen, did, "0", reader=reader), "0", hint=hint)


def expect_asleep(seen: Observation) -> None:
    """Raise Mismatch unless the reader slept from 'idle' to 'still_idle'."""
    idle, still = seen.one("idle"), seen.one("still_idle")
    if idle.number("done") or still.number("done"):
        calls = reads(seen)
        answer = calls[-1].answer if calls else ""
        fail(
            EMPTY,
            expected="the read sleeps until there is a record",
            observed=answers.observed(READ, answer) if calls else "the reader ended in the read",
            hint=hints.ZERO_IS_THE_END if answer == "0" else hints.ENDED_EARLY,
        )
    expect_state(EMPTY, idle, "S")
    expect_state(f"{EMPTY}, and {SECONDS} s passed", still, "S")


def expect_woken(seen: Observation, did: str, expected: str) -> None:
    """Raise Mismatch unless a call returned soon after the event.

    ``expected``: what the reader gets, such as 'the record'.
    """
    event = seen.one("event").real("now")
    returned = [call.real("until") for call in reads(seen) if call.real("until") >= event]
    expect_that(
        did,
        bool(returned),
        expected=f"the reader gets {expected} at once",
        observed="the reader sleeps on",
        hint=hints.SLEEPS_ON,
    )
    delay = min(returned) - event
    expect_that(
        did,
        delay <= PROMPT,
        expected=f"the reader gets {expected} at once",
        observed=f"the reader gets {expected} {delay:.3f} s later",
        hint=hints.SLEEPS_ON,
    )

# SPDX-License-Identifier: MIT
"""Say what was expected and what was observed, so that every report can show both.

``did`` is what was done, in the past tense; ``expected`` and ``observed`` are clauses of the
same shape, so that a page can mark the words in which they differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from _pytest.outcomes import Skipped

from autograder.guest.observation import Observation, Record
from autograder.judge import answers, hints
from autograder.judge.answers import READ
from autograder.results import Evidence, Finding

STATES = {
    "R": "runs",
    "S": "sleeps",
    "D": "sleeps and cannot be killed",
    "Z": "has ended",
    "-": "is gone",
}


class NotReached(Skipped):
    """A check cannot be tried; ``by`` is the id of the failed check that stands in its way."""

    def __init__(self, reason: str, by: str, finding: Finding = Finding.NONE) -> None:
        super().__init__(reason)
        self.by = by
        self.finding = finding


class Mismatch(AssertionError):  # noqa: N818  (a verdict, not an error of ours)
    """A submission did not do what was expected of it."""

    def __init__(
        self,
        did: str,
        expected: object,
        observed: object,
        *,
        hint: str = "",
        finding: Finding = Finding.MISMATCH,
        evidence: Sequence[Evidence] = (),
    ) -> None:
        """``hint`` fits what was observed: it is shown instead of the check's own.

        ``evidence`` comes before what the grader chooses from the observation.
        """
        self.did = did
        self.hint = hint
        self.finding = finding
        self.evidence = tuple(evidence)
        self.expected = str(expected)
        self.observed = str(observed)
        super().__init__(f"{did}: expected {self.expected}, observed {self.observed}")


def expect(did: str, observed: object, expected: object, *, hint: str = "") -> None:
    """Raise Mismatch unless ``observed`` equals ``expected``."""
    if observed != expected:
        raise Mismatch(did, expected, observed, hint=hint)


def expect_that(
    did: str, holds: bool, *, expected: object, observed: object, hint: str = ""
) -> None:
    """Raise Mismatch unless ``holds``."""
    if not holds:
        raise Mismatch(did, expected, observed, hint=hint)


def expect_state(did: str, record: Record, expected: str, who: str = "the reader") -> None:
    """Raise Mismatch unless ``who`` is in a state, as /proc/PID/stat names it."""
    state = record.text("state")
    if state != expected:
        raise Mismatch(
            did,
            f"{who} {STATES[expected]}",
            f"{who} {STATES.get(state) or f'is in the state {state or chr(63)}'}",
            hint=hints.for_state(state, expected) if "reader" in who else "",
        )


def expect_answer(did: str, call: Record, *allowed: str, of: str = READ, hint: str = "") -> None:
    """Raise Mismatch unless a system call answered one of ``allowed`` (``ESRCH``, ``0`` ...)."""
    if call.answer not in allowed:
        expected, observed = answers.expected(of, *allowed), answers.observed(of, call.answer)
        raise Mismatch(did, expected, observed, hint=hint)


def expect_success(did: str, call: Record) -> None:
    """Raise Mismatch unless a system call of the traced process succeeded."""
    if call.number("ret") < 0:
        raise Mismatch(
            did,
            answers.expected("the call", "0"),
            answers.observed("the call", call.answer),
            hint=hints.NO_ERROR_EXPECTED,
        )


def expect_error(did: str, call: Record, of: str, *, hint: str = "") -> None:
    """Raise Mismatch unless a system call failed, with whatever error."""
    if call.number("ret") >= 0:
        raise Mismatch(
            did, f"{of} fails with an error", answers.observed(of, call.answer), hint=hint
        )


def made(seen: Observation, name: str, did: str, of: str) -> Record:
    """The record of a call that a process of the check made.

    Errors: Mismatch where the process did not live to note it.
    """
    found = seen.all(name)
    if not found:
        raise Mismatch(
            did,
            f"{of} returns or fails with an error",
            f"{of} never returned",
            hint=hints.KILLED_IN_CALL,
        )
    return found[-1]


def at_least_one(records: list[Record], did: str, what: str) -> list[Record]:
    """``records``; Mismatch where there are none, so that nothing is judged by nothing."""
    if not records:
        raise Mismatch(did, f"at least one {what}", f"no {what}")
    return records


def fail(did: str, *, expected: object, observed: object, hint: str = "") -> NoReturn:
    """Raise Mismatch."""
    raise Mismatch(did, expected, observed, hint=hint)


def counted(number: int, one: str, many: str = "") -> str:
    """``1 fault``, ``2 faults``."""
    return f"{number or 'no'} {one if number == 1 else many or f'{one}s'}"


def some(items: Iterable[object], most: int = 12) -> str:
    """The first of ``items`` in words, with how many there are."""
    words = [str(item) for item in items]
    if not words:
        return "none"
    more = f", … ({len(words)} in all)" if len(words) > most else ""
    return ", ".join(words[:most]) + more

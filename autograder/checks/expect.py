# SPDX-License-Identifier: MIT
"""Say what was expected and what was observed, so that every report can show both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from _pytest.outcomes import Skipped

from autograder.guest.observation import Record
from autograder.results import Finding

STATES = {
    "R": "it runs",
    "S": "it sleeps",
    "D": "it sleeps and cannot be killed",
    "Z": "it has ended",
    "-": "it is gone",
}


class NotReached(Skipped):
    """A check cannot be tried; ``by`` is the id of the failed check that stands in its way."""

    def __init__(self, reason: str, by: str) -> None:
        super().__init__(reason)
        self.by = by


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
    ) -> None:
        """``hint`` fits what was observed: it is shown instead of the check's own."""
        self.did = did
        self.hint = hint
        self.finding = finding
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


def expect_state(did: str, record: Record, expected: str) -> None:
    """Raise Mismatch unless the process in ``record`` is in a state, as /proc/PID/stat names it."""
    state = record.text("state")
    expect(did, STATES.get(state, f"state {state}"), STATES[expected])


def expect_answer(did: str, call: Record, *allowed: str) -> None:
    """Raise Mismatch unless a system call answered one of ``allowed`` (``ESRCH``, ``0`` ...)."""
    if call.answer not in allowed:
        raise Mismatch(did, " or ".join(allowed), call.answer)


def expect_error(did: str, call: Record) -> None:
    """Raise Mismatch unless a system call failed, with whatever error."""
    if call.number("ret") >= 0:
        raise Mismatch(did, "an error", call.answer)


def fail(did: str, *, expected: object, observed: object, hint: str = "") -> NoReturn:
    """Raise Mismatch."""
    raise Mismatch(did, expected, observed, hint=hint)


def some(items: Iterable[object], most: int = 12) -> str:
    """The first of ``items`` in words, with how many there are."""
    words = [str(item) for item in items]
    if not words:
        return "none"
    more = f" ... ({len(words)} in all)" if len(words) > most else ""
    return ", ".join(words[:most]) + more

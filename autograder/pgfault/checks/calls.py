# SPDX-License-Identifier: MIT
"""What reads and writes of the history answer, with the hint that fits."""

from __future__ import annotations

from autograder.guest.observation import Record
from autograder.judge import expect
from autograder.judge.answers import READ, WRITE
from autograder.pgfault.checks import hints

_FITTING = {READ: hints.for_read, WRITE: hints.for_write}


def expect_answer(did: str, call: Record, *allowed: str, of: str = READ, hint: str = "") -> None:
    """Raise Mismatch unless a system call answered one of ``allowed`` (``ESRCH``, ``0`` ...).

    Without a ``hint``, the one that fits what a read or a write answered is shown.
    """
    fitting = _FITTING.get(of)
    fits = hint or (fitting(call.answer, allowed) if fitting else "")
    expect.expect_answer(did, call, *allowed, of=of, hint=fits)

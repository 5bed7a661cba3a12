# SPDX-License-Identifier: MIT
"""What a look gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(str, Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"

    __str__ = str.__str__


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``remedy`` says what to do if it is not well."""

    what: str
    state: State
    seen: str
    remedy: str = ""


def ok(what: str, seen: str) -> Finding:
    """Nothing to do."""
    return Finding(what, State.OK, seen)


def warning(what: str, seen: str, remedy: str) -> Finding:
    """Grading works, but slower or less well."""
    return Finding(what, State.WARNING, seen, remedy)


def missing(what: str, seen: str, remedy: str) -> Finding:
    """Grading refuses to start, or cannot finish."""
    return Finding(what, State.MISSING, seen, remedy)

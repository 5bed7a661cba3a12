# SPDX-License-Identifier: MIT
"""Which check rests on which: where the one fails, the other may fail for that alone.

Only the nearest foundations are named at a check (``@rests_on``); what they rest on in turn
follows.  Nothing is judged by this: it tells a student with thirty failed checks where to begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from autograder.judge.stages import TOOLS_CHECK


class Item(Protocol):
    """What is asked of a rubric's item."""

    @property
    def id(self) -> str:
        """Area and name."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The tools without which it cannot be tried."""

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The ids that it names itself, or its area does."""


def foundations(check: Item) -> list[str]:
    """The ids of the checks that ``check`` rests on directly."""
    tools = (TOOLS_CHECK,) if check.needs else ()
    return [name for name in (*check.rests_on, *tools) if name != check.id]


def resting_on(depends_on: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """For each check all those that rest on it, directly or through others."""
    below: dict[str, set[str]] = {name: set() for name in depends_on}

    def under(name: str, seen: set[str]) -> set[str]:
        for foundation in depends_on.get(name, ()):
            if foundation not in seen:
                seen.add(foundation)
                under(foundation, seen)
        return seen

    for name in depends_on:
        for foundation in under(name, set()):
            below.setdefault(foundation, set()).add(name)
    return below

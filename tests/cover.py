# SPDX-License-Identifier: MIT
"""A small part of the corpus that fails nearly every check: for a run that has minutes."""

from __future__ import annotations

from collections.abc import Iterable

from tests.corpus import Mutant

WIDEST = 12  # checks: a mistake that fails more of them proves little of each
COST_OF_A_KERNEL = 0.5  # in checks proven: a mistake in a tool needs no kernel


def cover(mutants: Iterable[Mutant], most: int) -> list[Mutant]:
    """At most ``most`` of ``mutants``, each chosen for the checks that none before it fails."""
    candidates = [mutant for mutant in mutants if len(mutant.fails) <= WIDEST]
    chosen: list[Mutant] = []
    proven: set[str] = set()
    while len(chosen) < most and candidates:
        best = max(candidates, key=lambda mutant: (_gain(mutant, proven), mutant.name))
        if best.fails <= proven:
            break
        chosen.append(best)
        proven |= best.fails
        candidates.remove(best)
    return chosen


def _gain(mutant: Mutant, proven: set[str]) -> float:
    new = len(mutant.fails - proven)
    return new - COST_OF_A_KERNEL if new and mutant.changes_kernel else new

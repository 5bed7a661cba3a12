# SPDX-License-Identifier: MIT
"""The solutions whose mutations are tried: each is built once, and its objects are kept."""

from __future__ import annotations

from autograder.bulk.versions import own
from autograder.cache import Cache
from autograder.kernel import ready
from autograder.progress import ProgressLines
from autograder.sandbox.sandbox import choose
from tests.corpus import REFERENCE
from tests.mutation.draw import UNLIKE, mutable, solution_called
from tests.mutation.trial import Trial
from tests.reference import SERIES, kept_build

by_solution: dict[str, Trial] = {}
"""Filled by prepare(); the processes of a pool have it from their parent."""


def kit() -> str:
    """What a mutation is judged with: its result holds as long as this is the same."""
    versions = own()
    return f"{versions['checks']} {versions['probes']}"


def prepare(names: tuple[str, ...] = (REFERENCE.name, *UNLIKE)) -> None:
    """Build the solutions with these names; the first is the one that most mutations are of.

    Errors: GraderError where one does not build.
    """
    cache, sandbox, lines = Cache.default(), choose(), ProgressLines()
    baseline = ready.baseline(SERIES, cache, sandbox, lines)
    for name in names:
        folder = solution_called(name)
        kept = kept_build(folder, baseline, cache, sandbox, lines)
        solution = mutable(folder, kept.tree)
        by_solution[name] = Trial(solution, kept, cache, sandbox, lines, kit())
    lines.close()

# SPDX-License-Identifier: MIT
"""Which mutations are tried: a seed draws them from the correct solutions."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.judge.patchlines import PatchedLines
from tests.corpus import REFERENCE, SOLUTIONS
from tests.mutation.mutations import Mutation, of_files
from tests.reference import patch_of

UNLIKE = ("mm_kfifo", "text_seq")
"""Two solutions that have little in common with the reference or with each other."""

SOURCES = (".c", ".h")


@dataclass(frozen=True)
class Mutable:
    """A correct solution with its sources, the patch applied."""

    folder: Path
    sources: Mapping[str, Sequence[str]] = field(repr=False)  # lines, by file
    added: Mapping[str, frozenset[int]] = field(repr=False)

    @property
    def name(self) -> str:
        """What it is called in the results."""
        return self.folder.name

    def key(self, mutation: Mutation) -> str:
        """The name of a mutation, for its line in survivors.toml."""
        return mutation.key(self.sources[mutation.file])

    def diff(self, mutation: Mutation) -> str:
        """The mutation as a diff on this solution."""
        return mutation.diff(self.sources[mutation.file])


def solution_called(name: str) -> Path:
    """The folder of a correct solution."""
    return REFERENCE if name == REFERENCE.name else SOLUTIONS / name


def mutable(folder: Path, tree: Path) -> Mutable:
    """A solution whose patched kernel is in ``tree``."""
    sources: dict[str, list[str]] = {}
    added: dict[str, frozenset[int]] = {}
    for name, lines in PatchedLines(patch_of(folder)).added().items():
        if name.endswith(SOURCES):
            sources[name] = _lines(tree / name)
            added[name] = lines
    for path in sorted((folder / "tools").rglob("*")):
        if path.suffix in SOURCES:
            name = str(path.relative_to(folder))
            sources[name] = _lines(path)
            added[name] = frozenset(range(1, len(sources[name]) + 1))
    return Mutable(folder, sources, added)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True)


def draw(solutions: Sequence[Mutable], count: int, seed: int) -> list[Mutation]:
    """``count`` different mutations: two of three are of the first solution.

    First a line is drawn, then one of the kinds of its mutations, then a mutation: otherwise a
    line full of numbers, which has dozens, would stand for many.
    """
    by_line = [_by_line(solution) for solution in solutions]
    if sum(len(found) for lines in by_line for kinds in lines for found in kinds) < count:
        raise ValueError(f"there are no {count} mutations")
    chance = random.Random(seed)
    drawn: dict[Mutation, None] = {}
    while len(drawn) < count:
        first = len(solutions) == 1 or chance.random() < 2 / 3
        lines = by_line[0] if first else by_line[chance.randrange(1, len(solutions))]
        drawn.setdefault(chance.choice(chance.choice(chance.choice(lines))))
    return list(drawn)


def _by_line(solution: Mutable) -> list[list[list[Mutation]]]:
    """For each line, for each kind: the mutations."""
    lines: dict[tuple[str, int], dict[str, list[Mutation]]] = {}
    for mutation in of_files(solution.name, solution.sources, solution.added):
        kinds = lines.setdefault((mutation.file, mutation.line), {})
        kinds.setdefault(mutation.kind, []).append(mutation)
    return [list(kinds.values()) for kinds in lines.values()]

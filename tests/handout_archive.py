# SPDX-License-Identifier: MIT
"""The handout as the tests look at it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tests.corpus import HERE

REFERENCE = HERE.parent / "reference-solution"

_PLACE = re.compile(r"^(?:diff |index |@@ |\+\+\+ |--- |From |Date: |Subject: |[+-]?\s*# *include)")
WORTH = 12  # characters of a line without blanks, below which it says nothing
NEAR = 4  # successive lines that are the same: a copy


def normal(text: str) -> list[str]:
    """The lines of a source or patch that say something, without blanks and marks."""
    lines = []
    for line in text.splitlines():
        if _PLACE.match(line):
            continue
        line = re.sub(r"^[+-](?![+-])", "", line)
        line = re.sub(r"\s+", "", re.sub(r"^\s*(?:/?\*+/?|//|#)\s?", "", line))
        if len(line) >= WORTH and "SPDX-License" not in line:
            lines.append(line)
    return lines


def grams(lines: list[str], length: int) -> set[tuple[str, ...]]:
    """Every run of ``length`` successive lines."""
    return {tuple(lines[n : n + length]) for n in range(len(lines) - length + 1)}


def added(patch: str) -> str:
    """What a patch adds, without its context, which is the kernel's."""
    lines = patch.splitlines()
    return "\n".join(
        line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")
    )


def secrets() -> dict[str, str]:
    """What no student may get, by its name: solutions and mistakes, their own lines only."""
    found = {}
    for path in _files([REFERENCE, HERE / "solutions", HERE / "mutants"]):
        text = path.read_text()
        is_patch = path.suffix in (".patch", ".diff")
        found[str(path)] = added(text) if is_patch else text
    return found


def _files(folders: Iterable[Path]) -> list[Path]:
    kinds = {".c", ".h", ".patch", ".diff", ".md"}
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in kinds
    ]

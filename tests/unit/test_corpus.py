# SPDX-License-Identifier: MIT
"""The corpus is in order, before anything of it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.judge import rubric
from autograder.pgfault.rules import rules
from tests.corpus import HERE, load, mutants

PATHS = sorted((HERE / "mutants").glob("*/*.diff"))
IDS = {check.id for check in rubric.every_check()}


def test_every_file_is_a_mutant() -> None:
    assert len(mutants()) + len(mutants(drafts=True)) == len(PATHS)
    for path in PATHS:
        mutant = load(path)
        assert mutant.changes_kernel or mutant.changes_tools, path
        assert mutant.rule in rules(), path
        assert mutant.mistake.endswith("."), path
        assert mutant.is_draft or mutant.fails <= IDS, mutant.fails - IDS
        assert mutant.may_fail <= IDS, mutant.may_fail - IDS
        assert mutant.fails or mutant.depends, f"{path} is not seen, and nobody says why"


def test_each_mistake_is_told_once() -> None:
    diffs = [load(path).diff for path in PATHS]
    assert len(set(diffs)) == len(diffs)


def test_an_incomplete_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reading" / "x.diff"
    path.parent.mkdir()
    path.write_text("Mistake: something\nRule: R1\n\n--- a/mm/x.c\n+++ b/mm/x.c\n")
    with pytest.raises(ValueError, match="Fails"):
        load(path)

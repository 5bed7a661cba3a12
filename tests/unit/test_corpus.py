# SPDX-License-Identifier: MIT
"""The corpus is in order, before anything of it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.judge import rubric
from autograder.pgfault.rules import rules
from tests.corpus import HERE, REFERENCE, SOLUTIONS, load, mutants, tools_of

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


def _draft(folder: Path, of: str, diff: str = "--- a/mm/x.c\n+++ b/mm/x.c\n") -> Path:
    path = folder / "reading" / "x.diff"
    path.parent.mkdir()
    path.write_text(f"Mistake: something.\nRule: R1\n{of}Fails: ???\n\n{diff}")
    return path


def test_a_mistake_is_one_on_the_reference_unless_it_says_otherwise(tmp_path: Path) -> None:
    mutant = load(_draft(tmp_path, ""))
    assert mutant.of == REFERENCE
    assert mutant.solution == ""


def test_a_mistake_on_a_solution_has_its_tools(tmp_path: Path) -> None:
    change = "--- a/tools/x.c\n+++ b/tools/x.c\n@@ -0,0 +1 @@\n+int x;\n"
    mutant = load(_draft(tmp_path, "Of: solutions/one_lock\n", change))
    assert mutant.of == SOLUTIONS / "one_lock"
    assert mutant.solution == "solutions/one_lock"
    tools = tools_of(mutant, tmp_path)
    assert (tools / "x.c").read_text() == "int x;\n"
    theirs = {path.name for path in (SOLUTIONS / "one_lock" / "tools").iterdir()}
    assert theirs <= {path.name for path in tools.iterdir()}


@pytest.mark.parametrize("name", ["solutions/none_such", "mutants", ""])
def test_a_solution_that_does_not_exist_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no correct submission"):
        load(_draft(tmp_path, f"Of: {name}\n"))


def test_an_incomplete_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reading" / "x.diff"
    path.parent.mkdir()
    path.write_text("Mistake: something\nRule: R1\n\n--- a/mm/x.c\n+++ b/mm/x.c\n")
    with pytest.raises(ValueError, match="Fails"):
        load(path)

# SPDX-License-Identifier: MIT
"""How the commands of the assignment's text are found."""

from __future__ import annotations

import pytest

from autograder.pgfault import milestones
from tests.corpus import HERE, load
from tests.stages import STAGES, Stage, StageRow, table
from tests.student_way import Block, Command, Ran, blocks, commands


def test_the_text_is_read_as_a_student_reads_it() -> None:
    text = "## 2. Set up\n\n```console\n$ make boot\nguest# ls  # look\n$ make x\n```\n"
    (block,) = blocks(text)
    assert block == Block("2. Set up", "console", ("$ make boot", "guest# ls  # look", "$ make x"))
    assert commands(block) == [
        Command("2. Set up", "make boot", (("guest# ", "ls"),)),
        Command("2. Set up", "make x"),
    ]
    with pytest.raises(ValueError, match="neither"):
        commands(Block("", "console", ("rm -rf x",)))


def ran(output: str) -> Ran:
    return Ran(Command("", "make check"), 2, output, 1.5)


def test_the_stages_are_in_the_order_of_the_milestones() -> None:
    names = [step.name for step in milestones.MILESTONES]
    places = [names.index(stage.milestone) for stage in STAGES if stage.milestone]
    assert places == sorted(places) and not STAGES[0].milestone
    for stage in STAGES[2:]:
        assert not stage.mistake or load(HERE / "mutants" / f"{stage.mistake}.diff").fails
    assert {stage.milestone for stage in STAGES[2:] if stage.mistake} == set(names[:-1])


def test_what_is_wrong_with_a_stage_is_named() -> None:
    good = StageRow(
        Stage("M1", "x/y"), ran("\x1b[Kchecking\x1b[Kone\ntwo\n"), [], "A card.", 1, 0, 5, 3
    )
    assert good.lines == ["one", "two"] and good.complaints == []
    bad = StageRow(Stage("M1", "x/y"), ran("x" * 81 + "\n" * 40 + "end\n"), [], "", 1, 2, 5, 3)
    assert bad.complaints == [
        "2 grader errors",
        "41 lines",
        "a line is too long",
        "no card, though there is a mistake",
    ]
    rows = table([good, bad]).splitlines()
    assert rows[2] == "| M1 | x/y | A card. | 1 | 5 | 2 | 3 | 2 | - |"

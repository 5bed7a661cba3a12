# SPDX-License-Identifier: MIT
"""How the commands of the assignment's text are found."""

from __future__ import annotations

import pytest

from tests.student_way import Block, Command, blocks, commands


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

# SPDX-License-Identifier: MIT
"""Steps of a target are told as the system calls that they are."""

from __future__ import annotations

import pytest

from autograder.judge import rubric
from autograder.pgfault.trace.steps import after, words

BASE = 0x2A5D72E000


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("map 0 64", "mmap() mapped 64 pages at 2a5d72e000"),
        ("file 1 1", "mmap() mapped a file: 1 page at 2a6d72e000"),
        ("unmap 0 2 3", "munmap() unmapped 3 pages at 2a5d730000"),
        ("protect 0 16 9 r", "mprotect() made 9 pages at 2a5d73e000 read-only"),
        ("resize 0 2 3", "mremap() resized the mapping at 2a5d72e000 from 2 to 3 pages"),
        ("move 0 2 3", "mremap() moved 2 pages at 2a5d72e000 to 3 pages at 2a6572e000"),
        ("touch 0 3,5", "the process wrote to pages 3, 5 of the mapping at 2a5d72e000"),
        ("fill 0 " + ",".join(map(str, range(9))), "read() copied from a pipe into 9 pages of"),
        ("brk -2", "brk() removed 2 pages from the heap"),
        ("brk 1", "brk() added 1 page to the heap"),
        ("exec", "execve() replaced the program"),
        ("dance 1 2 3", "'dance'"),
        ("protect 0", "'protect 0'"),
    ],
)
def test_a_step_is_told_as_a_system_call(step: str, told: str) -> None:
    assert words(step, BASE).startswith(told)


def test_every_step_of_every_check_has_words() -> None:
    told = 0
    for check in rubric.checks():
        if check.plan is None or check.plan.probe != "steps":
            continue
        params = check.plan.job(1).params
        for index in range(1, len(params["steps"].split(";")) + 1):
            assert "'" not in after(params, index)
            told += 1
    assert told > 50

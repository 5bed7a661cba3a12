# SPDX-License-Identifier: MIT
"""Steps of a target are told as the system calls that they are."""

from __future__ import annotations

import pytest

from autograder.checks import rubric
from autograder.trace.steps import after, words

BASE = 0x2A5D72E000


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("map 0 64", "mmap of 2a5d72e000-2a5d76e000 (64 pages)"),
        ("file 1 1", "mmap of a file: 2a6d72e000-2a6d72f000 (1 page)"),
        ("unmap 0 2 3", "munmap of 2a5d730000-2a5d733000 (3 pages)"),
        ("protect 0 16 9 r", "mprotect of 2a5d73e000-2a5d747000 (9 pages) to PROT_READ"),
        ("resize 0 2 3", "mremap of 2a5d72e000-2a5d730000 (2 pages) to 3 pages, in place"),
        ("move 0 2 3", "mremap of 2a5d72e000-2a5d730000 (2 pages) to 2a6572e000, 3 pages"),
        ("touch 0 3,5", "writing to pages 3, 5 of the mapping at 2a5d72e000"),
        ("fill 0 " + ",".join(map(str, range(9))), "read(2) from a pipe into 9 pages of the"),
        ("brk -2", "brk that takes away 2 pages"),
        ("exec", "execve"),
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

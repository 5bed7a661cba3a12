# SPDX-License-Identifier: MIT
"""The lines of the source that addr2line names."""

from __future__ import annotations

import re

import pytest

from autograder.guest.symbols import functions, places

OUTPUT = """0x00000000603016ba
/kernel/./include/linux/spinlock.h:642
/kernel/mm/pgfault_history.c:390
/kernel/mm/pgfault_history.c:455
0x0000000060052a47
/kernel/arch/um/kernel/process.c:78 (discriminator 1)
0x0000000000000005
??:0
0x0000000060140aec
/kernel/./include/linux/kasan.h:402
0x0000000060515933
/kernel/kernel/sched/core.c:5533
0x0000000060000001
/etc/passwd:1
"""


def test_the_line_outside_of_the_headers_counts() -> None:
    assert places(OUTPUT) == {
        0x603016BA: "mm/pgfault_history.c:390",
        0x60052A47: "arch/um/kernel/process.c:78",
        0x60140AEC: "include/linux/kasan.h:402",
        0x60515933: "kernel/sched/core.c:5533",
    }


@pytest.mark.parametrize("tree", ["/linux/", "/home/linux/kernel/pgfault/linux/"])
def test_a_student_builds_in_a_folder_of_any_name(tree: str) -> None:
    assert places(re.sub("^/kernel/", tree, OUTPUT, flags=re.MULTILINE)) == places(OUTPUT)


def test_noise_is_no_place() -> None:
    assert places("") == {}
    assert places("addr2line: no such file\nmm/x.c:3\n") == {}


def test_names_that_stand_for_two_functions_are_left_out() -> None:
    output = (
        "0000000060010000 T one\n0000000060020000 t two\n0000000060030000 t two\n"
        "0000000060040000 D data\n                 U gone\n"
    )
    assert functions(output) == {"one": 0x60010000}

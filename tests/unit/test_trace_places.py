# SPDX-License-Identifier: MIT
"""What regions are called."""

from __future__ import annotations

from autograder.pgfault.trace import places
from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import parse
from autograder.pgfault.trace.history import History
from autograder.pgfault.trace.places import Place

MAPS = """\
00400000-00401000 r--p 00000000 00:03 84                                 /init
00401000-00480000 r-xp 00001000 00:03 84                                 /init
004a0000-004a8000 rw-p 000a0000 00:03 84                                 /init
004a8000-004b0000 rw-p 00000000 00:00 0
0052f000-00540000 rw-p 00000000 00:00 0                                  [heap]
1000000000-1000040000 rw-p 00000000 00:00 0
7f0000000000-7f0000002000 r-xp 00000000 00:03 90                         /lib/libc.so.6
7f0000010000-7f0000012000 rw-s 00000000 00:01 7                          /dev/zero (deleted)
7f7fff8fd000-7f7fff91e000 rw-p 00000000 00:00 0                          [stack]
7f7fff920000-7f7fff922000 r-xp 00000000 00:00 0                          [vdso]
ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0                  [vsyscall]
"""


def history(*ranges: str) -> History:
    lines = [f"0.{at:09d} add {at} {each}" for at, each in enumerate(ranges)]
    return History(parse("\n".join(lines)))


def test_maps_name_regions() -> None:
    assert [place.name for place in places.of_maps(MAPS)] == [
        "the program's read-only data",
        "the program's text",
        "the program's data",
        "the program's data",
        "the heap",
        "the mapped file libc.so.6",
        "shared memory",
        "the stack",
        "[vdso]",
    ]


def test_the_program_may_lie_above_its_libraries() -> None:
    text = (
        "40000000-40001000 r-xp 00000000 00:03 1 /lib64/ld-linux-x86-64.so.2\n"
        "40037000-4005d000 r-xp 00000000 00:03 2 /lib/libc.so.6\n"
        "550000009000-550000019000 r-xp 00009000 00:03 3 /usr/bin/ps\n"
    )
    assert [place.name for place in places.of_maps(text)] == [
        "the mapped file ld-linux-x86-64.so.2",
        "the mapped file libc.so.6",
        "the program's text",
    ]


def test_a_region_is_called_what_it_shares_most_pages_with() -> None:
    known = [*places.of_maps(MAPS), *places.of_check({"base": "0x1000000000"})]
    seen = history(
        *("0052f000-00530000", "1000000000-1000040000", "1010000000-1010001000"),
        *("00480000-004a1000", "20000000-20001000", "7f7fff91a000-7f7fff91e000"),
    )
    assert places.names(seen, known) == [
        *("the heap", "the check's area", "the check's area"),
        *("the program's data", "", "the stack"),
    ]


def test_of_a_trace_alone_the_stack_is_guessed() -> None:
    seen = history("400000-480000", "7f7fff8fd000-7f7fff91e000", "7f7fff920000-7f7fff922000")
    assert places.names(seen, []) == ["", "the stack", ""]
    assert places.names(history("400000-480000", "10000000-20000000"), []) == ["", ""]
    assert places.names(history(), []) == []


def test_a_second_program_has_a_stack_of_its_own() -> None:
    seen = History(
        parse(
            "0.000000001 add a 7f7fff8fd000-7f7fff91e000\n"
            "0.000000002 add b 7f7ffe000000-7f7ffe010000\n"
            "0.000000003 fault 7f7fff900000\n"
            "0.000000004 remove b\n"
            "0.000000005 remove a\n"
            "0.000000006 add c 7f7fff800000-7f7fff801000\n"
            "0.000000007 resize c 7f7fff700000-7f7fff721000\n"
        )
    )
    assert places.names(seen, []) == ["the stack", "", "the stack"]


def test_an_exact_range_counts_more_than_a_larger_one() -> None:
    known = [Place(Extents(0x1000, 0x9000), "large"), Place(Extents(0x2000, 0x3000), "small")]
    assert places.names(history("2000-3000", "3000-4000"), known) == ["small", "large"]


def test_a_check_without_areas_names_none() -> None:
    assert places.of_check({}) == []

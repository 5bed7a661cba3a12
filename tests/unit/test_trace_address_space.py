# SPDX-License-Identifier: MIT
"""Regions reconstructed from events."""

from __future__ import annotations

import pytest

from autograder.pgfault.trace.address_space import Extents, TraceError, follow, maps, named
from autograder.pgfault.trace.events import Event, parse

MAPS = """\
00400000-00401000 r--p 00000000 00:03 84                                 /init
0050d000-0052f000 rwxp 00000000 00:00 0                                  [heap]
0052f000-00540000 rw-p 00000000 00:00 0                                  [heap]
1234560000-1234568000 rw-p 00000000 00:00 0
7f7fff8fd000-7f7fff91e000 rw-p 00000000 00:00 0                          [stack]
ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0                  [vsyscall]
"""


def events(*lines: str) -> list[Event]:
    return parse("".join(f"1.000000000 {line}\n" for line in lines))


def test_a_split_told_as_remove_and_adds() -> None:
    space = follow(
        events("add a 1000-5000", "fault 2000", "remove a", "add b 1000-2000", "add c 3000-5000")
    )
    assert space.extents() == [Extents(0x1000, 0x2000), Extents(0x3000, 0x5000)]
    assert [region.id for region in space.ever] == ["a", "b", "c"]


def test_map_line_has_last_extents_and_pages_of_its_own_time() -> None:
    space = follow(
        events(
            *("fault 3000", "add a 1000-3000", "fault 2fff", "resize a 1000-5000"),
            *("fault 4000", "remove a", "add b 1000-2000", "fault 1000"),
        )
    )
    assert space.ever[0].map_line() == "Region: 00001000 - 00005000 (   4 pages): |.X.X|"
    assert space.ever[1].map_line() == "Region: 00001000 - 00002000 (   1 pages): |X|"


@pytest.mark.parametrize(
    "lines",
    [
        ["remove a"],
        ["resize a 1000-2000"],
        ["add a 1000-2000", "add a 3000-4000"],
        ["add a 2000-2000"],
        ["add a 3000-2000"],
        ["add a 1001-2000"],
        ["add a 1000-2000", "remove a", "remove a"],
    ],
)
def test_contradictions(lines: list[str]) -> None:
    with pytest.raises(TraceError):
        follow(events(*lines))


def test_after_a_loss_contradictions_are_taken() -> None:
    space = follow(events("lost 3", "remove a", "add b 1000-2000", "add b 1000-2000"))
    assert space.lost == 3
    assert space.extents() == [Extents(0x1000, 0x2000)]


def test_maps_leaves_out_the_gate_area_and_joins_the_heap() -> None:
    regions = maps(MAPS)
    assert len(regions) == 5
    assert regions[3] == Extents(0x1234560000, 0x1234568000)
    assert named(MAPS, "[heap]") == Extents(0x50D000, 0x540000)
    with pytest.raises(LookupError):
        named(MAPS, "[none]")

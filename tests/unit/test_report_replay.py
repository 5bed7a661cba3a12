# SPDX-License-Identifier: MIT
"""A trace beside /proc/PID/maps: what matches is counted, and a difference reported once."""

from __future__ import annotations

from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import parse
from autograder.pgfault.trace.places import Place
from autograder.pgfault.trace.story import Checkpoint, Story
from autograder.pgfault.viewer.replay import Replay

FIRST, SECOND, THIRD = (Extents(at, at + 0x2000) for at in (0x10000, 0x20000, 0x30000))
EVENTS = parse("0.000000001 add a 10000-12000\n0.000000002 fault 10000\n")


def compared(*moments: tuple[list[Extents], list[int]]) -> Replay:
    points = [
        Checkpoint(2, f"after step {number}", regions, touched)
        for number, (regions, touched) in enumerate(moments)
    ]
    return Replay(Story("t", EVENTS, points, places=[Place(SECOND, "the heap")]))


def test_what_matches_is_one_line() -> None:
    found = compared(*[([FIRST], [0x10000])] * 30).comparison
    assert found is not None
    assert found.words == "at all 30 moments compared"
    assert (found.differing, found.repeated, found.left_out) == ([], 0, 0)
    one = compared(([FIRST], [])).comparison
    assert one is not None and one.words == "at the one moment compared"
    assert Replay(Story("t", EVENTS)).comparison is None


def test_each_difference_is_reported_once() -> None:
    found = compared(
        ([FIRST], []),
        ([FIRST, SECOND], []),
        ([FIRST, SECOND], []),
        ([SECOND, THIRD], [0x10000, 0x11000]),
        ([SECOND, THIRD], [0x10000, 0x11000]),
    ).comparison
    assert found is not None
    assert found.words == "at 1 of the 5 moments compared"
    assert [(moment.label, moment.differences) for moment in found.differing] == [
        (
            "after step 1",
            ["00020000-00022000 (the heap, 2 pages) is in /proc/PID/maps but is not in the trace"],
        ),
        (
            "after step 3",
            [
                "00030000-00032000 (2 pages) is in /proc/PID/maps but is not in the trace",
                "00010000-00012000 (2 pages) is in the trace but is not in /proc/PID/maps",
                "1 page was touched, but the trace has no fault on it: 11000",
            ],
        ),
    ]
    assert found.repeated == 2


def test_many_differences_are_counted() -> None:
    regions = [Extents(at << 16, (at << 16) + 0x1000) for at in range(40, 60)]
    pages = list(range(0x500000, 0x51E000, 0x1000))
    found = compared(([FIRST, *regions], pages)).comparison
    assert found is not None
    (moment,) = found.differing
    assert len(moment.differences) == 14
    assert moment.differences[12] == "8 more regions differ"
    assert moment.differences[13].startswith("30 pages were touched, but the trace has no fault")
    assert moment.differences[13].endswith(", 50b000 and 18 more")


def test_the_summary_says_in_what_way_a_trace_is_wrong() -> None:
    assert compared(([FIRST], [])).summary == "2 events, 1 region"
    assert compared(([SECOND], [])).summary.endswith("differs from /proc/PID/maps after step 0")
    assert compared(([FIRST], [0x11000])).summary.endswith("misses page faults after step 0")

# SPDX-License-Identifier: MIT
"""Where a trace and /proc/PID/maps differ is told line by line, so that it can be marked."""

from __future__ import annotations

import pytest

from autograder.judge.expect import Mismatch
from autograder.pgfault.checks.traces import expect_pages, expect_regions
from autograder.pgfault.trace.address_space import Extents
from autograder.report.differences import marked

HEAD, PART, TAIL = Extents(0x1000, 0x3000), Extents(0x3000, 0x4000), Extents(0x4000, 0x9000)
FAR = [Extents(at, at + 0x1000) for at in range(0x100000, 0x140000, 0x2000)]


def differing(observed: list[Extents], expected: list[Extents]) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        expect_regions("the regions", observed, expected)
    return caught.value


def test_equal_regions_are_no_mismatch() -> None:
    expect_regions("the regions", [HEAD, TAIL], [HEAD, TAIL])


def test_both_sides_have_a_line_for_each_region_near_the_difference() -> None:
    told = differing([PART, *FAR], [HEAD, PART, TAIL, *FAR])
    assert told.expected.splitlines() == [str(one) for one in (HEAD, PART, TAIL, FAR[0])]
    assert told.observed.splitlines() == ["absent", str(PART), "absent", str(FAR[0])]
    expected, observed = marked(told.expected, told.observed)
    assert [piece.text.strip() for piece in expected if piece.differs] == [str(HEAD), str(TAIL)]
    assert [piece.text for piece in observed if piece.differs] == ["absent", "absent"]


def test_a_region_that_is_there_twice_is_told() -> None:
    told = differing([HEAD, HEAD, TAIL], [HEAD, TAIL])
    assert told.observed.splitlines() == [f"{HEAD} (2 times)", str(TAIL)]


def test_of_many_differences_the_first_are_told() -> None:
    told = differing([], FAR)
    assert len(told.expected.splitlines()) == len(told.observed.splitlines()) == 17
    assert told.expected.endswith("(16 more lines)")


def test_what_a_trace_lacks_is_a_clause() -> None:
    """It goes on after 'but' at the top of a report."""
    expect_pages("the process touched a page", [3], [3])
    with pytest.raises(Mismatch) as none:
        expect_pages("the process touched a page", [], [3])
    assert none.value.observed == "the trace has no fault there"
    assert none.value.expected == "the trace has 1 fault, on page 3"
    with pytest.raises(Mismatch) as twice:
        expect_pages("the process touched a page", [3, 3, 9], [3, 4])
    first, *more = twice.value.observed.splitlines()
    assert first == (
        "in the trace, 1 page has no fault, 1 page has a fault and must have none, "
        "1 page has too many faults"
    )
    assert more[1:] == [
        "1 page has no fault: 4",
        "1 page has a fault and must have none: 9",
        "1 page has too many faults: 3",
    ]
    with pytest.raises(Mismatch, match="in the trace, the faults are in another order"):
        expect_pages("the process touched pages", [4, 3], [3, 4])

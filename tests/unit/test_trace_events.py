# SPDX-License-Identifier: MIT
"""The text of a trace."""

from __future__ import annotations

import pytest

from autograder.pgfault.trace.events import EventKind, EventSyntaxError, parse, parse_line


def test_every_kind() -> None:
    text = (
        "0.000000001 add a 1000-3000 more words\n1.5 x\n".splitlines()[0]
        + "\n12.000000500 resize a 1000-2000\n12.000000500 fault 1FFF write\n"
        + "13.000000000 lost 17\n13.000000001 remove a\n"
    )
    events = parse(text)
    assert [event.kind for event in events] == [
        EventKind.ADD,
        EventKind.RESIZE,
        EventKind.FAULT,
        EventKind.LOST,
        EventKind.REMOVE,
    ]
    assert (events[0].time, events[0].id, events[0].start, events[0].end) == (1, "a", 4096, 12288)
    assert events[1].time == 12_000_000_500
    assert (events[2].address, events[2].page) == (0x1FFF, 0x1000)
    assert events[3].count == 17


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "three words"),
        ("1.5 fault 1000", "nine digits"),
        ("1.0000000000 fault 1000", "nine digits"),
        ("1.000000000 touch 1000", "add, resize, remove, fault or lost"),
        ("1.000000000 fault 0x1000", "hexadecimal"),
        ("1.000000000 fault 11112222333344445", "hexadecimal"),
        ("1.000000000 add a 1000", "START-END"),
        ("1.000000000 add a", "START-END"),
        ("1.000000000 lost many", "a decimal number"),
        ("1.000000000  fault 1000", "second word"),
    ],
)
def test_bad_lines_are_named(line: str, words: str) -> None:
    with pytest.raises(EventSyntaxError, match=words):
        parse_line(line, 3)

# SPDX-License-Identifier: MIT
"""What comes over the serial line is read without trust."""

from __future__ import annotations

from random import Random

import pytest

from autograder.guest.observation import Ending, Observation, Outcome
from autograder.guest.protocol import parse

GOOD = b"T booted now=0.1\nT bytes a.out 5\nab\ncd\nT read ret=-1 errno=3 reader=r\n"


def test_records_and_files() -> None:
    records, files = parse(GOOD, "T")
    assert [record.name for record in records] == ["booted", "bytes", "read"]
    assert files == {"a.out": b"ab\ncd"}
    assert records[2].answer == "ESRCH"
    assert records[0].real("now") == 0.1


def test_lines_without_the_tag_do_not_count() -> None:
    records, files = parse(b"finished now=1\nX finished now=1\nTfinished a=1\n", "T")
    assert not records
    assert not files


def test_a_file_that_is_cut_short_is_kept_as_far_as_it_came() -> None:
    records, files = parse(b"T bytes x 100\nonly this", "T")
    assert files == {"x": b"only this"}
    assert records[0].text("size") == "9"


def test_absurd_sizes_are_left_out() -> None:
    records, files = parse(b"T bytes x 99999999999999\nT booted a=1\n", "T")
    assert not files
    assert [record.name for record in records] == ["booted"]


def test_damage_never_raises() -> None:
    source = Random(7)
    for _ in range(300):
        data = bytearray(GOOD)
        for _ in range(source.randrange(1, 8)):
            data[source.randrange(len(data))] = source.randrange(256)
        parse(bytes(data), "T")


def test_of_files_with_one_name_the_last_counts_and_none_is_lost() -> None:
    data = b"".join(b"T bytes stack 1\n%d\n" % number for number in range(3))
    records, files = parse(data, "T")
    seen = Observation(
        probe="p",
        params={},
        outcome=Outcome(kind=Ending.COMPLETED),
        records=records,
        files=files,
    )
    assert seen.text("stack") == "2"
    assert seen.every("stack") == ["0", "1", "2"]
    assert seen.every("other") == []


def test_of_records_with_one_name_the_last_counts() -> None:
    records, _ = parse(b"T reader bytes=1\nT reader bytes=2\n", "T")
    seen = Observation(
        probe="drain", params={}, outcome=Outcome(kind=Ending.COMPLETED), records=records
    )
    assert seen.one("reader").number("bytes") == 2
    assert [record.number("bytes") for record in seen.all("reader")] == [1, 2]
    with pytest.raises(LookupError, match="the probe drain noted no late"):
        seen.one("late")

# SPDX-License-Identifier: MIT
"""Copied work is found, shared and unlike work is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.bulk import page
from autograder.bulk.classbook import ClassBook, Entry
from autograder.bulk.shelf import ClassList
from autograder.bulk.similarity import Similarity, compare
from autograder.cache import Cache
from autograder.course import Course
from tests.reference import SERIES
from tests.sample_class import record

TOOL = """
#include <stdio.h>
int count_{name}(const char *text, int from, int to)
{{
\tint {a} = 0;

\tfor (int {b} = from; {b} < to; {b}++) {{
\t\tif (text[{b}] == '{c}' || (text[{b}] > 'a' && text[{b}] < '{c}'))
\t\t\t{a} += {b} % 7;
\t\telse if ({b} > 100)
\t\t\treturn -{a};
\t}}
\twhile ({a} > 1000)
\t\t{a} -= to - from;
\treturn {a};
}}
"""
OTHER = """
#include <stdlib.h>
struct list { struct list *next; double weight; };
double heaviest(struct list *head)
{
\tdouble best = -1.0;
\tstruct list *here = head;

\tdo {
\t\tbest = here->weight > best ? here->weight : best;
\t\there = here->next;
\t} while (here != NULL && here != head);
\tfree(head);
\treturn best;
}
unsigned long reversed(unsigned long bits)
{
\tunsigned long back = 0;

\tswitch (bits & 3) {
\tcase 0: back |= bits << 2; break;
\tcase 1: back ^= ~bits; break;
\tdefault: back = bits;
\t}
\treturn back >> 1;
}
"""


def hand_in(folder: Path, name: str, text: str) -> Entry:
    tools = folder / name / "tools"
    tools.mkdir(parents=True)
    (tools / "tool.c").write_text(text)
    (tools / "Makefile").write_text("all:\n")
    return Entry(name, record(name, path=str(folder / name)), None)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def found(entries: list[Entry], given: list[Path], cache: Cache) -> dict[tuple[str, str], float]:
    result = compare(entries, given, SERIES, cache, lambda phrase, part: None)
    assert result.compared == len(entries)
    return {(pair.left, pair.right): pair.most for pair in result.pairs}


def test_other_names_and_remarks_hide_nothing(tmp_path: Path, cache: Cache) -> None:
    entries = [
        hand_in(tmp_path, "ada", TOOL.format(name="x", a="sum", b="i", c="q")),
        hand_in(
            tmp_path, "bob", "/* all mine */\n" + TOOL.format(name="y", a="total", b="at", c="q")
        ),
        hand_in(tmp_path, "eve", OTHER),
    ]
    pairs = found(entries, [], cache)
    assert set(pairs) == {("ada", "bob")}
    assert pairs["ada", "bob"] > 0.8


def test_what_everybody_got_is_left_out(tmp_path: Path, cache: Cache) -> None:
    text = TOOL.format(name="x", a="sum", b="i", c="q")
    entries = [hand_in(tmp_path, name, text) for name in ("ada", "bob")]
    (tmp_path / "starter.c").write_text(text)
    assert ("ada", "bob") in found(entries, [], cache)
    assert found(entries, [tmp_path / "starter.c"], cache) == {}


def test_what_cannot_be_read_is_said(tmp_path: Path, cache: Cache) -> None:
    gone = Entry("gone", record("gone", path=str(tmp_path / "gone")), None)
    (tmp_path / "bad.zip").write_bytes(b"PK nonsense")
    bad = Entry("bad", record("bad", path=str(tmp_path / "bad.zip")), None)
    result = compare([gone, bad], [], SERIES, cache, lambda phrase, part: None)
    assert result.not_read == ["gone", "bad"] and result.pairs == []


def test_the_page_shows_it_and_calls_nobody_guilty(tmp_path: Path, cache: Cache) -> None:
    text = TOOL.format(name="x", a="sum", b="i", c="q")
    entries = [hand_in(tmp_path, name, text) for name in ("ada", "bob")]
    compare(entries, [], SERIES, cache, lambda phrase, part: None).write(tmp_path)
    names = ClassList(submissions="", series=SERIES, names=["ada", "bob"])
    book = ClassBook(Course(), names, entries)
    source = page.render(book, Similarity.read(tmp_path))
    assert "Similar submissions" in source and "not a verdict" in source
    assert 'href="ada/feedback.html"' in source

# SPDX-License-Identifier: MIT
"""Which lines of a patch were reached: from what guests report to what people read."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from autograder.bulk import tables
from autograder.bulk.classbook import ClassBook, Entry
from autograder.bulk.shelf import ClassList
from autograder.course import Course
from autograder.errors import GraderError
from autograder.guest import places, stretches
from autograder.guest.coverage import Coverage, Line
from autograder.guest.observation import Record
from autograder.guest.places import Frame, Place
from autograder.guest.stretches import numbered
from autograder.judge.coverage import MOST_SHOWN, covered_files
from autograder.judge.patchlines import PatchedLines
from autograder.report import html
from autograder.report.coverage import Reach
from autograder.results import CoveredFile
from autograder.sandbox.sandbox import Sandbox
from tests import sample_class
from tests.page import Page

PUT = Place(0x10, "put", "mm/a.c", 2, (Frame("caller", "mm/a.c", 20),))
PLACES = [PUT, Place(0x20, "put", "mm/a.c", 2), Place(0x30, "get", "mm/a.c", 8)]
PATCH = "--- /dev/null\n+++ b/mm/a.c\n@@ -0,0 +1,20 @@\n" + "".join(
    f"+\tline({number});\n" for number in range(1, 21)
)


class Search:
    """Stands for the search in a kernel's file: counts how often it is made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: bool = False) -> None:
        self.made = 0
        self.fails = fails
        monkeypatch.setattr(places, "find", self.find)
        monkeypatch.setattr(
            stretches, "stretches", lambda linux, found, sandbox: numbered(found, {})
        )

    def find(self, *_: object) -> list[Place]:
        self.made += 1
        if self.fails:
            raise GraderError("the kernel's lines cannot be read")
        return PLACES


def coverage() -> Coverage:
    """That of a kernel which is not there."""
    return Coverage(Path("linux"), {}, cast(Sandbox, None))


def test_a_line_was_reached_if_any_of_its_places_was(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(monkeypatch)
    seen = coverage()
    assert seen.told(needed=False) == b"place 10 0 0\nplace 20 0 1\nplace 30 1 2\n"
    seen.take([], {"covered": b"20\n"})
    seen.take([], {"covered": b"99\nx\n-1\n0x30\n\xff\n"})  # no places, and no addresses
    assert seen.lines() == {
        "mm/a.c": {
            2: Line("put", ran=True),
            20: Line("caller", ran=False),
            8: Line("get", ran=False),
        }
    }
    seen.take([], {"covered": b"10\n"})
    assert seen.lines()["mm/a.c"][20].ran
    assert search.made == 1


def test_what_a_job_sent_is_left_without_the_report() -> None:
    own = Record(name="bytes", fields={"of": "maps", "size": "1"})
    report = Record(name="bytes", fields={"of": "covered", "size": "1"})
    files = {"covered": b"1\n", "maps": b"m"}
    assert coverage().take([own, report], files) == ([own], {"maps": b"m"})


def test_who_did_not_look_saw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Search(monkeypatch)
    seen = coverage()
    seen.take([], {"maps": b"m"})
    assert seen.lines() == {}


def test_a_kernel_that_cannot_be_read_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(monkeypatch, fails=True)
    seen = coverage()
    assert [seen.told(needed=False) for _ in range(3)] == [b""] * 3
    with pytest.raises(GraderError):
        seen.told(needed=True)
    assert search.made == 1


def file_of(lines: dict[int, Line]) -> CoveredFile:
    """What is told of the file, of whose lines these have code."""
    (found,) = covered_files({"mm/a.c": lines}, PatchedLines(PATCH.encode()))
    return found


def test_lines_not_seen_come_with_their_surroundings() -> None:
    lines = {number: Line("put", ran=number == 3) for number in (1, 3, 5, 12)}
    lines[13] = Line("get", ran=False)
    told = file_of(lines)
    assert (told.with_code, told.reached) == ([1, 3, 5, 12, 13], [3])
    shown = [(part.function, part.missed, part.lines[0].number) for part in told.not_seen]
    assert shown == [("put", [1, 5], 1), ("put", [12], 10), ("get", [13], 11)]
    assert [line.number for line in told.not_seen[0].lines] == [1, 2, 3, 4, 5, 6, 7]


def test_so_many_lines_are_shown_and_the_others_counted() -> None:
    patch = "--- /dev/null\n+++ b/mm/a.c\n@@ -0,0 +1,500 @@\n" + "+x\n" * 500
    lines = {number: Line("put", ran=False) for number in range(1, 501)}
    reach = Reach(covered_files({"mm/a.c": lines}, PatchedLines(patch.encode())))
    assert reach.missed == 500 and reach.left_out == 500 - MOST_SHOWN
    assert sum(row.missed for part in reach.parts for row in part.rows) == MOST_SHOWN


def test_the_page_has_the_lines_and_never_calls_them_dead() -> None:
    result = sample_class.result()
    lines = {number: Line("put", ran=number < 8) for number in range(1, 11)}
    result.coverage = [file_of(lines)]
    words = Page(html.render(result)).words
    assert "Lines that no check reached 3" in words
    assert "10 have code. The checks reached 7 of them (70 %)" in words
    assert "Your patch, in put() : mm/a.c:8 6 + line(6); 7 + line(7); Not seen: 8 +" in words
    assert "dead" not in words.partition("Lines that no check")[2].partition("Repeat")[0]


def test_a_page_without_such_lines_says_nothing_of_them() -> None:
    result = sample_class.result()
    assert "no check reached" not in Page(html.render(result)).words
    result.coverage = [file_of({1: Line("put", ran=True)})]
    assert "no check reached" not in Page(html.render(result)).words


def entry(name: str, coverage: list[CoveredFile]) -> Entry:
    """A graded submission."""
    result = sample_class.result(name)
    return Entry(name, sample_class.record(name), result.model_copy(update={"coverage": coverage}))


def test_the_table_of_a_class() -> None:
    half = file_of({1: Line("put", ran=True), 2: Line("put", ran=False)})
    full = file_of({1: Line("put", ran=True)})
    entries = [entry("ada", [full]), entry("bob", [half]), entry("eve", [])]
    console = Console(width=80)
    with console.capture() as capture:
        tables.coverage(
            ClassBook(Course(), ClassList(submissions="", series="7.3", names=[]), entries), console
        )
    rows = [line.split() for line in capture.get().splitlines()]
    assert rows[1:] == [
        ["bob", "2", "1", "50"],
        ["ada", "1", "1", "100"],
        ["of", "1", "other", "submission", "nothing", "was", "seen"],
    ]


def test_the_lines_of_one_student() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        tables.not_seen(entry("bob", [file_of({9: Line("put", ran=False)})]), console)
        tables.not_seen(entry("eve", []), console)
    told = capture.get()
    assert "reached 0 of 1 line with code (0 %)" in told
    assert "mm/a.c:9, in put()\n     7     line(7);\n" in told
    assert "\n!    9     line(9);\n" in told
    assert "Nothing was seen" in told

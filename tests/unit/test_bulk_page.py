# SPDX-License-Identifier: MIT
"""The instructor's page: well formed, complete, and harmless whatever anybody is called."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from autograder.bulk import gradebook, page, statistics
from autograder.bulk.classbook import ClassBook, Entry
from autograder.bulk.shelf import ClassList
from autograder.bulk.students import Student
from autograder.course import Course
from autograder.results import Status
from tests.sample_class import record, result

HOSTILE = "</script><script>alert(1)</script>\"' onload='x' {{ 7*7 }} \u202e\x1b[2J"


class Page(HTMLParser):
    """Notes the elements, their attributes, and whether they nest."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in ("meta", "input", "line", "rect", "col"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def book(*entries: Entry, **facts: object) -> ClassBook:
    names = [entry.name for entry in entries]
    fields = {"submissions": "/class", "series": "7.3", "names": names, **facts}
    return ClassBook(Course(), ClassList.model_validate(fields), list(entries))


def hostile() -> ClassBook:
    made = result(HOSTILE, ("build/boots",))
    made.notes = [HOSTILE]
    about = record(students=[Student(id="1", name=HOSTILE)], message=HOSTILE, remark=HOSTILE)
    broken = result("bob", ("build/boots",), Status.GRADER_ERROR)
    trouble = record("bob", outcome="grader_error", message=HOSTILE)
    return book(
        Entry("ada", about, made),
        Entry("bob", trouble, broken),
        Entry("eve", None, None),
        remarks=[HOSTILE],
        roster=[Student(id="2", name="=cmd|' /C calc'!A0")],
    )


def test_nothing_that_anybody_wrote_runs() -> None:
    source = page.render(hostile())
    parsed = Page(source)
    assert "<script>alert" not in source
    assert "\x1b" not in source and "\u202e" not in source
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on")]
    loading = [(tag, name) for tag, name, _ in parsed.attributes if name in ("src", "srcset")]
    assert loading == []


def test_the_policy_allows_just_this_script() -> None:
    source = page.render(hostile())
    (script,) = re.findall(r"<script>(.*?)</script>", source, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in source.replace("&#39;", "'")


def test_links_stay_inside() -> None:
    parsed = Page(page.render(hostile()))
    links = [value or "" for _, name, value in parsed.attributes if name == "href"]
    ids = {f"#{value}" for _, name, value in parsed.attributes if name == "id"}
    inside = {link for link in links if link.startswith("#")}
    assert inside and inside <= ids
    out = set(links) - inside
    assert out and all(re.fullmatch(r"(ada|bob)/feedback\.html", link) for link in out)


def test_the_grader_errors_come_first() -> None:
    source = page.render(hostile())
    assert source.index("what the grader still owes") < source.index("Points that count")


def test_a_class_without_a_single_result(tmp_path: Path) -> None:
    empty = book(Entry("ada", None, None))
    Page(page.render(empty))
    gradebook.write(empty, tmp_path)
    assert "not graded yet" in (tmp_path / "gradebook.csv").read_text()


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    gradebook.write(hostile(), tmp_path)
    for name in ("gradebook.csv", "canvas.csv", "moodle.csv"):
        text = (tmp_path / name).read_text()
        assert not re.search(r"(^|,)\"?[=@+]", text, re.M), name
        assert "\x1b" not in text


def test_moodle_gets_its_worksheet_back() -> None:
    bob = Student(
        id="2",
        name="Bob",
        moodle="Participant 12",
        maximum="50",
        graded="Tuesday, 1 December 2026, 12:30 AM",
    )
    ada = Student(id="1", name="Ada", moodle="Participant 11")
    late = result("bob")
    full = book(
        Entry("ada", record(students=[ada]), result()),
        Entry("bob", record("bob", students=[bob]), late),
        roster=[Student(id="3", name="Eve", moodle="Participant 13")],
    )
    head, *lines = gradebook.moodle(full)
    # The three without which Moodle refuses the file.
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(head)
    told = [dict(zip(head, line, strict=True)) for line in lines]
    assert [line["Identifier"] for line in told] == [f"Participant {n}" for n in (11, 12, 13)]
    assert [line["Last modified (grade)"] for line in told] == ["-", bob.graded, "-"]
    assert [line["Maximum grade"] for line in told] == ["100", "50", "100"]
    assert told[2]["Grade"] == "0"


def test_points_that_moodle_would_pass_over_are_told() -> None:
    ada = Student(id="1", name="Ada", moodle="Participant 11")
    better = result()
    better.totals.points = 105
    told = book(Entry("ada", record(students=[ada]), better))
    assert [row.student for row in gradebook.too_many(told)] == [ada]
    assert "Moodle passes over" in page.render(told)
    better.totals.points = 100
    assert "Moodle passes over" not in page.render(told)


def test_full_marks_have_a_bar_of_their_own() -> None:
    results = [result(), result(), result(), result()]
    for made, points in zip(results, (0, 99.99, 100, 112), strict=True):
        made.totals.points = points
    entries = [Entry(str(n), record(str(n)), made) for n, made in enumerate(results)]
    bins = statistics.distribution(book(*entries))
    assert [each.count for each in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    assert bins[-1].low == 100


def test_what_cannot_be_read_is_not_said_to_be_tried_again() -> None:
    broken = record(outcome="unreadable", message="no zip file")
    source = page.render(book(Entry("ada", broken, result())))
    assert "Cannot be read" in source
    assert "tried again" not in source


def test_an_extension_for_nobody_is_told() -> None:
    course = Course.model_validate({"extensions": {"ada": {"days": 1}, "adda": {"days": 1}}})
    told = replace(book(Entry("ada", record(), result())), course=course)
    assert "an extension for adda" in page.render(told)
    assert "an extension for ada," not in page.render(told)


def test_why_most_was_not_reached_is_in_the_books() -> None:
    made = result("ada", ("build/boots", "reading/stopped"), Status.NOT_REACHED)
    for verdict in made.verdicts:
        verdict.message = "no kernel" if verdict.status is Status.NOT_REACHED else ""
    told = book(Entry("ada", record(), made))
    assert "2 not reached: no kernel" in page.render(told)
    assert "2 not reached: no kernel" in gradebook.gradebook(told)[1]

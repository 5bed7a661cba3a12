# SPDX-License-Identifier: MIT
"""The instructor's page: well formed, complete, and harmless whatever anybody is called."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from autograder.bulk import gradebook, page, statistics
from autograder.bulk.classbook import ClassBook, Entry
from autograder.bulk.finishing import finished
from autograder.bulk.shelf import ClassList
from autograder.bulk.students import Student
from autograder.course import Course
from autograder.report import html
from autograder.report.diagnosis import Cause
from autograder.results import Evidence, Finding, Status
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
    assert source.index("Not graded completely") < source.index("Points that count")


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
    assert "Moodle ignores a grade" in page.render(told)
    better.totals.points = 100
    assert "Moodle ignores a grade" not in page.render(told)


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
    assert "2 not tried: no kernel." in page.render(told)
    assert "2 not tried: no kernel." in gradebook.gradebook(told)[1]


SHORT, STOPPED = "reading/short_buffer", "reading/stopped"


def entry(name: str, student: str, *failed: str, **facts: object) -> Entry:
    about = record(name, students=[Student(id=name, name=student)], **facts)
    return Entry(name, about, result(name, failed))


def text_of(source: str, section: str) -> str:
    """The words of the section whose heading has the id ``section``."""
    (inside,) = re.findall(
        rf'<section[^>]* aria-labelledby="{section}">(.*?)</section>', source, re.S
    )
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", inside)).split())


def test_where_most_stumble_first_is_said_and_counted() -> None:
    full = book(
        entry("ada", "Ada", SHORT),
        entry("bob", "Bob", SHORT),
        entry("joe", "Joe", STOPPED),
        entry("zoe", "Zoe"),
    )
    number = {v.id: v.number for _, made in full.graded for v in made.verdicts}
    words = text_of(page.render(full), "stumble")
    assert words.startswith(f"Most stumble first at {number[SHORT]} (2 of 4 submissions)")
    assert "1 submission failed no check" in words
    assert words.index("2 submissions") < words.index("Ada , Bob") < words.index("Joe")
    assert "Zoe" not in words


def test_what_cannot_be_read_stumbles_nowhere() -> None:
    broken = Entry("bob", record("bob", outcome="unreadable"), result("bob", (SHORT,)))
    full = book(entry("ada", "Ada", SHORT), broken)
    (stumble,) = statistics.stumbles(full, statistics.first_causes(full))
    assert [each.name for each in stumble.entries] == ["ada"]
    assert "(1 of 1 submission)" in text_of(page.render(full), "stumble")


def test_one_kind_of_report_or_one_finding_at_one_check_is_one_cause() -> None:
    entries = [entry(str(n), str(n), SHORT) for n in range(4)]
    (verdict,) = [v for _, made in book(entries[0]).graded for v in made.verdicts if v.id == SHORT]
    other = verdict.model_copy(update={"id": STOPPED})
    freed = Evidence(kind="report", title="BUG: KASAN: slab-use-after-free", text="Read of size 8")
    hang = Cause(Finding.HANG, "It hangs.", verdict, "")
    causes = {
        "0": hang,
        "1": Cause(Finding.REPORT, "A report at mm/vma.c:1.", other, "", evidence=freed),
        "2": Cause(Finding.REPORT, "A report at mm/vma.c:2.", verdict, "", evidence=freed),
        "3": Cause(Finding.REPORT, "A report at mm/vma.c:2.", verdict, "", evidence=freed),
    }
    reports, hangs = statistics.stumbles(book(*entries), causes)
    assert [each.name for each in reports.entries] == ["1", "2", "3"]
    assert reports.cause.sentence == "A report at mm/vma.c:2." and not reports.alike
    assert hangs.cause == hang and hangs.alike
    assert page.few_words(hang) == f"{verdict.number} hang"
    assert page.few_words(reports.cause) == f"{verdict.number} kernel reads memory it has freed"


def test_a_tie_and_a_scattered_class_are_headed_so() -> None:
    names = [v.id for v in result().verdicts if v.number in ("3.1", "3.2", "3.3")]
    tie = book(*(entry(name, name, name) for name in names[:2]))
    assert "Most stumble first at 3.1 and 3.2 (1 of 2 submissions each)" in text_of(
        page.render(tie), "stumble"
    )
    scattered = book(*(entry(name, name, name) for name in names))
    assert "No check stands out" in text_of(page.render(scattered), "stumble")


def test_the_hardest_checks_come_by_the_share_that_fails() -> None:
    unreached = entry("zoe", "Zoe")
    assert unreached.result is not None
    for verdict in unreached.result.verdicts:
        verdict.status = Status.NOT_REACHED
    full = book(entry("ada", "Ada", SHORT, STOPPED), entry("bob", "Bob", STOPPED), unreached)
    hardest = statistics.hardest(statistics.checks(full))
    assert [figures.verdict.id for figures in hardest] == [STOPPED, SHORT]
    assert [figures.judged for figures in hardest] == [2, 2], "who never came so far is not counted"
    assert "100% 2 2" in text_of(page.render(full), "hardest")


def test_who_has_no_kernel_is_named() -> None:
    full = book(
        entry("ada", "Ada", "build/kernel_builds"),
        entry("bob", "Bob", "build/boots"),
        entry("joe", "Joe", "build/patch_applies", "build/kernel_builds"),
        entry("zoe", "Zoe", SHORT),
    )
    words = text_of(page.render(full), "no-kernel")
    assert "(3 submissions)" in words and "Zoe" not in words
    places = [words.index(part) for part in ("does not apply", "Joe", "does not compile", "Ada")]
    assert places == sorted(places) and words.index("does not boot") < words.index("Bob")
    assert words.count("Joe") == 1
    assert 'id="no-kernel"' not in page.render(book(entry("zoe", "Zoe", SHORT)))


def test_namesakes_are_told_apart() -> None:
    full = book(entry("a1", "Ada", SHORT), entry("a2", "ada", SHORT), entry("b1", "Bob"))
    source = page.render(full)
    for section in ("stumble", "class", "grid-title"):
        words = text_of(source, section)
        assert "Ada ( a1 )" in words and "ada ( a2 )" in words, section
        assert "( b1 )" not in words


def test_namesakes_without_ids_are_told_apart_by_their_submissions() -> None:
    entries = [
        Entry(name, record(name, students=[Student(name="Ada")]), result(name))
        for name in ("one", "other")
    ]
    words = text_of(page.render(book(*entries)), "class")
    assert "Ada ( one )" in words and "Ada ( other )" in words


def test_everything_shows_the_points_that_count(tmp_path: Path) -> None:
    course = Course.model_validate(
        {
            "points": {"full": 50},
            "deadline": {"due": "2026-11-30T23:59:00"},
            "late": {"percent_per_day": 10},
        }
    )
    late = record(submitted="2026-12-02T12:00:00+00:00")
    made = finished(result("ada", (SHORT,)), late, course)
    assert made.late is not None
    full = replace(book(Entry("ada", late, made)), course=course)
    head, line = gradebook.gradebook(full)
    shown = dict(zip(head, line, strict=True))
    points = shown["points that count"]
    assert float(points) == round(made.late.points, 2) < float(shown["points before lateness"])
    assert shown["of"] == "50"
    assert gradebook.canvas(full)[2][-1] == points
    source = page.render(full)
    assert f'<td class="number"><strong>{points}</strong></td>' in source
    assert "Points that count, of 50" in source
    assert f'class="big">{points}</span> of 50 points' in html.render(made)


def test_who_may_have_handed_in_is_told_from_who_did_not() -> None:
    ada, bob = Student(id="1", name="Ada"), Student(id="2", name="Bob")
    full = book(entry("zoe", "Zoe"), roster=[ada, bob], lost=["1"])
    source = page.render(full)
    words = text_of(source, "class")
    assert words.index("Ada 1 no submission found The export") < words.index("Bob 2 nothing")
    assert "<dt>No submission</dt><dd>2</dd>" in source

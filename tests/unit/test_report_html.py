# SPDX-License-Identifier: MIT
"""The feedback page: complete, well formed, and harmless whatever a submission wrote."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.report import assets, html, view
from autograder.report.diagnosis import Cause
from autograder.report.journey import Journey, MilestoneStatus
from autograder.results import (
    NOT_SELECTED,
    Evidence,
    Excerpt,
    Finding,
    Late,
    PatchLine,
    Process,
    Result,
    Status,
    SubmissionInfo,
    Verdict,
    total,
)

HOSTILE = (
    "</pre></details></main><script>alert(1)</script><img src=http://evil.example/x onerror=x>"
    "\"' onmouseover='x' {{ 7 * 7 }} {% raw %} &amp; \x1b]0;owned\x07\x1b[2J \u202eesrever\u200b\r"
)
_VOID = {"meta", "br", "img", "hr", "input", "link"}
_LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping"}


class Page(HTMLParser):
    """A strict reading of a page: notes what is open, what loads, what stands where."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in _VOID:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids[value or ""] += 1
            if name == "href":
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.texts.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.texts).split())


def verdict(number: str, status: Status, **more: object) -> Verdict:
    fields: dict[str, object] = {
        "id": f"reading/check_{number}",
        "number": number,
        "title": f"Title of {number}",
        "area": "reading",
        "clause": f"Clause of {number}",
        "status": status,
        "points": 2 if status is Status.PASSED else 0,
        "max_points": 2,
    }
    return Verdict.model_validate({**fields, **more})


@pytest.fixture
def result() -> Result:
    verdicts = [
        verdict("1.1", Status.PASSED, area="build"),
        verdict(
            "2.1",
            Status.FAILED,
            message=f"message {HOSTILE}",
            did="What we did",
            expected="line\nexpected",
            observed=f"observed {HOSTILE}",
            hint="A hint",
            attempts=["failed", "failed"],
            evidence=[Evidence(kind="console", title=f"log {HOSTILE}", text=f"text {HOSTILE}")],
        ),
        verdict("2.2", Status.NOT_REACHED, message="The kernel did not build."),
        verdict("2.3", Status.GRADER_ERROR, message="The disk was full."),
        verdict("2.4", Status.FAILED, attempts=["failed", "passed", "passed"]),
        verdict(
            "2.5",
            Status.FAILED,
            id="reading/secret_id",
            title="secret title",
            clause="secret clause",
            message="secret message",
            visibility="hidden",
            evidence=[Evidence(kind="output", title="secret log", text="secret text")],
        ),
        verdict("3.1", Status.PASSED, area="threads", extra_credit=True),
    ]
    return Result(
        kit_version="0.1.0",
        kernel_version="7.3.2",
        seed=4711,
        started="2025-10-15T09:12:04Z",
        finished="2025-10-15T09:13:21Z",
        sandbox="bubblewrap",
        submission=SubmissionInfo(
            name=f"ada {HOSTILE}",
            sha256="0f6c",
            files=["kernel.patch", HOSTILE],
            answers=f"answers {HOSTILE}",
        ),
        verdicts=verdicts,
        totals=total(verdicts),
        notes=[f"note {HOSTILE}"],
    )


@pytest.mark.parametrize("for_instructor", [False, True])
def test_tags_balance_and_nothing_runs_or_loads(result: Result, for_instructor: bool) -> None:
    source = html.render(result, for_instructor=for_instructor)
    page = Page(source)
    assert page.open == []
    assert page.tags["script"] == 1
    assert source.count(assets.page_script()) == 1
    assert not {"img", "iframe", "link", "object", "base", "form"} & set(page.tags)
    assert not _LOADING & page.attributes
    assert not [name for name in page.attributes if name.startswith("on")]
    assert all(link.startswith("#") for link in page.links)
    assert "url(" not in source and "@import" not in source
    assert "default-src &#39;none&#39;" in source


def test_hostile_text_is_shown_as_text(result: Result) -> None:
    source = html.render(result)
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", source
    )
    words = Page(source).words
    assert "<script>alert(1)</script>" in words
    assert "{{ 7 * 7 }} {% raw %} &amp; <U+001B>]0;owned<U+0007>" in words
    assert "<U+202E>esrever" in words


@pytest.mark.parametrize("for_instructor", [False, True])
def test_every_check_stands_in_the_page_exactly_once(result: Result, for_instructor: bool) -> None:
    page = Page(html.render(result, for_instructor=for_instructor))
    places = {name: n for name, n in page.ids.items() if name.startswith("check-")}
    assert places == {f"check-{verdict.number}": 1 for verdict in result.verdicts}
    assert max(page.ids.values()) == 1
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_a_failed_check_is_shown_with_all_that_helps(result: Result) -> None:
    words = Page(html.render(result)).words
    for expected in (
        "2.1 Title of 2.1 0 / 2",
        "failed 2 of 2",
        "What was done What we did",
        "Expected line expected",
        "Hint A hint",
        "The contract says Clause of 2.1",
        "failed 1 of 3: a race is likely",
        "Repeat it make check ONLY=2.1 SEED=4711",
    ):
        assert expected in words


def test_a_rule_stands_under_its_checks_and_in_full_at_the_foot(result: Result) -> None:
    text = "A read returns `0` or 1:\n\nstate | it returns\nalive | 1\n\n- once\n\nThat is all."
    for failed in (result.verdicts[1], result.verdicts[4]):
        failed.rule, failed.clause = "R1", text
    result.verdicts[5].rule = "R9"  # of a hidden check
    source = html.render(result)
    page = Page(source)
    assert page.words.count("The contract says Rule R1 : A read returns 0 or 1.") == 2
    assert page.links.count("#rule-r1") == 2 and page.ids["rule-r1"] == 1
    assert "rule-r9" not in page.ids
    foot = page.words.partition("The rules that this page names")[2]
    assert "R1 A read returns 0 or 1: state it returns alive 1 once That is all." in foot
    assert "<td>alive</td><td>1</td>" in source and "<li>once</li>" in source
    assert "The rules that" not in html.render(result.model_copy(update={"verdicts": []}))


def test_faults_of_others_have_their_own_words(result: Result) -> None:
    words = Page(html.render(result)).words
    assert "The kernel did not build. 1 check 2.2 Title of 2.2" in words
    assert "This is not your fault. It has cost you 2 points for now: tell your instructor" in words
    assert "The disk was full." in words


def test_the_score_and_its_parts(result: Result) -> None:
    words = Page(html.render(result)).words
    assert "Score: 4 of 12 points" in words
    assert "2 for the assignment and 2 of 2 for extra credit." in words
    assert "7 checks: 2 passed, 3 failed, 1 not tried, 1 grader error." in words
    assert "1 check of these is hidden." in words
    assert "Extra credit +2 / 2" in words
    assert "Total 4 / 12" in words


def test_a_hidden_check_keeps_its_secrets(result: Result) -> None:
    student = html.render(result)
    assert "secret" not in student
    assert "2.5 Hidden check 0 / 2" in Page(student).words
    instructor = Page(html.render(result, for_instructor=True)).words
    for secret in ("title", "clause", "message", "log", "text"):
        assert f"secret {secret}" in instructor
    assert "not shown to students" in instructor


def test_circumstances_stand_at_the_end(result: Result) -> None:
    words = Page(html.render(result)).words
    for expected in ("Kernel 7.3.2", "Kit 0.1.0", "Seed 4711", "Sandbox bubblewrap", "0f6c"):
        assert expected in words


def test_a_page_of_an_unfinished_run_says_so(result: Result) -> None:
    assert "Grading has not finished" not in html.render(result)
    running = result.model_copy(update={"finished": ""})
    assert "Grading has not finished" in html.render(running)


def test_floods_are_cut(result: Result) -> None:
    flood = "flood\n" * 1_000_000
    failed = result.verdicts[1]
    for field in ("message", "did", "expected", "observed", "hint"):
        setattr(failed, field, flood)
    failed.evidence = [Evidence(kind="console", title=flood, text=flood)]
    result.submission.name = result.submission.answers = flood
    source = html.render(result)
    assert len(source) < 100_000
    assert "lines left out here; result.json has them" in source


def test_full_marks_have_nothing_to_mend(result: Result) -> None:
    result.verdicts = [verdict("1.1", Status.PASSED)]
    result.totals = total(result.verdicts)
    words = Page(html.render(result)).words
    assert "Full marks." in words
    assert "Reading: the one check passed" in words
    for heading in ("Fix this first", "Failed", "Not reached", "Grader errors", "Extra credit"):
        assert heading not in words


def test_the_page_is_written_to_a_file(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "out" / "feedback.html"
    html.write(result, path, course="Operating systems")
    assert path.read_text(encoding="utf-8") == html.render(result, course="Operating systems")
    assert [entry.name for entry in path.parent.iterdir()] == ["feedback.html"]


def excerpt(line: int) -> Excerpt:
    return Excerpt(
        function="peek",
        file="mm/x.c",
        line=line,
        lines=[
            PatchLine(number=n, added=True, text=f"\tline({n});") for n in range(line - 1, line + 2)
        ],
    )


REPORT = """BUG: KASAN: slab-use-after-free in peek+0x1/0x2
Call Trace:
 [<60>] ? guessed+0x0/0x9
 [<61>] peek+0x1/0x2  mm/x.c:420
 [<62>] ? guessed_too+0x0/0x9
 [<63>] vfs_read+0x1/0x2  fs/read_write.c:572
Freed by task 26:
 [<64>] pop+0x1/0x2  mm/x.c:42"""


@pytest.fixture
def diagnosed(monkeypatch: pytest.MonkeyPatch) -> Result:
    """A submission with two causes: a report of KASAN, and another thing apart from that."""
    report = Evidence(
        kind="report",
        title="BUG: KASAN: slab-use-after-free in peek+0x1/0x2",
        text=REPORT,
        excerpts=[excerpt(420), excerpt(42)],
    )
    same = report.model_copy(update={"title": f"{report.title} (in steps)"})
    failed = Status.FAILED
    verdicts = [
        verdict("1.1", Status.PASSED, area="build", points=400, max_points=400),
        verdict("2.1", failed, message="The read returned 0.", evidence=[same]),
        verdict("2.2", failed, message="The read returned 0."),
        verdict("2.3", failed, message="The read returned EINVAL."),
        verdict("2.4", Status.NOT_REACHED, message="A check that it depends on failed."),
        verdict("2.5", failed, did="stat()", expected="mode 0600", observed="mode 0644"),
        verdict("8.1", failed, area="kernel health", evidence=[report], expected="no report"),
    ]
    by = {verdict.number: verdict for verdict in verdicts}
    causes = (
        Cause(
            Finding.REPORT,
            "Your kernel reads memory it has freed: mm/x.c:420, in peek().",
            by["8.1"],
            "Copy the record before pop() frees it. Write ` 1`.",
            excerpt(420),
            report,
            (by["2.1"], by["2.2"], by["2.3"]),
            (by["2.4"],),
        ),
        Cause(Finding.MISMATCH, "Every user can read the trace.", by["2.5"], "A hint"),
    )
    monkeypatch.setattr(view, "diagnose", lambda verdicts: causes)
    return Result(
        kit_version="0",
        kernel_version="7.3",
        seed=7,
        started="",
        finished="then",
        submission=SubmissionInfo(name="ada", sha256="", files=[]),
        verdicts=verdicts,
        totals=total(verdicts),
    )


def test_the_page_begins_with_what_to_fix_first(diagnosed: Result) -> None:
    words = Page(html.render(diagnosed)).words
    first, second = (
        words.index("Nearly there: fix this first"),
        words.index("A second thing, apart"),
    )
    assert first < second < words.index("Failed 5 checks, 2 causes")
    card, other = words[first:second], words[second : words.index("Failed 5 checks")]
    for expected in (
        "Your kernel reads memory it has freed: mm/x.c:420 , in peek() .",
        "Your patch, in peek() : mm/x.c:420",
        "This line: 420 + line(420);",
        "Hint Copy the record before pop() frees it.",
        "3 other failures may come of it. 1 check was not tried because of it.",
        "See check 8.1: Title of 8.1",
        "make check ONLY=8.1 SEED=7",
    ):
        assert expected in card
    assert "Expected" not in card  # 'expected: no report' would say nothing
    assert "Expected mode 0600 Observed mode 0644" in other
    assert "may come of it" not in other


def test_failures_stand_below_their_cause_and_equal_ones_say_it_once(diagnosed: Result) -> None:
    words = Page(html.render(diagnosed)).words
    words = words[words.index("Failed 5 checks") :]
    places = [
        words.index(text)
        for text in (
            "8.1 Title of 8.1",
            "3 other failures that may come of it",
            "2 checks: The read returned 0.",
            "2.1 Title of 2.1",
            "2.2 Title of 2.2",
            "2.3 Title of 2.3",
            "1 check not tried because of it",
            "2.4 Title of 2.4",
            "2.5 Title of 2.5",
            "All checks by area",
        )
    ]
    assert places == sorted(places)
    assert "Not reached" not in words


def test_every_check_of_every_cause_stands_in_the_page_once(diagnosed: Result) -> None:
    page = Page(html.render(diagnosed))
    checks = {name: n for name, n in page.ids.items() if name.startswith("check-")}
    assert {f"check-{verdict.number}" for verdict in diagnosed.verdicts} <= set(checks)
    assert max(page.ids.values()) == 1
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_frames_and_lines_of_the_patch_lead_to_each_other(diagnosed: Result) -> None:
    page = Page(html.render(diagnosed))
    for key, places in (("fix-1", 1), ("check-8.1", 2)):
        for place in range(places):
            for name in (f"{key}-source-{place}", f"{key}-log-0-{place}"):
                assert page.ids[name] == 1
                assert f"#{name}" in page.links


def test_a_report_is_shown_once_and_its_guesses_are_folded_away(diagnosed: Result) -> None:
    source = html.render(diagnosed)
    assert "2 uncertain frames, marked" in source
    assert '<span class="guess"> [&lt;60&gt;] ? guessed+0x0/0x9\n</span>' in source
    assert "(in steps): the same as in check 8.1 ." in Page(source).words
    assert source.count("Freed by task 26") == 2  # in the card and in its check


def test_blanks_in_code_stay(diagnosed: Result) -> None:
    assert "Write <code> 1</code>." in html.render(diagnosed)
    css = assets.style("feedback.css")
    assert re.search(r"^code \{[^}]*white-space: pre-wrap", css, re.M)
    assert re.search(r"^\.text \{[^}]*white-space: pre-wrap", css, re.M)


def test_the_number_of_a_late_student_is_the_one_that_counts(result: Result) -> None:
    result.late = Late(days=2, percent=20, points_off=1, points=3, words="Handed in 2 days late")
    source = html.render(result)
    words = Page(source).words
    assert "Score: 3 of 12 points" in words
    assert "4 points for the checks, less 1 for 2 days late." in words
    assert "Total 3 / 12" in words
    assert re.search(r"<title>ada .*: 3 of 12 ", source)


def test_a_run_of_some_checks_has_no_score(result: Result) -> None:
    for left_out in (result.verdicts[2], result.verdicts[-1]):
        left_out.status, left_out.message, left_out.points = Status.NOT_REACHED, NOT_SELECTED, 0
    source = html.render(result)
    words = Page(source).words
    assert "1 of 5 selected checks pass The other 2 checks did not run" in words
    assert "Score" not in words and "Total" not in words and "Threads" not in words
    assert ": 5 selected checks " in source
    assert "Not selected for this run 2 checks" in words
    alone = [
        verdict("1.1", Status.PASSED),
        verdict("1.2", Status.NOT_REACHED, message=NOT_SELECTED),
    ]
    result.verdicts, result.totals = alone, total(alone)
    assert "1 of 1 selected check passes" in Page(html.render(result)).words


def test_a_hang_says_who_waits_for_what(diagnosed: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    hang = Evidence(
        kind="hang",
        title="who is still there",
        text="",
        processes=[
            Process(pid=26, name="reader", state="D", stack=["schedule", "my_read", "ksys_read"])
        ],
    )
    cause = Cause(Finding.HANG, "A reader never ends.", diagnosed.verdicts[-1], "", evidence=hang)
    monkeypatch.setattr(view, "diagnose", lambda verdicts: (cause,))
    diagnosed.verdicts = [diagnosed.verdicts[0], diagnosed.verdicts[-1]]
    words = Page(html.render(diagnosed)).words
    card = words[words.index("A reader never ends.") : words.index("See check 8.1")]
    assert "reader 26 in read(): sleeps, and no signal wakes it my_read ← ksys_read" in card


def test_progress_names_the_next_milestone_and_what_changed(result: Result) -> None:
    journey = Journey(
        (
            MilestoneStatus("M1", "The kernel builds", "1", 5, 5),
            MilestoneStatus("M2", "The file", "2", 3, 17),
        ),
        (2, 8, 4),
        "14:20",
        ("1.1", "3.1"),
        ("2.1",),
    )
    source = html.render(result, journey=journey)
    words = Page(source).words
    assert "Next: M2 The file , 3 of 17 checks pass. make check ONLY=2" in words
    assert "+2 since 14:20: 1.1 3.1 · lost: 2.1" in words
    assert "Points of your last 3 tries: 2, 8, 4" in source
    assert "Your progress" not in Page(html.render(result)).words
    done = Journey((MilestoneStatus("M1", "The kernel builds", "1", 5, 5),))
    assert "All milestones are reached." in Page(html.render(result, journey=done)).words


def test_whole_areas_are_one_bar_and_others_show_their_checks(diagnosed: Result) -> None:
    source = html.render(diagnosed)
    words = Page(source).words
    assert "Build: the one check passed 400 / 400" in words
    assert source.count('class="cell ') == 6
    untried = [verdict(f"3.{n}", Status.NOT_REACHED, area="faults") for n in (1, 2)]
    diagnosed.verdicts += untried
    assert "Faults: none of the 2 checks was tried" in Page(html.render(diagnosed)).words


def test_the_words_are_plain(diagnosed: Result) -> None:
    words = Page(html.render(diagnosed)).words.lower()
    for stilted in ("mend", "rests on", "told", "they part", "where it"):
        assert stilted not in words.replace("where it is reported", "")

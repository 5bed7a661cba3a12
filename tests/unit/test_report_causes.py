# SPDX-License-Identifier: MIT
"""The feedback page with causes: cards, failures below them, and how far a student is."""

from __future__ import annotations

import re

import pytest

from autograder.report import assets, html, view
from autograder.report.diagnosis import Cause
from autograder.report.journey import Journey, MilestoneStatus
from autograder.results import (
    NOT_SELECTED,
    Evidence,
    Finding,
    Late,
    Process,
    Result,
    Status,
    total,
)
from tests.page import Page, verdict


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

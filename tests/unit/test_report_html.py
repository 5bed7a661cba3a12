# SPDX-License-Identifier: MIT
"""The feedback page: complete, well formed, and harmless whatever a submission wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.report import assets, html
from autograder.results import (
    Evidence,
    Result,
    Status,
    total,
)
from tests.page import _LOADING, Page, verdict


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

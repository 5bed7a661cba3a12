# SPDX-License-Identifier: MIT
"""The table on a terminal, and as plain text elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from autograder.report import terminal
from autograder.results import (
    NOT_SELECTED,
    Evidence,
    Excerpt,
    PatchLine,
    Process,
    Result,
    Status,
    SubmissionInfo,
    Verdict,
    total,
)

HOSTILE = "\x1b[2J\x1b]0;owned\x07 [bold]markup[/bold] [/] :smile: \u202eesrever"


def verdict(number: str, status: Status, **more: object) -> Verdict:
    fields: dict[str, object] = {
        "id": f"reading/check_{number}",
        "number": number,
        "title": f"Title of {number}",
        "area": "reading",
        "clause": "clause",
        "status": status,
        "points": 2 if status is Status.PASSED else 0,
        "max_points": 2,
    }
    return Verdict.model_validate({**fields, **more})


@pytest.fixture
def result() -> Result:
    verdicts = [
        verdict("1.1", Status.PASSED, area="build"),
        verdict("2.1", Status.FAILED, message=HOSTILE, attempts=["failed", "failed"]),
        verdict("2.2", Status.NOT_REACHED, message="The kernel did not build."),
        verdict("2.3", Status.GRADER_ERROR, message="The disk was full."),
        verdict("2.4", Status.FAILED, visibility="hidden", title="secret", message="secret"),
        verdict("3.1", Status.PASSED, area="threads", extra_credit=True),
    ]
    return Result(
        kit_version="0.1.0",
        kernel_version="7.3.2",
        seed=4711,
        started="2025-10-15T09:12:04Z",
        finished="2025-10-15T09:13:21Z",
        submission=SubmissionInfo(name=f"ada{HOSTILE}", sha256="", files=[]),
        verdicts=verdicts,
        totals=total(verdicts),
        notes=[HOSTILE],
    )


def printed(result: Result, *, for_instructor: bool = False, width: int = 100) -> str:
    stream = io.StringIO()
    terminal.show(result, Console(file=stream, width=width), for_instructor=for_instructor)
    return stream.getvalue()


def test_every_check_has_one_line_with_status_and_points(result: Result) -> None:
    lines = printed(result).splitlines()
    rows = [re.split(r"\s{2,}", line.rstrip()) for line in lines if re.match(r"\d+\.\d+ ", line)]
    assert rows == [
        ["1.1", "Title of 1.1", "passed", "2 / 2"],
        ["2.1", "Title of 2.1", "failed", "0 / 2"],
        ["2.2", "Title of 2.2", "not reached", "0 / 2"],
        ["2.3", "Title of 2.3", "grader error", "0 / 2"],
        ["2.4", "Hidden check", "hidden", "0 / 2"],
        ["3.1", "Title of 3.1", "passed", "+2 / 2"],
    ]


def test_checks_that_were_not_selected_are_left_out(result: Result) -> None:
    result.verdicts[2].message = NOT_SELECTED
    result.verdicts[5].status = Status.NOT_REACHED
    result.verdicts[5].message = NOT_SELECTED
    lines = printed(result).splitlines()
    numbers = [line.split()[0] for line in lines if re.match(r"\d+\.\d+ ", line)]
    assert numbers == ["1.1", "2.1", "2.3", "2.4"]
    assert "threads" not in {line.strip().split("  ")[0] for line in lines}


def test_what_went_wrong_stands_below_the_check(result: Result) -> None:
    lines = [line.strip() for line in printed(result, width=160).splitlines()]
    place = next(number for number, line in enumerate(lines) if line.startswith("2.1 "))
    assert lines[place + 1].startswith("<U+001B>[2J")
    assert lines[place + 2] == "failed 2 of 2"
    assert "This is not your fault: please tell your instructor." in lines


def test_totals(result: Result) -> None:
    assert (
        "4 of 10 points (2 + 2 of 2 extra credit): 2 passed, 2 failed, 1 not reached,"
        " 1 grader error (1 check of these hidden)"
    ) in printed(result)


def test_hostile_text_is_printed_as_text(result: Result) -> None:
    shown = printed(result, width=160)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert shown.count("[bold]markup[/bold] [/] :smile: <U+202E>esrever") == 4


def test_hidden_checks_are_for_the_instructor_only(result: Result) -> None:
    assert "secret" not in printed(result)
    assert printed(result, for_instructor=True).count("secret") == 4


def test_an_unfinished_run_says_so(result: Result) -> None:
    result.finished = ""
    assert "Grading has not finished" in printed(result)


def test_a_terminal_gets_colours_but_no_escape_of_a_submission(result: Result) -> None:
    stream = io.StringIO()
    terminal.show(result, Console(file=stream, width=160, force_terminal=True))
    shown = stream.getvalue()
    assert "\x1b[1;31mfailed" in shown
    assert set(re.findall("\x1b(?!\\[[0-9;]*m).", shown)) == set()


def test_a_stream_without_unicode_is_no_obstacle(result: Result) -> None:
    result.verdicts[1].message = "Größe: 漢字"
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    terminal.show(result, Console(file=stream, width=100))
    stream.flush()
    assert rb"Gr\xf6\xdfe: \u6f22\u5b57" in raw.getvalue()


def test_what_failed_is_told_in_full_the_first_to_mend_before_the_others(result: Result) -> None:
    result.verdicts[1] = verdict(
        "2.1",
        Status.FAILED,
        id="reading/base",
        did="read 8 bytes",
        expected="state S",
        observed="state D",
        hint="wait_event_interruptible()",
        evidence=[
            Evidence(
                kind="hang",
                title="who is still there",
                text="",
                processes=[Process(pid=26, name="init", state="D", stack=["schedule", "my_read"])],
            ),
            Evidence(
                kind="report",
                title="BUG: KASAN",
                text="",
                excerpts=[
                    Excerpt(
                        function="my_read",
                        file="mm/x.c",
                        line=2,
                        lines=[
                            PatchLine(number=1, added=False, text="{"),
                            PatchLine(number=2, added=True, text="\treturn *gone;"),
                        ],
                    )
                ],
            ),
        ],
    )
    result.verdicts[2] = verdict("2.2", Status.FAILED, depends_on=["reading/base"], message="odd")
    shown = printed(result, width=160)
    words = shown[shown.index("Mend first: ") :]
    for line in (
        "Mend first: 2.1 Title of 2.1 (1 check without points rests on it)",
        "  expected  state S",
        "  observed  state D",
        "  hang      init (26) sleeps, and no signal wakes it in my_read",
        "  source    mm/x.c:2, in my_read",
        "            >    2 + ",
        "  repeat    python -m autograder grade SUBMISSION --only reading/base --seed 4711",
        "  rests on  2.1 Title of 2.1: mend that first",
        "  what      odd",
    ):
        assert line in words, line
    assert words.index("Check 2.1") < words.index("Check 2.2")

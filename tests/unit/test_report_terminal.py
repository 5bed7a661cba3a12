# SPDX-License-Identifier: MIT
"""The table on a terminal, and as plain text elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from autograder.report import paper, screen, terminal
from autograder.report.journey import Journey, MilestoneStatus
from autograder.report.screen import Frame
from autograder.results import (
    NOT_SELECTED,
    Evidence,
    Excerpt,
    Late,
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


def printed(result: Result, *, width: int = 100, encoding: str = "utf-8", **options: object) -> str:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    terminal.show(result, Console(file=stream, width=width), **options)  # type: ignore[arg-type]
    stream.flush()
    return raw.getvalue().decode(encoding)


def test_with_v_every_check_has_one_line_with_status_and_points(result: Result) -> None:
    lines = printed(result, verbose=True).splitlines()
    rows = [re.split(r"\s{2,}", line.rstrip()) for line in lines if re.match(r"\d+\.\d+ ", line)]
    assert rows == [
        ["1.1", "Title of 1.1", "passed", "2 / 2"],
        ["2.1", "Title of 2.1", "failed", "0 / 2"],
        ["2.2", "Title of 2.2", "not tried", "0 / 2"],
        ["2.3", "Title of 2.3", "grader error", "0 / 2"],
        ["2.4", "Hidden check", "hidden", "0 / 2"],
        ["3.1", "Title of 3.1", "passed", "+2 / 2"],
    ]


@pytest.mark.parametrize("hidden", [False, True])
def test_checks_that_were_not_selected_are_left_out(result: Result, hidden: bool) -> None:
    result.verdicts[2].message = NOT_SELECTED
    result.verdicts[5].status = Status.NOT_REACHED
    result.verdicts[5].message = NOT_SELECTED
    if hidden:
        result.verdicts[2].visibility = "hidden"
    shown = printed(result, verbose=True)
    numbers = [line.split()[0] for line in shown.splitlines() if re.match(r"\d+\.\d+ ", line)]
    assert numbers == ["1.1", "2.1", "2.3", "2.4"]
    assert "Threads" not in shown and "of 10 points" not in shown
    assert shown.splitlines()[-1].startswith("1 of 4 selected checks pass. 1 passed, 2 failed")


def test_the_last_line_is_about_the_selected_checks_alone(result: Result) -> None:
    for verdict in result.verdicts[1:]:
        verdict.message, verdict.status = NOT_SELECTED, Status.NOT_REACHED
    assert printed(result).splitlines()[-1] == "1 of 1 selected check passes"
    result.verdicts[0].message = NOT_SELECTED
    assert printed(result).splitlines()[-1] == "No check was selected."


def test_what_went_wrong_stands_below_the_check(result: Result) -> None:
    lines = [line.strip() for line in printed(result, width=160, verbose=True).splitlines()]
    place = next(number for number, line in enumerate(lines) if line.startswith("2.1 "))
    assert lines[place + 1].startswith("<U+001B>[2J")
    assert lines[place + 2] == "failed 2 of 2"
    assert "This is not your fault: please tell your instructor." in lines


def test_the_score_is_the_last_line(result: Result) -> None:
    assert printed(result).splitlines()[-1] == (
        "4 of 10 points (extra credit: 2 of 2): 2 passed, 2 failed, 1 not tried, 1 not judged"
        " (1 hidden)"
    )
    result.late = Late(days=2, percent=20, points_off=0.8, points=3.2, words="2 days late")
    assert printed(result).splitlines()[-1].startswith("3.2 of 10 points count: 2 days late; 4 of")


def test_hostile_text_is_printed_as_text(result: Result) -> None:
    shown = printed(result, width=160, verbose=True)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "[bold]markup[/bold] [/] :smile: <U+202E>esrever" in shown


def test_hidden_checks_are_for_the_instructor_only(result: Result) -> None:
    assert "secret" not in printed(result, verbose=True)
    assert printed(result, verbose=True, for_instructor=True).count("secret") > 2


def test_an_unfinished_run_says_so(result: Result) -> None:
    result.finished = ""
    assert "Grading has not finished" in printed(result)


def test_a_terminal_gets_colors_but_no_escape_of_a_submission(result: Result) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=160, force_terminal=True, color_system="standard")
    terminal.show(result, console, verbose=True)
    shown = stream.getvalue()
    assert "\x1b[1;31mfailed" in shown
    assert set(re.findall("\x1b(?!\\[[0-9;]*m).", shown)) == set()


def test_no_color_means_plain_text(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    console = paper.console()
    console.file = stream
    terminal.show(result, console)
    assert "Fix this first" in stream.getvalue() and "\x1b" not in stream.getvalue()


def test_a_stream_without_unicode_is_no_obstacle(result: Result) -> None:
    result.verdicts[1].message = "Größe: 漢字"
    shown = printed(result, encoding="ascii", verbose=True)
    assert r"Gr\xf6\xdfe: \u6f22\u5b57" in shown
    assert "Build                  ########################   1 of 1" in shown


def test_with_v_what_failed_is_shown_in_full(result: Result) -> None:
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
    shown = printed(result, width=160, verbose=True)
    for line in (
        "  expected  state S",
        "  observed  state D",
        "  hang      init (26) sleeps, and no signal wakes it in my_read",
        "  source    mm/x.c:2, in my_read",
        "            >    2 + ",
        "  repeat    make check ONLY=2.1 SEED=4711",
        "  what      odd",
    ):
        assert line in shown, line
    assert shown.index("Check 2.1") < shown.index("Check 2.2")


# One screen, whatever was graded.

STEPS = [
    MilestoneStatus(f"M{n}", f"Title of step {n}, and more", f"M{n}", int(n < 4), 1)
    for n in range(1, 11)
]
FAR = Journey(tuple(STEPS), (0, 3, 2, 99.5, 7), "14:20", tuple("123456789"), tuple("abcdefghijk"))
LONG = "a message that goes on " * 500
PLACE = Excerpt(
    function="a_function_with_a_name" * 9,
    file="mm/" + "long" * 40 + ".c",
    line=20,
    lines=[PatchLine(number=n, added=True, text=f"\tx{n} = {HOSTILE * 9};") for n in range(9, 30)],
)


def many(status: Status, **more: object) -> list[Verdict]:
    """Many verdicts in ten areas."""
    return [
        verdict(f"{number % 10}.{number}", status, area=f"Area {number % 10}", **more)
        for number in range(150)
    ]


def graded(verdicts: list[Verdict], **more: object) -> Result:
    fields: dict[str, object] = {
        "kit_version": "0",
        "kernel_version": "7.3.2",
        "seed": 1,
        "started": "2025-10-15T09:12:04Z",
        "finished": "2025-10-15T09:12:05Z",
        "submission": SubmissionInfo(name="ada", sha256="", files=[]),
        "verdicts": verdicts,
        "totals": total(verdicts),
    }
    return Result.model_validate({**fields, **more})


TROUBLE: dict[str, object] = {
    "message": LONG,
    "did": LONG,
    "expected": LONG,
    "observed": "\n".join(LONG[:90] for _ in range(50)),
    "hint": LONG,
    "title": LONG,
    "evidence": [Evidence(kind="report", title=LONG, text=LONG, excerpts=[PLACE])],
    "finding": "report",
}
SCREENS = {
    "all pass": graded(many(Status.PASSED)),
    "all fail": graded(many(Status.FAILED, message="no", hint="look")),
    "one fails": graded(
        [*many(Status.PASSED), verdict("10.1", Status.FAILED, area="Last", message="no")]
    ),
    "not tried": graded(many(Status.NOT_REACHED, message="The kernel did not build.")),
    "long messages": graded(
        [*many(Status.FAILED, **TROUBLE), *many(Status.GRADER_ERROR)],
        notes=[LONG, "two", "three"],
        finished="",
        late=Late(days=3, percent=30, points_off=1, points=2, words=LONG),
    ),
    "hostile": graded(
        [
            verdict("1.1", Status.FAILED, area=HOSTILE * 5 + "漢字" * 50, message=HOSTILE * 50),
            *many(Status.FAILED, message="漢字" * 300, hint="🙂" * 400, title=HOSTILE),
        ],
        submission=SubmissionInfo(name="漢字" * 90 + HOSTILE, sha256="", files=[]),
        notes=[HOSTILE * 20],
    ),
    "many areas": graded(
        [verdict(f"{n}.1", Status.FAILED, area=f"Area {n}", extra_credit=n > 30) for n in range(60)]
    ),
    "hidden": graded(many(Status.FAILED, visibility="hidden", message=LONG)),
    "nothing selected": graded(many(Status.NOT_REACHED, message=NOT_SELECTED)),
    "no checks": graded([]),
}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("name", SCREENS)
def test_one_screen_is_enough_for_any_submission(name: str, encoding: str) -> None:
    frame = Frame("build/check/feedback.html", FAR, (LONG, LONG, LONG))
    shown = printed(SCREENS[name], width=80, encoding=encoding, frame=frame)
    lines = shown.split("\n")
    assert len(lines) <= 40
    assert all(cell_len(line) <= 80 for line in lines), max(lines, key=cell_len)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    if name not in ("nothing selected", "no checks", "hidden", "not tried", "all pass"):
        assert "Fix this first" in shown


def test_no_word_is_broken() -> None:
    """Every word of the screen is one of those that went in."""
    words = " ".join(f"{'w' * (n % 7)}word{n}ends" for n in range(400))
    result = graded(many(Status.FAILED, message=words, hint=words, did=words, expected=words))
    shown = printed(result, width=80)
    assert "word3ends" in shown
    found = set(re.findall(r"\S*(?:word\d|\dend)\S*", shown))
    assert len(found) > 10 and found <= set(words.split())


def test_the_way_so_far_and_what_comes_next() -> None:
    frame = Frame("build/check/feedback.html", FAR)
    shown = printed(SCREENS["one fails"], width=80, frame=frame)
    assert "+9 since 14:20: 1 2 3 4 5 6 7 8 and 1 more · lost: a b c d e f g h and 3" in shown
    assert "Next: M4 Title of step 4, and more (0 of 1): make check ONLY=M4" in shown
    assert shown.index("Next: M4") < shown.index("Everything in detail: build/check/feedback.html")


def test_the_columns_of_a_sparkline_follow_the_points() -> None:
    wide, narrow = (
        paper.Paper(Console(file=io.TextIOWrapper(io.BytesIO(), encoding=encoding)))
        for encoding in ("utf-8", "ascii")
    )
    assert screen.sparkline((0, 50, 100), wide) == "▁▅█"
    assert screen.sparkline((0, 0), narrow) == "__"
    assert screen.sparkline((5,), wide) == ""

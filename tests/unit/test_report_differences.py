# SPDX-License-Identifier: MIT
"""Differences between what was expected and observed, and interesting lines of logs."""

from __future__ import annotations

import pytest

from autograder.report import hangs, loglines
from autograder.report.differences import LONGEST, marked
from autograder.report.inline import coded
from autograder.report.loglines import Look
from autograder.results import Evidence, Excerpt, Process, Verdict


def bracketed(expected: str, observed: str) -> tuple[str, str]:
    left, right = (
        "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in pieces)
        for pieces in marked(expected, observed)
    )
    return left, right


def test_words_that_differ_are_marked() -> None:
    assert bracketed("read: still waiting", "read: 0 waiting") == (
        "read: [still] waiting",
        "read: [0] waiting",
    )
    assert bracketed("pages 1, 2, 3", "pages 1, 3") == ("pages 1, [2, ]3", "pages 1, 3")


def test_pages_of_a_map_line_are_compared_one_by_one() -> None:
    assert bracketed("|..XX..|", "|..X...|") == ("|..X[X]..|", "|..X[.]..|")


def test_texts_without_likeness_are_left_alone() -> None:
    assert bracketed("an error", "status 0") == ("an error", "status 0")
    assert bracketed("", "something") == ("", "something")
    assert bracketed("a " * LONGEST, "a b") == ("a " * LONGEST, "a b")


def test_the_text_is_never_changed() -> None:
    expected, observed = "a  b\n\tc <x> é", "a b\nc <y> é."
    left, right = marked(expected, observed)
    assert "".join(piece.text for piece in left) == expected
    assert "".join(piece.text for piece in right) == observed


def test_interesting_lines_of_a_log() -> None:
    log = "\n".join(
        [
            "[    0.1] Run /init",
            "[    0.2] BUG: KASAN: slab-use-after-free in x",
            " [<60>] x+0x1/0x2  mm/mine.c:7",
            " [<62>] ? w+0x1/0x2  mm/mine.c:7",
            " [<61>] y+0x1/0x2  mm/theirs.c:8",
            "mm/mine.c:3:1: error: expected ';'",
            " [<60>] x+0x1/0x2  mm/mine.c:77",
        ]
    )
    excerpts = [Excerpt(function="x", file="mm/mine.c", line=line, lines=[]) for line in (7, 3)]
    runs = loglines.marked(log, excerpts)
    plain, marked, unsure = Look.PLAIN, Look.MARKED, Look.UNSURE
    assert [run.look for run in runs] == [plain, marked, marked, unsure, plain, marked, marked]
    assert [run.place for run in runs] == [None, None, 0, None, None, 1, None]
    assert "\n".join(run.text for run in runs) == log
    assert loglines.marked("", []) == [loglines.Stretch("", Look.PLAIN)]


def test_logs_and_excerpts_know_of_each_other() -> None:
    excerpts = [Excerpt(function="", file="mm/x.c", line=line, lines=[]) for line in (7, 8, 9)]
    evidence = [
        Evidence(kind="report", title="a", text="mm/x.c:8\nmm/x.c:7\nmm/x.c:8"),
        Evidence(kind="report", title="b", text="mm/x.c:7"),
    ]
    logs, sources = loglines.linked(evidence, excerpts)
    assert [log.first for log in logs] == [{0: 1, 1: 0}, {0: 0}]
    assert [source.log for source in sources] == [0, 0, None]


def test_the_first_check_that_shows_a_report_is_known_by_its_title() -> None:
    def verdict(number: str, *titles: str) -> Verdict:
        shown = [Evidence(kind="report", title=title, text="") for title in titles]
        return Verdict(
            id=number, number=number, title="", area="", clause="", max_points=1, evidence=shown
        )

    verdicts = [verdict("8.1", "BUG: x (in steps)"), verdict("2.1", "BUG: x", "BUG: y")]
    assert loglines.tellers(verdicts) == {"BUG: x": "8.1", "BUG: y": "2.1"}


def test_a_task_that_stays_blocked_is_one_report() -> None:
    first = "INFO: task init:24 blocked for more than 122 seconds. (in self_reader)"
    later = "INFO: task init:36 blocked for more than 245 seconds."
    assert loglines.bare(first) == loglines.bare(later)
    assert loglines.bare("WARNING: mm/x.c:24 at put") != loglines.bare("WARNING: mm/x.c:36 at put")


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (
            "mutex_lock my_fault handle_mm_fault my_read vfs_read ksys_read",
            "in read(), in a page fault",
        ),
        ("my_hook do_exit do_group_exit", "exits"),
        ("schedule my_hook handle_mm_fault", "in a page fault"),
        ("do_wait kernel_wait4", "waits for a child"),
        ("my_hook", ""),
    ],
)
def test_what_a_process_was_about_when_it_stopped(stack: str, words: str) -> None:
    assert hangs.doing(Process(pid=7, name="init", state="D", stack=stack.split())) == words


def test_names_in_sentences_are_code_and_nothing_else_is_markup() -> None:
    assert coded("In put(), mm/x.c:7 <b> `a  b`") == (
        "In <code>put()</code>, <code>mm/x.c:7</code> &lt;b&gt; <code>a  b</code>"
    )
    assert coded("`<script>` \x1b") == "<code>&lt;script&gt;</code> &lt;U+001B&gt;"

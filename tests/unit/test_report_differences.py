# SPDX-License-Identifier: MIT
"""Differences between what was expected and observed, and interesting lines of logs."""

from __future__ import annotations

from autograder.report import loglines
from autograder.report.differences import LONGEST, marked


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
            " [<61>] y+0x1/0x2  mm/theirs.c:8",
            "mm/mine.c:3:1: error: expected ';'",
        ]
    )
    runs = loglines.marked(log, ["mm/mine.c"])
    assert [run.interesting for run in runs] == [False, True, False, True]
    assert "\n".join(run.text for run in runs) == log
    assert loglines.marked("", []) == [loglines.Lines("", False)]

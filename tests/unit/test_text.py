# SPDX-License-Identifier: MIT
"""Hostile text becomes visible and short."""

from __future__ import annotations

import pytest

from autograder import text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain\n\ttext", "plain\n\ttext"),
        ("\x1b[31mred", "<U+001B>[31mred"),
        ("a\x00b\x7fc\x9bd", "a<U+0000>b<U+007F>c<U+009B>d"),
        ("safe\u202eexe.txt\u2066", "safe<U+202E>exe.txt<U+2066>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("lone \ud800", "lone <U+D800>"),
        ("a\u2028b", "a<U+2028>b"),
        ("serial\r\nconsole", "serial\nconsole"),
        ("over\rwritten", "over<U+000D>written"),
        ("größer 漢字 🙂", "größer 漢字 🙂"),
    ],
)
def test_acting_characters_become_marks(raw: str, shown: str) -> None:
    assert text.visible(raw) == shown
    assert text.visible(shown) == shown


def test_one_line_has_no_line_ends_and_a_bounded_length() -> None:
    assert text.one_line("a\nb\tc") == "a<U+000A>b<U+0009>c"
    assert text.one_line("x" * 500, limit=10) == "x" * 9 + "…"


def test_short_text_is_left_alone() -> None:
    assert text.shorten("one\ntwo\n", characters=100, lines=3) == "one\ntwo\n"


def test_long_text_keeps_its_ends_and_says_what_is_missing() -> None:
    log = "\n".join(str(number) for number in range(1000))
    assert text.shorten(log, characters=10_000, lines=6).split("\n") == [
        *("0", "1", "2", "3"),
        "[… 994 lines left out here; result.json has them …]",
        *("998", "999"),
    ]


def test_a_long_line_is_cut_too() -> None:
    shown = text.shorten("a" * 5000 + "z", characters=30, lines=6).split("\n")
    assert shown[0] == "a" * 20
    assert "4,971 characters left out" in shown[1]
    assert shown[2] == "a" * 9 + "z"


@pytest.mark.parametrize(
    ("value", "shown"), [(3.0, "3"), (2.5, "2.5"), (10, "10"), (1 / 3, "0.33")]
)
def test_points_are_written_without_idle_zeros(value: float, shown: str) -> None:
    assert text.number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (125, "2 min 5 s")]
)
def test_durations_have_units(seconds: float, shown: str) -> None:
    assert text.duration(seconds) == shown

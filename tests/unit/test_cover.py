# SPDX-License-Identifier: MIT
"""The part of the corpus that is chosen proves as much as so few can."""

from __future__ import annotations

from tests.corpus import Mutant
from tests.cover import WIDEST, cover


def mutant(name: str, *fails: str, kernel: bool = True) -> Mutant:
    path = "mm/x.c" if kernel else "tools/x.c"
    return Mutant(name, "", "", frozenset(fails), "", f"--- a/{path}\n+++ b/{path}\n")


def names(chosen: list[Mutant]) -> list[str]:
    return [each.name for each in chosen]


def test_what_proves_most_comes_first_and_nothing_twice() -> None:
    corpus = [mutant("a", "1"), mutant("b", "1", "2", "3"), mutant("c", "3", "4")]
    assert names(cover(corpus, 9)) == ["b", "c"]


def test_no_more_than_asked_for() -> None:
    assert names(cover([mutant("a", "1"), mutant("b", "2", "3")], 1)) == ["b"]


def test_a_mistake_in_a_tool_is_cheaper() -> None:
    corpus = [mutant("z", "1"), mutant("a", "1", kernel=False)]
    assert names(cover(corpus, 9)) == ["a"]


def test_what_fails_everything_proves_nothing() -> None:
    wide = mutant("wide", *map(str, range(WIDEST + 1)))
    assert cover([wide, mutant("missed")], 9) == []

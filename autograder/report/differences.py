# SPDX-License-Identifier: MIT
"""Where what was expected and what was observed differ, so that a page can mark it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 4000  # characters of either text: longer ones are shown without marks
LEAST_ALIKE = 0.5  # texts that share less have no differences worth marking, they are different

_TOKENS = re.compile(r"\w+|\s+|[.X]|[^\w\s]")
_PAGES = re.compile(r"[.X|]{3,}")


@dataclass(frozen=True)
class Piece:
    """A piece of a text, and whether the other text lacks it."""

    text: str
    differs: bool


def marked(expected: str, observed: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces; where they have little in common nothing is marked."""
    plain = [Piece(expected, False)], [Piece(observed, False)]
    if not expected or not observed or max(len(expected), len(observed)) > LONGEST:
        return plain
    left, right = _tokens(expected), _tokens(observed)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    alike = sum(
        2 * len(_words(left[block.a : block.a + block.size]))
        for block in matcher.get_matching_blocks()
    )
    if alike < LEAST_ALIKE * len(_words(left + right)):
        return plain
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        differs = tag != "equal"
        _append(pieces[0], "".join(left[left_start:left_end]), differs)
        _append(pieces[1], "".join(right[right_start:right_end]), differs)
    return pieces


def _tokens(text: str) -> list[str]:
    """Words, blanks and signs; the pages of a map line are signs, each for itself."""
    found: list[str] = []
    end = 0
    for match in _PAGES.finditer(text):
        found += _TOKENS.findall(text[end : match.start()])
        found += list(match[0])
        end = match.end()
    return found + _TOKENS.findall(text[end:])


def _words(tokens: list[str]) -> list[str]:
    return [token for token in tokens if not token.isspace()]


def _append(pieces: list[Piece], text: str, differs: bool) -> None:
    if not text:
        return
    if differs and text.isspace():
        differs = False  # a mark under nothing only puzzles
    if pieces and pieces[-1].differs == differs:
        pieces[-1] = Piece(pieces[-1].text + text, differs)
    else:
        pieces.append(Piece(text, differs))

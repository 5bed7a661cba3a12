# SPDX-License-Identifier: MIT
"""File names written by strangers: how to show them, and which to refuse."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

# Marks that reorder the text around them, so that a name reads as another (Unicode TR 9).
BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_LINE_BREAKS = frozenset("\u2028\u2029")
_SHOWN_LENGTH = 160
_SHOWN_NAMES = 5
_COMPONENT_BYTES = 255  # NAME_MAX of Linux


def shown(name: str) -> str:
    """``name`` in quotes for a message: everything that is not printable is escaped."""
    text = "".join(_escaped(character) for character in name[: _SHOWN_LENGTH + 1])
    if len(name) > _SHOWN_LENGTH:
        text += "..."
    return f"'{text}'"


def listed(names: Sequence[str]) -> str:
    """Some names for a message: the first few, and how many more there are."""
    text = ", ".join(shown(name) for name in names[:_SHOWN_NAMES])
    more = len(names) - _SHOWN_NAMES
    return f"{text} and {more} more" if more > 0 else text


def _escaped(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    if 0xDC80 <= ord(character) <= 0xDCFF:  # a byte that was no UTF-8 (surrogateescape)
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def read_as(raw: bytes, encodings: Sequence[str]) -> str:
    """The file name ``raw`` in UTF-8, else in the first of ``encodings`` that makes letters of it.

    Every byte is a character in code page 437, so that there is always an answer.
    """
    for encoding in ("utf-8", *encodings):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or all(map(_is_writing, name)):
            return name
    return raw.decode("cp437")


def _is_writing(character: str) -> bool:
    return character.isascii() or character.isalpha() or unicodedata.category(character)[0] == "P"


def oddity(name: str) -> str | None:
    """Say what makes ``name`` unacceptable as a path, or None; ``/`` may stand in it."""
    if any(unicodedata.category(character) == "Cs" for character in name):
        return "is not UTF-8"
    if any(
        unicodedata.category(character) == "Cc" or character in _LINE_BREAKS for character in name
    ):
        return "has a control character in it"
    if any(character in BIDIRECTIONAL for character in name):
        return "has a mark in it that changes the direction of writing"
    if any(len(part.encode()) > _COMPONENT_BYTES for part in name.split("/")):
        return f"has a part longer than {_COMPONENT_BYTES} bytes"
    return None

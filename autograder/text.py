# SPDX-License-Identifier: MIT
"""Text that a submission had a hand in, made safe to look at.

Escaping HTML or markup keeps such text from *doing* something; what is here keeps it from
*looking* like something else: terminal escapes, bidirectional overrides and zero-width
characters become visible marks, and a megabyte of output becomes a page of it.
"""

from __future__ import annotations

import unicodedata

# Controls, format characters (bidi marks, zero width), lone surrogates, line and
# paragraph separators: everything that acts on the text around it instead of being seen.
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """``text`` with every character that acts unseen replaced by a mark: ``<U+001B>``.

    (The control pictures, such as ``␛``, would be shorter, but many fonts lack them.)

    Line feeds and tabs stay; the CR LF of a serial console counts as a line feed.
    """
    text = text.replace("\r\n", "\n")
    return "".join(
        _mark(character)
        if character not in "\n\t" and unicodedata.category(character) in _ACTING
        else character
        for character in text
    )


def one_line(text: str, limit: int = 200) -> str:
    """``text`` as a single visible line of about ``limit`` characters at most."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return "".join(
        _mark(character) if character in "\n\t" else character for character in visible(text)
    )


def shorten(text: str, characters: int, lines: int) -> str:
    """``text`` cut in its middle to about that size, with a note where something is missing.

    The beginning (where a report says what it is) gets two thirds of the room and the end
    (where a log says how it ended) one third.
    """
    rows = text.split("\n")
    if len(rows) > lines:
        head, tail = _shares(lines)
        left_out = f"{len(rows) - head - tail:,} lines"
        text = "\n".join([*rows[:head], _note(left_out), *rows[-tail:]])
    if len(text) > characters:
        head, tail = _shares(characters)
        left_out = f"{len(text) - head - tail:,} characters"
        text = f"{text[:head]}\n{_note(left_out)}\n{text[-tail:]}"
    return text


def number(value: float) -> str:
    """Points as people write them: ``3``, ``2.5``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def duration(seconds: float) -> str:
    """A time span for people: ``0.4 s``, ``12 s``, ``2 min 5 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _mark(character: str) -> str:
    return f"<U+{ord(character):04X}>"


def _shares(room: int) -> tuple[int, int]:
    tail = max(room // 3, 1)
    return room - tail, tail


def _note(left_out: str) -> str:
    return f"[… {left_out} left out here; result.json has them …]"

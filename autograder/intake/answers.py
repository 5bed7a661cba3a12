# SPDX-License-Identifier: MIT
"""Written answers: read under any name that students give them, or named as not read."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from autograder.intake.names import listed

ANSWERS_BYTES = 64 * 1024

_TEXT = (".md", ".markdown", ".txt", ".text", ".rst", ".org", ".adoc", "")
_ANSWERS = re.compile(r"answers?(?![a-z])", re.I)
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_answers(folder: Path, files: list[str]) -> tuple[str, list[str]]:
    """The text of the answers among ``files`` below ``folder``, and a note on what is not read.

    ANSWERS.md comes first; other names and other cases are read where it is missing.
    """
    found = sorted((name for name in files if is_answers(name)), key=_order)
    text, shown_name = "", ""
    for name in found:
        content = _text(folder / name) if _suffix(name) in _TEXT else None
        if content is not None:
            text, shown_name = content, name
            break
    unread = [name for name in found if name != shown_name]
    if not unread:
        return text, []
    return text, [
        f"{listed(unread)} cannot be shown here: a person has to open it."
        if not shown_name
        else f"Only {shown_name!a} is shown here; a person has to open {listed(unread)}."
    ]


def is_answers(name: str) -> bool:
    """Whether the file's name begins so, and it is no source of the tools."""
    base = name.rpartition("/")[2]
    return _ANSWERS.match(base) is not None and _suffix(name) not in (".c", ".h", ".o")


def _order(name: str) -> tuple[bool, int, int, str]:
    suffix = _suffix(name)
    rank = _TEXT.index(suffix) if suffix in _TEXT else len(_TEXT)
    return name != "ANSWERS.md", name.count("/"), rank, name


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _text(path: Path) -> str | None:
    """The text, cut where it is too long; None where it is none, whatever its name says."""
    with path.open("rb") as stream:
        raw = stream.read(ANSWERS_BYTES + 1)
    note = "\n\n(cut here: too long)\n" if len(raw) > ANSWERS_BYTES else ""
    raw = raw[:ANSWERS_BYTES]
    encoding = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    if encoding is None and (b"\0" in raw or raw.startswith((b"%PDF", b"PK\x03\x04", b"{\\rtf"))):
        return None
    return raw.decode(encoding or "utf-8", "replace") + note

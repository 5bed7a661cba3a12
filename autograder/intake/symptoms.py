# SPDX-License-Identifier: MIT
"""What has happened to a text that should be a patch, told by its looks.

For patches that cannot be read at all; see :mod:`autograder.intake.misfits` for those that can
be read and do not apply.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

AGAIN = "'git diff COMMIT --output=kernel.patch' (COMMIT: the untouched source)"
"""The command that always makes a right patch of a repository."""

_WHOLE_FILE = f"Hand in the file itself, as written by {AGAIN}."
_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_START = re.compile(r"diff --git |diff -|--- |Index: ")
_INDENTED = re.compile(r"[ \t]+(?:diff --git |--- \S|@@ -\d)")
_QUOTED = re.compile(r"(?:> ?)+(?:diff |--- |\+\+\+ |@@ -)")
_TRANSFER = re.compile(r"content-transfer-encoding:\s*(quoted-printable|base64)\s*$", re.I)
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/]{40,}={0,2}$")
_SOFT_BREAK = re.compile(r"(?<!=)=$")
_EQUALS_SIGN = re.compile(r"=3D|=20$|=09")
_WORD_DIFF = re.compile(r"\[-.*?-\]|\{\+.*?\+\}")
_STATISTICS = re.compile(r" \S+ +\| +(?:\d+ [+-]*|Bin .*)$")
_BRIEF = re.compile(r"Files .+ and .+ differ$")
_STATUS = re.compile(r"\s+(?:modified|new file|deleted|renamed): +\S")
_RANGE = re.compile(r" *\d+: +[0-9a-f]{7,40} [=!<>] ")
_SUBPROJECT = re.compile(r"[-+]Subproject commit [0-9a-f]+")
_OF_PATCHES = re.compile(r"\+\+\+ \S*\.(?:patch|diff)\b")
_SOURCE = re.compile(r"\s*(?:#include\b|/\*|// SPDX|#!/|static |#define )")
_SIDES = re.compile(r".{20,}\s[|<>]\t")
_KNOWN = {
    "# v2 git bundle": "a git bundle",
    "# v3 git bundle": "a git bundle",
    "%PDF": "a PDF document",
    "{\\rtf": "a document of a word processor",
    "\x7fELF": "a program",
}


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong, and what to do: each a sentence."""

    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def made_by_git(lines: Sequence[str]) -> bool:
    """Whether git wrote the patch, so that the student has a repository."""
    return any(line.startswith("diff --git ") for line in lines)


def of_text(lines: Sequence[str]) -> Diagnosis | None:
    """What the ``lines`` of kernel.patch, which cannot be read as a patch, are instead."""
    for look in _LOOKS:
        if diagnosis := look(lines):
            return diagnosis
    return None


def _known(lines: Sequence[str]) -> Diagnosis | None:
    first = next(iter(lines), "")
    what = next((words for start, words in _KNOWN.items() if first.startswith(start)), None)
    return Diagnosis(f"kernel.patch is {what}, not a patch.", _WHOLE_FILE) if what else None


def _mail(lines: Sequence[str]) -> Diagnosis | None:
    declared = {match[1].lower() for line in lines if (match := _TRANSFER.match(line.strip()))}
    broken = sum(_SOFT_BREAK.search(line) is not None for line in lines)
    escaped = sum(_EQUALS_SIGN.search(line) is not None for line in lines)
    if (escaped and broken) or ("quoted-printable" in declared and escaped + broken):
        return Diagnosis(
            "kernel.patch is the text of a mail in the encoding 'quoted-printable' ('=3D' stands"
            " for '=', and lines that end in '=' were broken).",
            _WHOLE_FILE,
        )
    if _is_base64(lines) or ("base64" in declared and not any(map(_HUNK.match, lines))):
        return Diagnosis(
            "kernel.patch is an attachment of a mail in the encoding 'base64', not yet decoded.",
            f"Save the attachment with the mail program. {_WHOLE_FILE}",
        )
    if any(map(_QUOTED.match, lines)) and not any(map(_HUNK.match, lines)):
        return Diagnosis(
            "The lines of kernel.patch begin with '>', as in an answer to a mail.", _WHOLE_FILE
        )
    return None


def _is_base64(lines: Sequence[str]) -> bool:
    block = [line.strip() for line in lines if _BASE64_LINE.match(line.strip())]
    if len(block) < 2:
        return False
    text = "".join(block)
    try:
        plain = base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return False
    return b"\n@@ -" in plain or b"\n+++ " in plain


def _indented(lines: Sequence[str]) -> Diagnosis | None:
    starts = [line for line in lines if _INDENTED.match(line)]
    if len(starts) < 2 or any(_START.match(line) or _HUNK.match(line) for line in lines):
        return None
    return Diagnosis(
        "Every line of kernel.patch is indented, as in a listing or a web page, so patch(1) finds"
        " no diff in it.",
        _WHOLE_FILE,
    )


def _other_kinds(lines: Sequence[str]) -> Diagnosis | None:
    """Output of git and diff that only looks like a patch."""
    if any(map(_SUBPROJECT.match, lines)):
        return Diagnosis(
            "kernel.patch only says that a submodule of your repository is at another commit: the"
            " kernel source is that submodule.",
            f"Inside the submodule's folder, use {AGAIN}.",
        )
    if any(map(_OF_PATCHES.match, lines)):
        return Diagnosis(
            "kernel.patch is the difference between two patches, not one between two kernels.",
            f"Make it from the source: {AGAIN}.",
        )
    if sum(_RANGE.match(line) is not None for line in lines) and not any(map(_START.match, lines)):
        return Diagnosis("kernel.patch is the output of 'git range-diff'.", f"Use {AGAIN}.")
    if sum(len(_WORD_DIFF.findall(line)) for line in lines) > 1 and any(map(_HUNK.match, lines)):
        return Diagnosis(
            "kernel.patch is a word diff ('[-old-]{+new+}'), which patch(1) cannot read.",
            f"Leave out '--word-diff': {AGAIN}.",
        )
    return None


def _without_lines(lines: Sequence[str]) -> Diagnosis | None:
    """Lists of what has changed, without the changes."""
    if any(map(_HUNK.match, lines)):
        return None
    if any(map(_STATISTICS.match, lines)):
        return Diagnosis(
            "kernel.patch only lists the changed files ('--stat'), without their lines.",
            f"Leave out '--stat': {AGAIN}.",
        )
    if any(map(_BRIEF.match, lines)):
        return Diagnosis(
            "kernel.patch only lists the files that differ ('diff -q'), without their lines.",
            "Use 'diff -ruN linux.orig linux > kernel.patch'.",
        )
    if any(map(_STATUS.match, lines)):
        return Diagnosis("kernel.patch is the output of 'git status'.", f"Use {AGAIN}.")
    if sum(_SIDES.match(line) is not None for line in lines) > 1:
        return Diagnosis(
            "kernel.patch shows both files side by side ('diff -y'), which patch(1) cannot read.",
            "Use 'diff -ruN linux.orig linux > kernel.patch'.",
        )
    first = next((line for line in lines if line.strip()), "")
    if _SOURCE.match(first):
        return Diagnosis(
            "kernel.patch is a source file, not the difference between two kernels.",
            f"Make the patch with {AGAIN}.",
        )
    return None


_LOOKS: tuple[Callable[[Sequence[str]], Diagnosis | None], ...] = (
    _known,
    _mail,
    _indented,
    _other_kinds,
    _without_lines,
)

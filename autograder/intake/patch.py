# SPDX-License-Identifier: MIT
"""kernel.patch: what it touches, and whether it may be applied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from autograder.assignment import current
from autograder.intake import repair, symptoms
from autograder.intake.diffscan import UNIFIED, NamedPath, Scan, Section, scan
from autograder.intake.names import listed, oddity, shown
from autograder.intake.problem import Problem, Refusal, Refused
from autograder.intake.repair import FOLDERS

PATCH_BYTES = 1024 * 1024
PATCH_LINES = 50_000  # a megabyte of line ends takes a minute, and a gigabyte, to look through

_BUILT = re.compile(
    r"(^|/)(\.config(\.old)?|\.[^/]*\.(cmd|d)|[^/]*\.(o|s|a|ko|mod|order)|vmlinux(\.[^/.]*)?|System\.map)$"
    r"|(^|/)include/(generated|config)/"
    r"|^(init/utsversion-tmp\.h|lib/crc/crc\d+table\.h|lib/crc/gen_crc\d+table)$"
)
# What has other causes, where the text does not look as a patch does.
_EXPLAINED = (
    *(Refusal.PATCH_MALFORMED, Refusal.PATCH_NOT_UNIFIED, Refusal.PATCH_EMPTY),
    *(Refusal.PATCH_LEVEL, Refusal.PATCH_MODE),
)
_HTML = (b"<!doctype", b"<html", b"<head", b"<?xml")


@dataclass(frozen=True)
class PatchSummary:
    """What a patch does: paths below the kernel's folder, and counts of lines.

    Where it is refused, ``refusal`` and ``message`` say why, and ``files`` has what was
    found until then, if anything.  ``notes`` are remarks that refuse nothing.
    """

    files: tuple[str, ...]
    added: int = 0
    removed: int = 0
    refusal: Refusal | None = None
    message: str = ""
    notes: tuple[str, ...] = ()
    text: bytes = b""

    @property
    def problem(self) -> Problem | None:
        """The refusal as a problem of the submission."""
        return None if self.refusal is None else Problem(self.refusal, self.message)


def inspect(text: bytes, series: str) -> PatchSummary:
    """Judge the patch ``text``, made against the kernel ``series`` (such as '7.3').

    Whether it applies is for patch(1) to find out, with -p1.
    """
    files: list[str] = []
    lines: list[str] = []
    try:
        _check_text(text, series)
        mended = repair.plain(text)
        lines = _lines(mended.text, series)
        found, lines, level_notes = _scanned(lines)
        _collect(found, files)
        if not found.sections:
            raise _without_hunks(found, series)
        counts = [_count(section) for section in found.sections]
    except Refused as refused:
        code, message = refused.problem.code, refused.problem.message
        if code in _EXPLAINED and (diagnosis := symptoms.of_text(lines)):
            message = str(diagnosis)
        return PatchSummary(tuple(files), refusal=code, message=message)
    return PatchSummary(
        files=tuple(files),
        added=sum(added for added, _ in counts),
        removed=sum(removed for _, removed in counts),
        notes=(*mended.notes, *level_notes, *_notes(found)),
        text="".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"),
    )


def _scanned(lines: list[str]) -> tuple[Scan, list[str], list[str]]:
    """What stands in ``lines``, at another level of folders where that is the only reading."""
    found = scan(lines)
    if any(_place(path)[0] is Refusal.PATCH_LEVEL for path in found.paths):
        other = repair.levelled(lines, found.paths)
        if other is not None:
            mended, note = other
            return scan(mended), mended, [note]
    return found, lines, []


def _check_text(text: bytes, series: str) -> None:
    """Refuse what is too large, or no text that could be a patch."""
    if len(text) > PATCH_BYTES:
        raise Refused(
            Refusal.PATCH_TOO_LARGE,
            f"kernel.patch is larger than {PATCH_BYTES // 1024} KiB. Take the diff between clean"
            f" trees of linux-{series}, without what a build makes.",
        )
    if not text.strip():
        raise Refused(
            Refusal.PATCH_EMPTY,
            "kernel.patch is empty: nothing in the kernel's source differs from the original.",
        )
    if text.startswith((b"\xff\xfe", b"\xfe\xff")) or (text[:1] == b"\0" or text[1:2] == b"\0"):
        raise Refused(
            Refusal.PATCH_ENCODING,
            "kernel.patch is UTF-16 text, as Windows PowerShell writes it with '>'. Save it as"
            " UTF-8, or use 'git diff --output=kernel.patch'.",
        )
    if text.startswith((b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zXZ\0", b"BZh")):
        raise Refused(
            Refusal.PATCH_NOT_UNIFIED, "kernel.patch is compressed. Hand it in as plain text."
        )
    if b"\0" in text:
        raise Refused(Refusal.PATCH_BINARY, "kernel.patch has NUL bytes in it; it is not text.")
    if text.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(_HTML):
        raise Refused(
            Refusal.PATCH_NOT_UNIFIED,
            "kernel.patch is an HTML page, perhaps saved from a browser. Hand in the patch itself.",
        )


def _lines(text: bytes, series: str) -> list[str]:
    """The lines without their newlines; bytes that are no UTF-8 survive as surrogates."""
    if text.count(b"\n") > PATCH_LINES:
        raise Refused(
            Refusal.PATCH_TOO_LARGE,
            f"kernel.patch has more than {PATCH_LINES} lines. Take the diff between clean trees of"
            f" linux-{series}, without what a build makes.",
        )
    return text.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")


def _without_hunks(found: Scan, series: str) -> Refused:
    if found.paths:
        return Refused(
            Refusal.PATCH_EMPTY, "kernel.patch names files but has no hunk: it changes no line."
        )
    return Refused(
        Refusal.PATCH_NOT_UNIFIED,
        "kernel.patch is not a unified diff: there is no hunk ('@@') in it."
        f" {UNIFIED} against linux-{series}.",
    )


def _collect(found: Scan, files: list[str]) -> None:
    """Fill ``files``; refuse all paths that may not be touched, in one sentence."""
    wrong: dict[Refusal, dict[str, None]] = {}
    places: dict[str, None] = {}  # a dict, since there may be thousands
    for path in found.paths:
        if path.text == "/dev/null":
            continue
        code, place = _place(path)
        if code is not None:
            wrong.setdefault(code, {})[place or path.text] = None
        else:
            places[place] = None
    files += places
    for code, names in wrong.items():
        raise Refused(code, _path_message(code, list(names)))


def _place(path: NamedPath) -> tuple[Refusal | None, str]:
    """Where ``path`` leads below the kernel's folder, or why it may not."""
    if oddity(path.text) is not None:
        return Refusal.PATCH_NAME, ""
    if path.text.startswith("/"):
        return Refusal.PATCH_ABSOLUTE, ""
    # patch(1) may end a name at a blank: 'fs/.. /x' is as bad as 'fs/../x'.
    if ".." in re.split(r"[/\s]", path.text):
        return Refusal.PATCH_DOTDOT, ""
    prefix, slash, rest = path.text.partition("/")
    if not path.prefixed:
        prefix, slash, rest = "a", "/", path.text
    parts = [part for part in rest.split("/") if part not in ("", ".")]
    allowed = current().folders
    if len(parts) > 1 and parts[0] in allowed:
        name = "/".join(parts)
        return Refusal.PATCH_BUILT if _BUILT.search(name) else None, name
    if not slash or prefix in FOLDERS:
        return Refusal.PATCH_LEVEL, ""
    if parts and parts[0] in FOLDERS - set(allowed):
        return Refusal.PATCH_OUTSIDE, "/".join(parts)
    if any(part in allowed for part in parts[1:-1]):
        return Refusal.PATCH_LEVEL, ""
    return Refusal.PATCH_OUTSIDE, "/".join(parts)


def _path_message(code: Refusal, names: list[str]) -> str:
    which = listed(names)
    clean = (
        "Take the diff between clean trees ('make mrproper'); take such files out of a git"
        " repository with 'git rm --cached'."
    )
    built = f" Some of them a build makes. {clean}" if any(map(_BUILT.search, names)) else ""
    known = any(name.partition("/")[0] in FOLDERS for name in names)
    inside = (
        ""
        if known or "/" not in names[0]
        else " Paths begin at the top of the kernel's source: take the diff there, not in a folder"
        " of it."
    )
    messages = {
        Refusal.PATCH_NAME: f"kernel.patch names {which}, which {oddity(names[0])}.",
        Refusal.PATCH_ABSOLUTE: f"kernel.patch names the absolute path {which}. Take the diff in"
        " the folder that holds both trees: 'diff -ruN linux.orig linux'.",
        Refusal.PATCH_DOTDOT: f"kernel.patch names {which}, with '..' in it. Take the diff in the"
        " folder that holds both trees: 'diff -ruN linux.orig linux'.",
        Refusal.PATCH_LEVEL: f"kernel.patch names {which}: a path must have exactly one leading"
        " folder (a/fs/..., b/fs/... or linux/fs/...), which 'patch -p1' takes off. Use"
        " 'git diff --relative' in the top folder of the kernel, or 'diff -ruN linux.orig linux' in"
        " the folder that holds both.",
        Refusal.PATCH_OUTSIDE: f"kernel.patch touches {which}, but may add and change files below"
        f" {_words(current().folders)} only.{built}{inside}",
        Refusal.PATCH_BUILT: f"kernel.patch touches {which}, which is not in the source: a build"
        f" makes it. {clean}",
    }
    return messages[code]


def _words(folders: Sequence[str]) -> str:
    """``fs/, kernel/ and mm/``"""
    *others, last = [f"{folder}/" for folder in folders]
    return f"{', '.join(others)} and {last}" if others else last


def _count(section: Section) -> tuple[int, int]:
    """The numbers of added and removed lines of one file's hunks."""
    # The names are judged already; the parser gets stand-ins that it cannot stumble over.
    lines = ["--- a/file\n", "+++ b/file\n", *(line + "\n" for line in section.lines)]
    try:
        parsed = PatchSet(lines)
    except (UnidiffParseError, ValueError, IndexError) as error:
        raise Refused(
            Refusal.PATCH_MALFORMED,
            f"kernel.patch, from line {section.first}: the hunks of {shown(section.name)} are"
            f" damaged ({str(error)[:80]!a}).",
        ) from error
    return parsed.added, parsed.removed


def _notes(found: Scan) -> tuple[str, ...]:
    if not found.only_in:
        return ()
    return (
        f"kernel.patch says 'Only in ...' of {listed(found.only_in)}: such files are not in the"
        " patch ('diff -ruN' puts them there).",
    )

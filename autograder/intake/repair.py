# SPDX-License-Identifier: MIT
"""Patches that an editor or a terminal has changed on their way, in ways that can be undone.

Only what leaves a single reading is undone, and a note tells the student.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.assignment import current
from autograder.intake.diffscan import NamedPath
from autograder.intake.names import oddity, shown

# The folders at the top of a kernel tree, to tell them from leading folders.
FOLDERS = frozenset(
    {
        *("Documentation", "LICENSES", "arch", "block", "certs", "crypto", "drivers", "fs"),
        *("include", "init", "io_uring", "ipc", "kernel", "lib", "mm", "net", "rust", "samples"),
        *("scripts", "security", "sound", "tools", "usr", "virt"),
    }
)

_MARK = re.compile(rb"^\xef\xbb\xbf(?=diff |--- |Index:|From )", re.M)
_COLOUR = re.compile(rb"\x1b\[[0-9;]*[mK]")
_COLOURED = re.compile(rb"^\x1b\[[0-9;]*m(?:diff |--- |\+\+\+ |@@ )", re.M)
_LINE_END = re.compile(rb"\r+(?=\n|\Z)")
_DIFF = re.compile(rb"^(?:diff --git |diff -|--- |Index: )", re.M)
_NO_ESCAPE = re.compile(rb"=(?![0-9A-F]{2}|\n)")
_NAMED_LINE = re.compile(r"(--- |\+\+\+ |\*\*\* |Index: |diff --git |(?:rename|copy) (?:from|to) )")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')


@dataclass(frozen=True)
class Mended:
    """A patch as it is read, and what was done to it."""

    text: bytes
    notes: tuple[str, ...] = ()


def plain(text: bytes) -> Mended:
    """``text`` without byte order marks, colours and CRs, and with its last line ended."""
    notes = []
    if text.startswith(b"\xef\xbb\xbf") or _MARK.search(text):
        text = _MARK.sub(b"", text.removeprefix(b"\xef\xbb\xbf"))
        notes.append(
            "kernel.patch begins with a byte order mark ('BOM'), which hides its first line from"
            " patch(1). It was taken off; save the file as UTF-8 without one."
        )
    if _COLOURED.search(text):
        text = _COLOUR.sub(b"", text)
        notes.append(
            "kernel.patch has the colour codes of a terminal in it, which were taken out. Use"
            " 'git diff --no-color', or set color.ui to auto."
        )
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")  # line ends of old Macs
    mended = _LINE_END.sub(b"", text)
    if mended != text:
        every = len(_LINE_END.findall(text)) >= text.count(b"\n")
        notes.append(
            f"{'The' if every else 'Some'} lines of kernel.patch end as on Windows (CRLF); the"
            " kernel source has no such lines, so they were read as plain ones. Convert your files"
            " with 'dos2unix'; in git, set core.autocrlf to input."
        )
        text = mended
    if (decoded := _from_mail(text)) is not None:
        text = decoded
        notes.append(
            "kernel.patch is the text of a mail in the encoding quoted-printable ('=3D' stands for"
            " '='), which was decoded. Hand in the file that git or diff has written."
        )
    if text and not text.endswith(b"\n"):
        text += b"\n"
    return Mended(text, tuple(notes))


def _from_mail(text: bytes) -> bytes | None:
    """``text``, decoded where all of its diff is quoted-printable, as no source is by chance."""
    start = _DIFF.search(text)
    if start is None:
        return None
    head, body = text[: start.start()], text[start.start() :]
    if b"=3D" not in body or _NO_ESCAPE.search(body):
        return None
    return head + quopri.decodestring(body)


def levelled(lines: Sequence[str], paths: Sequence[NamedPath]) -> tuple[list[str], str] | None:
    """``lines`` with exactly one leading folder before each of ``paths``, and a note.

    None unless the paths, as they are, begin at the top of the kernel's source in one way only.
    """
    named = [path for path in paths if path.text != "/dev/null"]
    depths = [_depths(path) for path in named]
    common = set.intersection(*depths) if depths else set()
    if len(common) != 1 or common == {1}:
        return None
    (depth,) = common
    result = list(lines)
    by_line: dict[int, list[NamedPath]] = {}
    for path in named:
        by_line.setdefault(path.line - 1, []).append(path)
    for number, here in by_line.items():
        line = _relevelled(lines[number], here, depth)
        if line is None:
            return None
        result[number] = line
    return result, _level_note(named, depth)


def _parts(path: NamedPath) -> list[str]:
    """The components; names that come without a prefix get one."""
    parts = [part for part in path.text.split("/") if part not in ("", ".")]
    return parts if path.prefixed else ["a", *parts]


def _depths(path: NamedPath) -> set[int]:
    """How many leading folders may be there to take off."""
    if path.text.startswith("/") or oddity(path.text) is not None:
        return set()
    allowed = current().folders
    found: set[int] = set()
    for depth, part in enumerate(_parts(path)[:-1]):
        if part in allowed:
            found.add(depth)
        elif part == ".." or part in FOLDERS:
            break
    # Names that git writes without a prefix are the same at the levels 0 and 1.
    return found | {0} if not path.prefixed and 1 in found else found


def _relevelled(line: str, paths: Sequence[NamedPath], depth: int) -> str | None:
    """``line``, with ``paths`` in another place; None where they are written in another way."""
    match = _NAMED_LINE.match(line)
    if match is None:
        return None
    text = line[match.end() :]
    names = _QUOTED.findall(text) if '"' in text else [path.text for path in paths]
    joined = " ".join(names)
    if len(names) != len(paths) or not text.startswith(joined):
        return None
    prefixes = [""] if not paths[0].prefixed else ["b/"] if match[1] == "+++ " else ["a/", "b/"]
    taken_off = depth if paths[0].prefixed else max(depth, 1) - 1
    moved = [_moved(name, pre, taken_off) for name, pre in zip(names, prefixes, strict=False)]
    return match[1] + " ".join(moved) + text[len(joined) :]


def _moved(name: str, prefix: str, taken_off: int) -> str:
    quote = '"' if name.startswith('"') else ""
    return quote + prefix + "/".join(name.removeprefix(quote).split("/")[taken_off:])


def _level_note(paths: Sequence[NamedPath], depth: int) -> str:
    if depth == 0:
        return (
            f"The paths of kernel.patch, such as {shown(paths[0].text)}, have no leading folder;"
            " they were read as with 'patch -p0'. git writes them so with diff.noprefix=true: use"
            " 'git -c diff.noprefix=false diff'."
        )
    above = "/".join(_parts(paths[0])[1:depth])
    return (
        f"The paths of kernel.patch begin above the kernel's source, in {shown(above + '/')}, which"
        " was taken off. In the top folder of the kernel, use 'git diff --relative'."
    )

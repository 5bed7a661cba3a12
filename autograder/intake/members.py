# SPDX-License-Identifier: MIT
"""The members of a submission, and what they may be: checked before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from autograder.intake.names import oddity, shown
from autograder.intake.problem import Problem, Refusal, Refused

MIB = 1024 * 1024
ARCHIVE_BYTES = 16 * MIB
UNPACKED_BYTES = 32 * MIB
FILE_BYTES = 8 * MIB
MEMBERS = 2000
DEPTH = 8
RATIO = 100
# Small archives of very regular text pack better than RATIO; they cannot do any harm.
RATIO_FREE_BYTES = 2 * MIB

_LITTER = (
    "__MACOSX",
    ".DS_Store",
    "._*",
    "Icon\r",
    "*~",
    ".*.sw?",
    ".git",
    ".idea",
    ".vscode",
    "Thumbs.db",
    "desktop.ini",
)


@dataclass(frozen=True)
class Member:
    """One entry of an archive or a folder.

    ``size`` is what the archive declares, in bytes; ``problem`` is what its kind makes
    wrong with it (a link, encryption); ``read`` gives its bytes.
    """

    name: str
    size: int
    folder: bool
    executable: bool
    problem: Problem | None
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Entry:
    """A member that passed, under its normalised path, one string for each component."""

    parts: tuple[str, ...]
    member: Member


def is_litter(component: str) -> bool:
    """Whether desktops and editors leave such names behind."""
    return any(fnmatchcase(component, pattern) for pattern in _LITTER)


def not_plain(name: str, kind: str) -> Problem:
    """The problem of a link or a device."""
    return Problem(
        Refusal.MEMBER_NOT_PLAIN,
        f"{shown(name)} is {kind}: a submission consists of plain files and folders only.",
    )


def checked(members: Iterable[Member], packed: int | None) -> list[Entry]:
    """Check all ``members``; raise :class:`Refused` at the first that may not be.

    ``packed`` is the size of the archive in bytes, None for a folder.  Litter is left out
    and counts for nothing.
    """
    entries: list[Entry] = []
    total = 0
    for member in members:
        parts = _parts(member.name)
        if not parts or any(is_litter(part) for part in parts):
            continue
        _check_name(member.name, parts)
        if member.problem is not None:
            raise Refused(member.problem.code, member.problem.message)
        entries.append(Entry(parts, member))
        if len(entries) > MEMBERS:
            raise Refused(
                Refusal.ARCHIVE_TOO_LARGE,
                f"The submission has more than {MEMBERS} files and folders."
                " Hand in kernel.patch and tools/, not a source tree.",
            )
        if not member.folder:
            total += member.size
            _check_size(member, total)
    if packed is not None and total > max(RATIO_FREE_BYTES, packed * RATIO):
        raise Refused(
            Refusal.ARCHIVE_TOO_LARGE,
            f"The archive unpacks to more than {RATIO} times its size, as only archives"
            " made to do harm do.",
        )
    _check_places(entries)
    return entries


def _parts(name: str) -> tuple[str, ...]:
    if name.startswith("/"):
        raise Refused(
            Refusal.MEMBER_OUTSIDE,
            f"{shown(name)} is an absolute path; only paths inside the submission are allowed.",
        )
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise Refused(
            Refusal.MEMBER_OUTSIDE,
            f"{shown(name)} leads out of the submission with '..'.",
        )
    return parts


def _check_name(name: str, parts: tuple[str, ...]) -> None:
    wrong = oddity("/".join(parts))
    if wrong is not None:
        raise Refused(Refusal.MEMBER_NAME, f"The file name {shown(name)} {wrong}.")
    if len(parts) > DEPTH:
        raise Refused(
            Refusal.ARCHIVE_TOO_LARGE,
            f"{shown(name)} lies in more than {DEPTH - 1} folders, one in another.",
        )


def _check_size(member: Member, total: int) -> None:
    if member.size > FILE_BYTES:
        raise Refused(
            Refusal.ARCHIVE_TOO_LARGE,
            f"{shown(member.name)} is larger than {FILE_BYTES // MIB} MiB.",
        )
    if total > UNPACKED_BYTES:
        raise too_large_unpacked()


def too_large_unpacked() -> Refused:
    """The refusal of what is too large in all."""
    return Refused(
        Refusal.ARCHIVE_TOO_LARGE,
        f"The submission is larger than {UNPACKED_BYTES // MIB} MiB when unpacked."
        " Hand in kernel.patch and tools/ only.",
    )


def _check_places(entries: list[Entry]) -> None:
    """Every path is named once, and no file is where another entry needs a folder."""
    files: set[tuple[str, ...]] = set()
    folders: set[tuple[str, ...]] = set()
    for entry in entries:
        folders.update(entry.parts[:length] for length in range(1, len(entry.parts)))
        if entry.member.folder:
            folders.add(entry.parts)
        elif entry.parts in files:
            raise Refused(
                Refusal.MEMBER_DUPLICATE,
                f"{shown('/'.join(entry.parts))} is in the archive twice.",
            )
        else:
            files.add(entry.parts)
    for parts in sorted(files & folders):
        raise Refused(
            Refusal.MEMBER_DUPLICATE,
            f"{shown('/'.join(parts))} is in the archive both as a file and as a folder.",
        )

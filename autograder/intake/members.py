# SPDX-License-Identifier: MIT
"""The members of a submission, and what they may be: checked before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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
    # Desktops and the systems below them.
    *("__MACOSX", ".DS_Store", "._*", "Icon\r", ".Trashes", ".Spotlight-V100", ".fseventsd"),
    *("Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN", ".directory", ".nfs*"),
    # Editors' backups, locks and journals.
    *("*~", "#*#", ".#*", ".*.sw?", "*.swp", "*.swo", "~$*", ".~lock.*#"),
    # Folders of development environments, version control and languages.
    *(".git", ".hg", ".svn", ".idea", ".vs", ".vscode", ".history", ".settings", ".cache"),
    *("__pycache__", "*.pyc", "node_modules", ".venv", ".pytest_cache", ".mypy_cache"),
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
class Placed:
    """A member under its normalised path, one string for each component.

    ``problem`` is what refuses the submission, if this member matters to it.
    """

    parts: tuple[str, ...]
    member: Member
    problem: Problem | None = None

    @property
    def name(self) -> str:
        """The normalised path as text."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Contents:
    """What an archive or a folder holds; ``litter`` has the paths that nobody handed in."""

    entries: list[Placed]
    litter: list[str]


def is_litter(component: str) -> bool:
    """Whether desktops and editors leave such names behind."""
    name = component.lower()
    return any(fnmatchcase(name, pattern.lower()) for pattern in _LITTER)


def not_plain(name: str, kind: str) -> Problem:
    """The problem of a link or a device."""
    return Problem(
        Refusal.MEMBER_NOT_PLAIN,
        f"{shown(name)} is {kind}: a submission consists of plain files and folders only.",
    )


def checked(members: Iterable[Member], packed: int | None) -> Contents:
    """Check all ``members``; raise :class:`Refused` for what no submission may hold.

    That is paths that lead out of it, and too much of anything; what is wrong with a single
    member stands in its entry.  ``packed`` is the size of the archive in bytes, None for a
    folder.  Litter is left out and counts for nothing.
    """
    entries: list[Placed] = []
    litter: dict[str, None] = {}
    total = 0
    for member in members:
        parts = _parts(member.name)
        if not parts:
            continue
        if wasted := _litter(parts):
            litter[wasted] = None
            continue
        entries.append(Placed(parts, member, member.problem or _wrong_name(member.name, parts)))
        if len(parts) > DEPTH:
            raise Refused(
                Refusal.ARCHIVE_TOO_LARGE,
                f"{shown(member.name)} lies in more than {DEPTH - 1} folders, one in another.",
            )
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
    return Contents(_placed(entries), list(litter))


def _litter(parts: tuple[str, ...]) -> str:
    """The path up to the first component that is litter; empty where none is."""
    for length, part in enumerate(parts, start=1):
        if is_litter(part):
            return "/".join(parts[:length])
    return ""


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


def _wrong_name(name: str, parts: tuple[str, ...]) -> Problem | None:
    wrong = oddity("/".join(parts))
    if wrong is None:
        return None
    return Problem(Refusal.MEMBER_NAME, f"The file name {shown(name)} {wrong}.")


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


def _placed(entries: list[Placed]) -> list[Placed]:
    """``entries``, with a problem where a path is named twice, or is a file and a folder."""
    folders = {entry.parts[:length] for entry in entries for length in range(1, len(entry.parts))}
    folders.update(entry.parts for entry in entries if entry.member.folder)
    files: set[tuple[str, ...]] = set()
    placed = []
    for entry in entries:
        both = "twice"
        if not entry.member.folder and entry.parts in folders:
            both = "both as a file and as a folder"
        if both != "twice" or entry.parts in files:
            message = f"{shown(entry.name)} is in the archive {both}."
            entry = replace(
                entry, problem=entry.problem or Problem(Refusal.MEMBER_DUPLICATE, message)
            )
        if not entry.member.folder:
            files.add(entry.parts)
        placed.append(entry)
    return placed

# SPDX-License-Identifier: MIT
"""Where in what an instructor names the submissions are: the export may lie a little deeper.

It may be the .zip as it was downloaded, a folder with that .zip in it, or a folder around the
folder.  What the kit itself has written there is no submission.
"""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from autograder.bulk import exports
from autograder.bulk.archives import SUFFIXES, is_archive, is_patch, stem_of
from autograder.bulk.students import Roster
from autograder.cache import remove
from autograder.errors import UsageError
from autograder.files import PRIVATE_FOLDER
from autograder.intake.arrangement import PATCH_NAME, TOOLS_NAME
from autograder.intake.members import is_litter

UNPACKED = ".export"  # below the folder of the grades
DEEPEST = 4
MOST_FILES = 200_000
MOST_BYTES = 64 << 30
_OWN = "class.json"  # what a folder of grades has in it
_PARTS = ("kernel", "tools", "patch", "answers", "source", "sources", "src")


def opened(place: Path, roster: Roster, grades: Path | None = None) -> Path:
    """The folder whose entries are the submissions in ``place``.

    An export that is a .zip is unpacked below ``grades``.
    Errors: UsageError where there is no such folder, or the .zip cannot be unpacked.
    """
    if place.is_file() and place.suffix.lower() == ".zip" and grades is not None:
        place = _unpacked(place, grades / UNPACKED)
    if not place.is_dir():
        raise UsageError(f"there is no folder {place}")
    if grades is not None and place.resolve() == grades.resolve():
        raise UsageError(
            f"{place} is the folder of the submissions: name another one for the grades (--out)"
        )
    if (place / PATCH_NAME).is_file() and (place / TOOLS_NAME).is_dir():
        raise UsageError(
            f"{place} is one submission, not a folder of submissions: grade it with "
            "`python -m autograder grade`"
        )
    for _ in range(DEEPEST):
        inner = _inner(place, roster, grades)
        if inner is None:
            break
        place = inner
    return place


def is_own(path: Path, grades: Path | None) -> bool:
    """Whether the kit wrote this folder of grades itself."""
    if not path.is_dir():
        return False
    same = grades is not None and grades.exists() and path.resolve() == grades.resolve()
    return same or (path / _OWN).is_file()


def entries(folder: Path, grades: Path | None = None) -> list[Path]:
    """What is in ``folder``, without litter, hidden files and what the kit wrote itself."""
    return [
        path
        for path in sorted(folder.iterdir())
        if not is_litter(path.name) and not path.name.startswith(".") and not is_own(path, grades)
    ]


def _inner(folder: Path, roster: Roster, grades: Path | None) -> Path | None:
    """The one thing in ``folder`` that holds the submissions; None where they are here."""
    if (folder / exports.GRADESCOPE).exists():
        return None
    found = [path for path in entries(folder, grades) if not path.is_symlink()]
    described = [path for path in found if (path / exports.GRADESCOPE).is_file()]
    if len(described) == 1:
        return described[0]
    things = [path for path in found if path.is_dir() or is_archive(path.name)]
    if len(things) != 1 or any(map(is_patch, (path.name for path in found))):
        return None
    (thing,) = things
    if exports.is_named_by_a_system(thing.name) or roster.match(stem_of(thing.name)).students:
        return None
    if thing.is_dir():
        inside = entries(thing, grades)
        return thing if _is_class([(p.name, _names_in(p)) for p in inside], roster) else None
    if thing.suffix.lower() == ".zip" and grades is not None and _holds_class(thing, roster):
        return _unpacked(thing, grades / UNPACKED)
    return None


def _names_in(path: Path) -> list[str]:
    try:
        return [entry.name for entry in path.iterdir()] if path.is_dir() else []
    except OSError:  # it is one submission's, and intake says what is wrong
        return []


def _is_class(members: Sequence[tuple[str, Sequence[str]]], roster: Roster) -> bool:
    """Whether these entries, with the names in those that are folders, are many submissions."""
    names = [name for name, _ in members if not is_litter(name)]
    if exports.GRADESCOPE in names or any(map(exports.is_named_by_a_system, names)):
        return True
    if PATCH_NAME in names or TOOLS_NAME in names:
        return False
    if any(roster.match(name, stem_of(name)).students for name in names):
        return True
    folders = [name for name, inside in members if _is_submission(inside)]
    archives = [
        name
        for name in names
        if name.lower().endswith(SUFFIXES) and not stem_of(name).lower().startswith(_PARTS)
    ]
    if len(folders) + len(archives) > 1:
        return True
    # One more folder around them all.
    return len(names) == 1 and len(members[0][1]) > 1 and not folders and not archives


def _is_submission(names: Iterable[str]) -> bool:
    return any(name in (PATCH_NAME, TOOLS_NAME) or is_archive(name) for name in names)


def _holds_class(archive: Path, roster: Roster) -> bool:
    try:
        with zipfile.ZipFile(archive) as opened_archive:
            names = opened_archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    for _ in range(DEEPEST):
        tops: dict[str, list[str]] = {}
        for name in names:
            top, _, rest = name.partition("/")
            inside = tops.setdefault(top, [])
            if first := rest.partition("/")[0]:
                inside.append(first)
        if _is_class(list(tops.items()), roster):
            return True
        if len(tops) != 1:
            return False
        names = [rest for name in names if (rest := name.partition("/")[2])]
    return False


def _unpacked(archive: Path, target: Path) -> Path:
    """The export ``archive`` as the folder ``target``.

    Errors: UsageError where it is damaged, or larger than any class.
    """
    fresh = target.with_name(f"{target.name}.new")
    remove(fresh)
    fresh.mkdir(PRIVATE_FOLDER)
    try:
        with zipfile.ZipFile(archive) as source:
            members = source.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > MOST_FILES or size > MOST_BYTES:
                raise UsageError(f"{archive} is larger than any class: unpack it yourself")
            for member in members:
                _extract(source, member, fresh)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        remove(fresh)
        raise UsageError(f"the export {archive} cannot be unpacked: {error}") from error
    remove(target)
    fresh.rename(target)
    return target


def _extract(source: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    parts = PurePosixPath(member.filename).parts
    if not parts or ".." in parts or parts[0] == "/":
        raise ValueError(f"it has a path that leads out of it ({member.filename!a})")
    path = Path(source.extract(member, folder))
    try:
        # What was handed in later is told by the time, where nothing else tells it.
        moment = time.mktime((*member.date_time, 0, 0, -1))
        os.utime(path, (moment, moment))
    except (ValueError, OverflowError):
        return

# SPDX-License-Identifier: MIT
"""The files of one submission, put together as a folder would have them.

Systems that know no folders give each file of a submission for itself, and students put notes
beside their archives.  What is here decides which of these files is the submission, and joins
them where it is several.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.bulk.archives import PATCHES, SUFFIXES, is_archive, is_patch, readable
from autograder.cache import remove
from autograder.errors import GraderError, UsageError
from autograder.files import PRIVATE, PRIVATE_FOLDER
from autograder.intake.answers import is_answers
from autograder.intake.archive import unpack
from autograder.intake.arrangement import PATCH_NAME, TOOLS_NAME
from autograder.intake.members import ARCHIVE_BYTES, MIB, UNPACKED_BYTES, is_litter
from autograder.intake.problem import Refused
from autograder.text import one_line

_SOURCE = re.compile(r"(?:gnu)?makefile|.*\.[ch]", re.I)
# 'kernel-1.patch' and 'kernel (1).patch': the name was taken, says Canvas or a browser.
_AGAIN = re.compile(r"(?P<stem>.+?)(?:-\d+|\s?\(\d+\))(?P<suffix>(?:\.tar)?\.\w+|)")


@dataclass(frozen=True)
class Part:
    """One file or folder of a submission, and what the student called it."""

    name: str
    path: Path
    order: tuple[int, ...] = ()


@dataclass(frozen=True)
class Content:
    """What is to be graded: ``path`` as it is, or ``parts`` that have to be put together."""

    path: Path
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()  # for the student, about what was left out or put elsewhere


def content_of(folder: Path) -> Content:
    """What in a student's own ``folder`` is the submission."""
    entries = [
        entry
        for entry in sorted(folder.iterdir())
        if not is_litter(entry.name) and not entry.is_symlink()
    ]
    archives = [entry for entry in entries if _is_file(entry) and is_archive(entry.name)]
    others = [entry for entry in entries if entry not in archives]
    whole = (folder / PATCH_NAME).is_file() and (folder / TOOLS_NAME).is_dir()
    if archives and not whole:
        return _chosen([Part(readable(entry.name), entry, _age(entry)) for entry in entries])
    inner = [entry for entry in others if entry.is_dir()]
    notes = [entry for entry in others if not entry.is_dir()]
    lone = len(inner) == 1 and notes and not any(_matters(entry.name) for entry in others)
    if lone and (inner[0] / PATCH_NAME).is_file():
        return Content(inner[0], notes=(_beside(inner[0].name, notes),))
    return Content(folder)


def content_of_parts(parts: Sequence[Part]) -> Content:
    """What of the files that a system gives for themselves is the submission."""
    parts = _renamed([part for part in parts if not is_litter(part.name)]) or list(parts)
    if len(parts) == 1 and not (is_patch(parts[0].name) or _matters(parts[0].name)):
        return Content(parts[0].path)
    return _chosen(parts)


def lone_patch(path: Path) -> Content:
    """A patch that has its student's name: it is put into a folder as kernel.patch."""
    note = f"{readable(path.name)} was taken for {PATCH_NAME}." if path.name != PATCH_NAME else ""
    return Content(path, (Part(PATCH_NAME, path),), tuple(filter(None, [note])))


def assemble(parts: Iterable[Part], target: Path) -> list[str]:
    """Put ``parts`` together as the new folder ``target``; notes about what was left out.

    Archives are unpacked as safely as any submission; one that cannot be read stays as it is.
    Errors: GraderError where it cannot be written.
    """
    fresh = target.with_name(f".{target.name}.new")
    try:
        remove(fresh)
        fresh.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        fresh.mkdir(PRIVATE_FOLDER)
        notes = _Assembly(fresh).put(sorted(parts, key=lambda part: part.order))
        remove(target)
        fresh.rename(target)
    except OSError as error:
        raise GraderError(f"{target} cannot be written: {error}") from error
    return notes


def copied(path: Path, folder: Path) -> Path:
    """A copy of ``path`` in the new ``folder``, under a name that can be written down.

    Errors: GraderError where it cannot be written.
    """
    try:
        remove(folder)
        folder.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, folder, symlinks=True)
            return folder
        folder.mkdir(PRIVATE_FOLDER)
        return Path(shutil.copyfile(path, folder / readable(path.name)))
    except (OSError, shutil.Error) as error:
        raise GraderError(f"{folder} cannot be written: {error}") from error


class _Assembly:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self.left = 2 * UNPACKED_BYTES  # bytes that may still be written

    def put(self, parts: Sequence[Part]) -> list[str]:
        unpacked, loose = [], []
        for number, part in enumerate(parts):
            scratch = self.folder / f".unpacked-{number}"
            if _is_file(part.path) and is_archive(part.name) and self._unpack(part, scratch):
                unpacked.append((part, scratch))
            else:
                loose.append(part)
        whole = [each for each in unpacked if (each[1] / PATCH_NAME).is_file()]
        for part, _ in whole[:-1]:
            self.notes.append(
                f"{part.name} was left out: {whole[-1][0].name} has a {PATCH_NAME} too and was "
                "handed in later."
            )
        for part, scratch in unpacked:
            if (part, scratch) not in whole[:-1]:
                self._merge(scratch, self._place(part, scratch))
            remove(scratch)
        for part in loose:
            self._copy(part.path, self.folder / part.name)
        self._sources()
        return self.notes

    def _unpack(self, part: Part, scratch: Path) -> bool:
        try:
            unpack(part.path, scratch)
        except Refused as refused:
            self.notes.append(f"{part.name} cannot be read: {refused.problem.message}")
            return False
        except UsageError as error:
            self.notes.append(f"{part.name} cannot be read: {error}")
            return False
        return True

    def _place(self, part: Part, scratch: Path) -> Path:
        """An archive of the tools' sources alone belongs into tools/."""
        names = [entry.name for entry in scratch.iterdir()]
        bare = TOOLS_NAME not in names and PATCH_NAME not in names
        if bare and any(map(_SOURCE.fullmatch, names)):
            self.notes.append(f"The files in {part.name} were put into {TOOLS_NAME}/.")
            return self.folder / TOOLS_NAME
        return self.folder

    def _merge(self, source: Path, target: Path) -> None:
        target.mkdir(PRIVATE_FOLDER, exist_ok=True)
        for entry in sorted(source.iterdir()):
            self._copy(entry, target / entry.name)

    def _copy(self, source: Path, target: Path) -> None:
        if is_litter(source.name):
            return
        if source.is_symlink():
            self.notes.append(f"{self._name(target)} was left out: it is a link.")
            return
        if source.is_dir():
            if target.exists() and not target.is_dir():
                self.notes.append(f"{self._name(target)} was handed in twice, once as a folder.")
                return
            self._merge(source, target)
            return
        if not source.is_file():
            return
        size = source.stat().st_size
        if size > ARCHIVE_BYTES or size > self.left:
            self.notes.append(
                f"{self._name(target)} was left out: it is too large ({size // MIB} MiB)."
            )
            return
        data = source.read_bytes()
        self.left -= size
        if target.is_dir():
            self.notes.append(f"{self._name(target)} was handed in twice, once as a folder.")
            return
        if target.exists() and target.read_bytes() != data:
            self.notes.append(
                f"{self._name(target)} was handed in twice, and the two differ: the one that was "
                "handed in by itself or later counts."
            )
        target.write_bytes(data)
        target.chmod(PRIVATE | (source.stat().st_mode & 0o100))

    def _sources(self) -> None:
        """Without folders, the tools' sources come side by side with the patch."""
        tools = self.folder / TOOLS_NAME
        sources = [
            entry
            for entry in sorted(self.folder.iterdir())
            if entry.is_file() and _SOURCE.fullmatch(entry.name)
        ]
        if tools.exists() or not sources:
            return
        tools.mkdir(PRIVATE_FOLDER)
        for entry in sources:
            entry.rename(tools / entry.name)
        names = ", ".join(readable(entry.name) for entry in sources)
        self.notes.append(f"These files were put into {TOOLS_NAME}/: {one_line(names, 200)}.")

    def _name(self, target: Path) -> str:
        return readable(str(target.relative_to(self.folder)))


def _chosen(parts: Sequence[Part]) -> Content:
    """The archive alone where nothing beside it belongs to a submission, or all together."""
    archives = [part for part in parts if _is_file(part.path) and is_archive(part.name)]
    beside = [part for part in parts if part not in archives]
    if not any(_matters(part.name) for part in beside):
        folders = [part.path for part in beside if (part.path / PATCH_NAME).is_file()]
        readable = [part.path for part in archives if part.name.lower().endswith(SUFFIXES)]
        for paths in (readable, folders, [part.path for part in archives]):
            if len(paths) == 1:
                left = [part.path for part in parts if part.path != paths[0]]
                notes = (_beside(paths[0].name, left),) if left else ()
                return Content(paths[0], notes=notes)
    return Content(parts[0].path, tuple(parts))


def _matters(name: str) -> bool:
    """Whether a submission has files that are called so."""
    lower = name.lower()
    return (
        lower in (TOOLS_NAME, PATCH_NAME)
        or lower.endswith(PATCHES)
        or is_answers(name)
        or bool(_SOURCE.fullmatch(name))
    )


def _beside(name: str, notes: Sequence[Path]) -> str:
    names = one_line(", ".join(readable(path.name) for path in notes), 200)
    return f"{readable(name)} is the submission; {names} beside it was left out."


def _renamed(parts: Sequence[Part]) -> list[Part]:
    """The parts under the names that they had before somebody's system numbered them."""
    taken = {part.name for part in parts}
    wanted: dict[str, int] = {}
    for part in parts:
        if found := _AGAIN.fullmatch(part.name):
            plain = found["stem"] + found["suffix"]
            wanted[plain] = wanted.get(plain, 0) + 1
    renamed = []
    for part in parts:
        found = _AGAIN.fullmatch(part.name)
        plain = found["stem"] + found["suffix"] if found else ""
        free = found and plain not in taken and wanted[plain] == 1
        renamed.append(Part(plain, part.path, part.order) if free else part)
    return renamed


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _age(path: Path) -> tuple[int, ...]:
    return (path.lstat().st_mtime_ns,)

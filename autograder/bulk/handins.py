# SPDX-License-Identifier: MIT
"""What a class handed in: the submissions in a folder, one for each student or group."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from autograder.bounded import read_back
from autograder.bulk import exports
from autograder.bulk.exports import Named
from autograder.bulk.students import Roster, Student
from autograder.errors import UsageError
from autograder.intake.members import ARCHIVE_BYTES, is_litter

SUFFIXES = (".tar.gz", ".tar.xz", ".tgz", ".tar", ".zip")
# What is beside the submissions' folders, and what some system does not allow.
RESERVED = (
    "class.json",
    "journal.jsonl",
    "gradebook.csv",
    "canvas.csv",
    "moodle.csv",
    "index.html",
    "similarity.json",
    "con",
    "nul",
)
LONGEST_NAME = 80
MOST_READ = 2 * ARCHIVE_BYTES  # a larger file is refused, whatever is in it


@dataclass(frozen=True)
class Handin:
    """One submission; ``name`` is its folder below ``grades/``."""

    name: str
    path: Path
    students: tuple[Student, ...]
    submitted: datetime | None = None
    remark: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """By which an extension may name this submission's students."""
        return (
            self.name,
            *(word for s in self.students for word in (s.id, s.email, s.login) if word),
        )


@dataclass(frozen=True)
class Found:
    """Everything in a folder: what is graded, and remarks about what is not, or whose it is."""

    handins: list[Handin]
    remarks: list[str]


def discover(folder: Path, roster: Roster) -> Found:
    """The submissions in ``folder``, by name.

    Of several by one student the last counts.
    Errors: UsageError where the folder cannot be read or holds no submission.
    """
    folder = _export(folder)
    remarks: list[str] = []
    described = exports.gradescope(folder) if (folder / exports.GRADESCOPE).is_file() else None
    latest: dict[str, tuple[Named, Path]] = {}
    for path in _candidates(folder, remarks):
        stem = stem_of(path.name)
        if described is not None and path.name not in described:
            remarks.append(f"{path.name}: {exports.GRADESCOPE} does not describe it")
            continue
        named = described[path.name] if described is not None else exports.by_name(stem)
        student = _student(named, roster)
        identity = named.identity if student is None else student.key
        other = latest.get(identity)
        if other is None:
            latest[identity] = (named, path)
            continue
        kept, dropped = sorted([other, (named, path)], key=lambda each: _age(*each))[::-1]
        latest[identity] = kept
        remarks.append(f"{dropped[1].name}: not graded, {kept[1].name} was handed in later")
    if not latest:
        raise UsageError(f"{folder} holds no submission: folders, or {', '.join(SUFFIXES)}")
    taken: set[str] = set()
    handins = [_handin(named, path, roster, taken) for named, path in latest.values()]
    if listed := set(roster.students):  # a mistyped name is somebody's 'nothing handed in'
        remarks += [
            f"{handin.path.name}: nobody on the roster is {student.words}"
            for handin in handins
            for student in handin.students
            if student not in listed
        ]
    return Found(sorted(handins, key=lambda handin: handin.name), remarks)


def stem_of(name: str) -> str:
    """A file's name without an archive's suffix."""
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name


def safe_name(identity: str) -> str:
    """``identity`` as the name of a folder that any system and any address can hold."""
    name = re.sub(r"[^A-Za-z0-9._@+-]+", "_", identity).strip("._ -")[:LONGEST_NAME]
    if name and name == identity and name.lower() not in RESERVED:
        return name
    digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{name or 'submission'}-{digest}"


def content_sha256(path: Path) -> str:
    """Over all that was handed in, names included; links are not followed."""
    digest = hashlib.sha256()
    for name, file in _members(path):
        facts = file.lstat()
        digest.update(
            f"{name}\0{stat.S_IFMT(facts.st_mode)}\0{facts.st_size}\0".encode(errors="replace")
        )
        if stat.S_ISLNK(facts.st_mode):
            digest.update(os.fsencode(file.readlink()))
        if stat.S_ISREG(facts.st_mode):
            digest.update(read_back(file, MOST_READ) or b"")
    return digest.hexdigest()


def _members(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_dir() and not path.is_symlink():
        for parent, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                file = Path(parent, name)
                yield str(file.relative_to(path)), file
    else:
        yield "", path


def _export(folder: Path) -> Path:
    """The folder itself, or the one folder of Gradescope's in it."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    inner = [path.parent for path in folder.glob(f"*/{exports.GRADESCOPE}")]
    return inner[0] if len(inner) == 1 and not (folder / exports.GRADESCOPE).exists() else folder


def _candidates(folder: Path, remarks: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if is_litter(path.name) or path.name.startswith(".") or path.name == exports.GRADESCOPE:
            continue
        if path.is_symlink():
            remarks.append(f"{path.name}: links are not followed")
        elif exports.is_beside(path.name):
            remarks.append(f"{path.name}: not a file that was handed in")
        elif path.is_dir() or path.name.lower().endswith(SUFFIXES):
            yield path
        elif path.suffix.lower() != ".csv":
            remarks.append(f"{path.name}: neither a folder nor an archive")


def _content(path: Path) -> Path:
    """Systems that put each submission into a folder leave an archive alone in it."""
    if not path.is_dir():
        return path
    inside = [entry for entry in path.iterdir() if not is_litter(entry.name)]
    if len(inside) == 1 and inside[0].is_file() and not inside[0].is_symlink():
        return inside[0] if inside[0].name.lower().endswith(SUFFIXES) else path
    return path


def _age(named: Named, path: Path) -> tuple[str, int, int, str]:
    return (*named.order, path.lstat().st_mtime_ns, path.name)


def _student(named: Named, roster: Roster) -> Student | None:
    if named.students:
        first = named.students[0]
        return roster.find(first.id, first.email) or (first if first.key else None)
    return roster.find(*named.words)


def _handin(named: Named, path: Path, roster: Roster, taken: set[str]) -> Handin:
    members = named.students or (Student(),)
    known = [roster.find(s.id, s.email, *(() if s.key else named.words)) or s for s in members]
    students = tuple(s if s.key else replace_key(s, named.identity) for s in known)
    name = safe_name(named.identity)
    if name.lower() in taken:  # not told apart by every file system
        name = f"{name}-{hashlib.sha256(path.name.encode(errors='replace')).hexdigest()[:6]}"
    taken.add(name.lower())
    submitted = named.submitted
    if submitted is None and len(students) == 1 and students[0].submitted:
        submitted = datetime.fromisoformat(students[0].submitted)
    remark = "Canvas says that it is late, not by how much." if named.said_late else ""
    handin = Handin(name, _content(path), students, submitted)
    return replace(handin, remark=remark) if submitted is None else handin


def replace_key(student: Student, identity: str) -> Student:
    """A student of whom only the submission's name is known."""
    return student.model_copy(update={"id": identity})

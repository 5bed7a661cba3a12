# SPDX-License-Identifier: MIT
"""What a class handed in: the submissions in a folder, one for each student or group."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone, tzinfo
from pathlib import Path

from autograder.bulk import exports, opening
from autograder.bulk.archives import SUFFIXES, is_archive, is_patch, readable, stem_of
from autograder.bulk.exports import Named
from autograder.bulk.owners import Owners, owners_of
from autograder.bulk.parts import Content, Part, content_of, content_of_parts, lone_patch
from autograder.bulk.students import Roster, Student
from autograder.errors import UsageError
from autograder.intake.members import ARCHIVE_BYTES
from autograder.sandbox.bounded import read_back

# What is beside the submissions' folders, and what some system does not allow.
RESERVED = (
    "class.json",
    "journal.jsonl",
    "gradebook.csv",
    "canvas.csv",
    "moodle.csv",
    "index.html",
    "similarity.json",
    "feedback",
    "con",
    "nul",
)
LONGEST_NAME = 80
MOST_READ = 2 * ARCHIVE_BYTES  # a larger file is refused, whatever is in it
TYPED = "Text was typed in, and no file was handed in."


@dataclass(frozen=True)
class Handin:
    """One submission; ``name`` is its folder below ``grades/``.

    Where there are ``parts``, they have to be put together before anything can be graded.
    ``notes`` are for the student, ``remark`` is for the instructor.
    """

    name: str
    path: Path
    students: tuple[Student, ...]
    submitted: datetime | None = None
    remark: str = ""
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    system: str = ""  # that named it
    source: str = ""  # what it is called in the export

    @property
    def keys(self) -> tuple[str, ...]:
        """By which an extension may name this submission's students."""
        return (
            self.name,
            *(word for s in self.students for word in (s.id, s.email, s.login) if word),
        )


@dataclass(frozen=True)
class Found:
    """Everything in a folder: what is graded, and remarks about what is not, or whose it is.

    ``unowned`` are the submissions of which not all owners are known; ``lost`` are the keys of
    students who handed in what is not in the folder.
    """

    handins: list[Handin]
    remarks: list[str]
    unowned: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Unit:
    """The entries of a folder that are one submission, and whose it is."""

    named: Named
    entries: tuple[tuple[Named, Path], ...]
    owners: Owners

    @property
    def label(self) -> str:
        names = [readable(path.name) for _, path in self.entries]
        return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more files"

    @property
    def age(self) -> tuple[str, int, int, str]:
        order = max(named.order for named, _ in self.entries)
        newest = max(path.lstat().st_mtime_ns for _, path in self.entries)
        return (*order, newest, self.entries[0][1].name)


def discover(
    folder: Path, roster: Roster, zone: tzinfo = timezone.utc, grades: Path | None = None
) -> Found:
    """The submissions in ``folder``, by name; ``grades`` is where the results go.

    Files of one owner that a system gives for themselves are one submission.  Of several
    submissions by one student the last counts.
    Errors: UsageError where the folder cannot be read or holds no submission.
    """
    folder = opening.opened(folder, roster, grades)
    remarks = list(roster.remarks)
    described = exports.gradescope(folder) if (folder / exports.GRADESCOPE).is_file() else None
    paths = list(_candidates(folder, grades, roster, remarks))
    naming = exports.Naming(paths, roster, zone)
    grouped: defaultdict[tuple[str, str], list[tuple[Named, Path]]] = defaultdict(list)
    for path in paths:
        if described is not None and path.name not in described:
            remarks.append(f"{readable(path.name)}: {exports.GRADESCOPE} does not describe it")
            continue
        named = described[path.name] if described is not None else naming.read(path)
        grouped[named.identity, named.attempt].append((named, path))
    units = [_unit(entries, roster) for entries in grouped.values()]
    if not units:
        raise UsageError(f"{folder} holds no submission: folders, or {', '.join(SUFFIXES)}")
    lost = _missing(described or {}, paths, roster, remarks)
    counting = _counting(units, remarks)
    taken: set[str] = set()
    handins, unowned = [], []
    for unit, students in counting:
        handin = _handin(unit, students, taken)
        handins.append(handin)
        remarks += unit.owners.remarks(unit.label)
        if roster.students and not unit.owners.complete:
            unowned.append(handin.name)
    lost += _told_to_have_handed_in(roster, handins)
    return Found(sorted(handins, key=lambda each: each.name), remarks, sorted(unowned), lost)


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


def _candidates(
    folder: Path, grades: Path | None, roster: Roster, remarks: list[str]
) -> Iterator[Path]:
    for path in opening.entries(folder, grades):
        if exports.is_description(path.name) or path.suffix.lower() in (".csv", ".xlsx"):
            continue
        if path.is_symlink():
            remarks.append(f"{readable(path.name)}: links are not followed")
        elif (
            path.is_dir()
            or is_archive(path.name)
            or is_patch(path.name)
            or exports.is_named_by_a_system(path.name)
            or roster.match(path.stem).students
        ):
            yield path
        else:
            remarks.append(f"{readable(path.name)}: neither a folder nor an archive")


def _unit(entries: Sequence[tuple[Named, Path]], roster: Roster) -> _Unit:
    """Files come before what was typed; the first names the whole."""
    ordered = sorted(entries, key=lambda each: (each[0].typed, each[0].order, each[1].name))
    named = ordered[0][0]
    return _Unit(named, tuple(ordered), owners_of(named, roster))


def _counting(
    units: Sequence[_Unit], remarks: list[str]
) -> list[tuple[_Unit, tuple[Student, ...]]]:
    """The units that count for somebody, with those for whom they count."""
    of: defaultdict[str, list[_Unit]] = defaultdict(list)
    for unit in units:
        for student in unit.owners.students:
            of[student.key].append(unit)
    newest = {key: max(mine, key=lambda unit: unit.age) for key, mine in of.items()}
    found = []
    for unit in units:
        students = tuple(s for s in unit.owners.students if newest[s.key] is unit)
        others = [s for s in unit.owners.students if newest[s.key] is not unit]
        if students:
            found.append((unit, students))
            remarks += [
                f"{unit.label}: does not count for {s.words}, who handed in "
                f"{newest[s.key].label} later"
                for s in others
            ]
        else:
            remarks.append(
                f"{unit.label}: not graded, {newest[others[0].key].label} was handed in later"
            )
    return found


def _missing(
    described: dict[str, Named], paths: Iterable[Path], roster: Roster, remarks: list[str]
) -> list[str]:
    """Whose submissions Gradescope describes without having exported them."""
    there = {path.name for path in paths}
    lost = []
    for name, named in described.items():
        if name in there:
            continue
        who = ", ".join(student.words for student in named.students) or "nobody"
        remarks.append(
            f"{name}: {exports.GRADESCOPE} says that {who} handed it in, but it is not in the "
            "folder. Export the submissions again, and unpack all of them"
        )
        lost += [student.key for student in owners_of(named, roster).students]
    return lost


def _told_to_have_handed_in(roster: Roster, handins: Iterable[Handin]) -> list[str]:
    """Those for whom the roster has a time of handing in, and the folder nothing."""
    there = {student.key for handin in handins for student in handin.students}
    return [s.key for s in roster.students if s.submitted and s.key not in there]


def _handin(unit: _Unit, students: tuple[Student, ...], taken: set[str]) -> Handin:
    named = unit.named
    identity = named.identity
    if named.system == "gradescope" and students != unit.owners.students:
        identity = students[0].key
    name = safe_name(identity)
    if name.lower() in taken:  # not told apart by every file system
        path = unit.entries[0][1]
        name = f"{name}-{hashlib.sha256(path.name.encode(errors='replace')).hexdigest()[:6]}"
    taken.add(name.lower())
    submitted = named.submitted
    if submitted is None:
        # A group has handed in when the last of it has.
        times = [datetime.fromisoformat(s.submitted) for s in students if s.submitted]
        submitted = max(times, default=None)
    content = _content(unit)
    remark = "Canvas says that it is late, not by how much." if named.said_late else ""
    handin = Handin(
        name,
        content.path,
        students,
        submitted,
        parts=content.parts,
        notes=content.notes,
        system=named.system,
        source=readable(unit.entries[0][1].name),
    )
    return replace(handin, remark=remark) if submitted is None else handin


def _content(unit: _Unit) -> Content:
    """What of a unit's entries is graded; intake says what is wrong with one that is unreadable."""
    try:
        return _readable_content(unit)
    except OSError:
        return Content(unit.entries[0][1])


def _readable_content(unit: _Unit) -> Content:
    files = [(named, path) for named, path in unit.entries if not named.typed]
    if not files:
        return Content(_typed(unit.entries[0][1]), notes=(TYPED,))
    whole = [path for named, path in files if not named.file]
    if len(files) == 1 and whole:
        (path,) = whole
        if path.is_dir():
            return content_of(path)
        return lone_patch(path) if is_patch(path.name) else Content(path)
    parts = []
    for named, path in files:
        if path.is_dir() and not named.file:
            parts += [
                Part(readable(entry.name), entry, named.order[1:])
                for entry in sorted(path.iterdir())
            ]
        else:
            parts.append(Part(named.file or readable(path.name), path, named.order[1:]))
    return content_of_parts(parts)


def _typed(path: Path) -> Path:
    """The one file that a system makes of what somebody typed."""
    inside = (
        [entry for entry in sorted(path.rglob("*")) if entry.is_file()] if path.is_dir() else []
    )
    return inside[0] if len(inside) == 1 else path


__all__ = ["Found", "Handin", "content_sha256", "discover", "safe_name", "stem_of"]

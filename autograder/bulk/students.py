# SPDX-License-Identifier: MIT
"""The roster: who is in the class, and whose submission is whose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from itertools import permutations
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from autograder.bulk import columns as headers
from autograder.bulk import moments, sheets
from autograder.bulk.archives import stem_of
from autograder.errors import UsageError

# Fields that tell one student from another: two rows that share one are the same student.
_TELLING = ("id", "canvas", "moodle", "login", "email")
_IDS = ("id", "login", "canvas")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+?\d+", re.I)


class Student(BaseModel):
    """One student; what is not known is empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""
    name: str = ""
    email: str = ""
    login: str = ""
    section: str = ""
    group: str = ""
    canvas: str = ""
    moodle: str = ""
    submission: str = ""
    submitted: str = ""
    # Of Moodle's grading worksheet, which gets them back as they were.
    maximum: str = ""
    graded: str = ""

    @property
    def key(self) -> str:
        """What tells this student from the others."""
        canvas = f"canvas {self.canvas}" if self.canvas else ""
        return self.id or self.email or self.login or canvas or self.moodle or self.name

    @property
    def words(self) -> str:
        """The student as a person reads it."""
        return self.name or self.key

    @property
    def number(self) -> str:
        """The participant's number in Moodle."""
        return "".join(filter(str.isdecimal, self.moodle))


@dataclass(frozen=True)
class Match:
    """Whom some words name: one student, those who share a submission, or too many."""

    students: tuple[Student, ...] = ()
    ambiguous: tuple[Student, ...] = ()


class Roster:
    """The students of a class, to be found by anything that names one of them."""

    def __init__(
        self,
        students: Iterable[Student] = (),
        columns: Iterable[str] = (),
        remarks: Iterable[str] = (),
    ) -> None:
        self.students = list(students)
        self.columns = list(columns)
        self.remarks = list(remarks)
        self._by = _index((word, s) for s in self.students for word in _names(s))
        self._without_zeros = _index(
            (number, s) for s in self.students for word in (s.id, s.login) for number in _bare(word)
        )
        self._submissions = _index(
            (_plain(stem_of(s.submission)), s) for s in self.students if s.submission
        )
        self._groups = _index(
            (_plain(group), s)
            for s in self.students
            for group in {s.group, *s.group.split(",")}
            if _plain(group)
        )

    @classmethod
    def read(cls, path: Path, zone: tzinfo) -> Roster:
        """Read a table of students; times in it without an offset are in ``zone``.

        Errors: UsageError where it cannot be read, no column tells students apart, or two of
        its rows contradict each other.
        """
        sheet = sheets.read(path)
        cells = [row for _, row in sheet.rows]
        places = headers.places(sheet.header, cells)
        there = ", ".join(filter(None, sheet.header)) or "none"
        if headers.foreign_worksheet(places, cells):
            raise UsageError(
                f"{path}:{sheet.header_line}: this looks like Moodle's grading worksheet in a "
                "language that the kit does not know: no column is known to be 'Full name' or "
                f"'Last modified (submission)'. The columns are: {there}. Set Moodle to English, "
                "download the worksheet again, and use that"
            )
        if not {"id", "name", "last", "email", "login", "moodle", "canvas"} & set(places):
            raise UsageError(
                f"{path}:{sheet.header_line}: no column is called id, name or email. The columns "
                f"are: {there}"
            )
        remarks = list(sheet.remarks)
        if "moodle" in places and "maximum" in places and "submitted" not in places:
            remarks.append(
                "the grading worksheet has no column 'Last modified (submission)': nobody's "
                "lateness is known"
            )
        people = []
        for number, row in sheet.rows:
            student = _student(row, places, zone, f"{path}:{number}")
            if student is not None:
                people.append((number, student))
        return cls(_merged(people, path), sheet.header, remarks)

    def find(self, *words: str) -> Student | None:
        """The one student whom the first of ``words`` that names one names."""
        found = self.match(*words).students
        return found[0] if len(found) == 1 else None

    def match(self, *words: str) -> Match:
        """Whom the first of ``words`` that names somebody names."""
        ambiguous: tuple[Student, ...] = ()
        given = [plain for word in words if word and (plain := _plain(word))]
        for word in given:
            if sharing := self._submissions.get(word):
                return Match(sharing)
            named = self._by.get(word, ())
            if len(named) == 1:
                return Match(named)
            ambiguous = ambiguous or named
        for word in given:
            # A spreadsheet takes 0042 for the number 42.
            named = self._without_zeros.get(word.lstrip("0"), ()) if word.isdecimal() else ()
            if len(named) == 1 and not ambiguous:
                return Match(named)
            ambiguous = ambiguous or named
        return Match(ambiguous=ambiguous)

    def sharing(self, name: str) -> tuple[Student, ...]:
        """Those for whom the roster's column 'submission' has ``name``."""
        return self._submissions.get(_plain(stem_of(name)), ()) if name else ()

    def group(self, name: str) -> tuple[Student, ...]:
        """The members of the group that is called so."""
        return self._groups.get(_plain(name), ())

    def with_login_at_the_end(self, stem: str) -> tuple[Student, ...]:
        """Those whose login is what ``stem`` ends with, as GitHub Classroom's folders do."""
        return tuple(
            s for s in self.students if s.login and stem.lower().endswith(f"-{s.login.lower()}")
        )


def shares_a_word(student: Student, who: str) -> bool:
    """Whether ``who``, as a system writes names in a file's name, can be this student."""
    letters = _plain(who).replace(" ", "")
    return any(
        (len(word) > 1 or not word.isascii()) and word in letters
        for word in _plain(student.name).split()
    )


def _index(pairs: Iterable[tuple[str, Student]]) -> Mapping[str, tuple[Student, ...]]:
    index: dict[str, tuple[Student, ...]] = {}
    for word, student in pairs:
        known = index.get(word, ())
        if student not in known:
            index[word] = (*known, student)
    return index


def _names(student: Student) -> set[str]:
    words = [
        student.id,
        student.email,
        student.email.partition("@")[0],
        student.login,
        student.name,
        student.canvas and f"canvas {student.canvas}",
        student.number and f"moodle {student.number}",
    ]
    parts = _plain(student.name).split()
    # As Canvas writes a name in a file's name: all in one, the last name first.
    words += ["".join(each) for each in permutations(parts) if len(parts) < 5]
    return {plain for word in words if word and (plain := _plain(word))}


def _bare(word: str) -> list[str]:
    return [word.lstrip("0")] if word.isdecimal() and word.lstrip("0") else []


def _plain(text: str) -> str:
    """``Lovelace, Ada`` and ``ada_lovelace`` are the same person."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(sorted(re.findall(r"[^\W_]+", letters)))


def _student(row: list[str], places: dict[str, int], zone: tzinfo, where: str) -> Student | None:
    """What a row says; None for a row that is no student."""
    fields = {key: row[at] for key, at in places.items() if at < len(row)}
    fields.pop("grade", None)
    for key in _IDS:
        fields[key] = _identifier(fields.get(key, ""), f"{where}: {key}")
    if "first" in fields or "last" in fields:
        fields["name"] = f"{fields.pop('first', '')} {fields.pop('last', '')}".strip()
    name = fields.get("name", "")
    if not any(fields.values()) or name.startswith("Points Possible"):
        return None
    if "canvas" in places and _plain(name) == "student test":  # Canvas adds one to each course
        return None
    if "submitted" in fields:
        try:
            moment = moments.read(fields["submitted"], zone)
        except ValueError as error:
            raise UsageError(f"{where}: submitted: {error}") from error
        fields["submitted"] = moment.isoformat() if moment else ""
    if "@" not in fields.get("email", "@"):
        fields["email"] = fields["email"].strip("-")
    return Student(**fields)


def _identifier(cell: str, where: str) -> str:
    """An id without what spreadsheets and Brightspace put before it.

    Errors: UsageError for a number of which a spreadsheet has kept a part only.
    """
    if _SCIENTIFIC.fullmatch(cell):
        raise UsageError(
            f"{where}: '{cell}' is a number that a spreadsheet has shortened: save the table again "
            "with that column as text"
        )
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell[1:] if cell[:1] in ("#", "'") else cell


def _merged(rows: Iterable[tuple[int, Student]], path: Path) -> list[Student]:
    """One student for all rows that are about the same one, such as one for each section.

    Errors: UsageError where two rows about one student contradict each other.
    """
    known: list[tuple[int, Student]] = []
    by: dict[tuple[str, str], int] = {}
    for number, student in rows:
        keys = _keys(student)
        places = sorted({by[key] for key in keys if key in by})
        if not places:
            known.append((number, student))
            places = [len(known) - 1]
        for at in places:
            line, other = known[at]
            if differing := _differing(other, student):
                raise UsageError(
                    f"{path}: lines {line} and {number} contradict each other: they are about one "
                    f"student ({_shared(other, student)}), but the {differing} differs "
                    f"('{getattr(other, differing)}' and '{getattr(student, differing)}')"
                )
        known[places[0]] = (known[places[0]][0], _joined(known[places[0]][1], student))
        for key in _keys(known[places[0]][1]):
            by.setdefault(key, places[0])
    return [student for _, student in known]


def _keys(student: Student) -> list[tuple[str, str]]:
    keys = [
        (field, word.casefold())
        for field in _TELLING
        if (word := getattr(student, field)) and (field != "email" or "@" in word)
    ]
    return keys or [("name", _plain(student.name))]


def _shared(one: Student, other: Student) -> str:
    same = [field for field, _ in set(_keys(one)) & set(_keys(other))]
    field = next((field for field in (*_TELLING, "name") if field in same), "name")
    return f"{field} {getattr(other, field)}"


def _differing(one: Student, other: Student) -> str:
    """The first field in which two rows about one student contradict each other."""
    for field in ("id", "name", "email", "login", "canvas", "moodle", "submission"):
        left, right = getattr(one, field), getattr(other, field)
        if left and right and not _agree(field, left, right):
            return field
    return ""


def _agree(field: str, left: str, right: str) -> bool:
    if field == "name":
        words = set(_plain(left).split()), set(_plain(right).split())
        return words[0] <= words[1] or words[1] <= words[0]
    if field == "submission":
        return stem_of(left) == stem_of(right)
    if left.isdecimal() and right.isdecimal():
        return left.lstrip("0") == right.lstrip("0")
    return left.casefold() == right.casefold()


def _joined(one: Student, other: Student) -> Student:
    if one is other:
        return one
    fields = {}
    for field in Student.model_fields:
        left, right = getattr(one, field), getattr(other, field)
        fields[field] = max(left, right, key=len) if field in _IDS and left else left or right
    for field in ("section", "group"):
        parts = [part for each in (one, other) for part in [getattr(each, field)] if part]
        fields[field] = ", ".join(dict.fromkeys(parts))
    fields["submitted"] = max(one.submitted, other.submitted)
    return Student(**fields)

# SPDX-License-Identifier: MIT
"""The roster: who is in the class, and whose submission is whose."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, tzinfo
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from autograder.errors import UsageError

# Headers (in lower case) of our own, of Canvas's gradebook and of Moodle's grading worksheet.
_COLUMNS = {
    "id": ("sis user id", "id number", "student id", "sid", "id"),
    "name": ("name", "full name", "student"),
    "email": ("email", "email address"),
    "login": ("sis login id", "login", "username"),
    "section": ("section", "sections"),
    "moodle": ("identifier",),
    "submission": ("submission", "folder"),
    "submitted": ("submitted", "last modified (submission)"),
    "maximum": ("maximum grade",),
    "graded": ("last modified (grade)",),
}
_MOODLE_TIME = "%A, %d %B %Y, %I:%M %p"


class Student(BaseModel):
    """One student; what is not known is empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = ""
    name: str = ""
    email: str = ""
    login: str = ""
    section: str = ""
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
        return self.id or self.email or self.login or self.name

    @property
    def words(self) -> str:
        """The student as a person reads it."""
        return self.name or self.key


class Roster:
    """The students of a class, to be found by anything that names one of them."""

    def __init__(self, students: Iterable[Student] = (), columns: Iterable[str] = ()) -> None:
        self.students = list(students)
        self.columns = list(columns)
        self._by: dict[str, Student | None] = {}
        for student in self.students:
            for word in _names(student):
                known = self._by.get(word, student)
                self._by[word] = student if known == student else None  # None: two are called so

    @classmethod
    def read(cls, path: Path, zone: tzinfo) -> Roster:
        """Read a CSV; times in it without an offset are in ``zone``.

        Errors: UsageError where it cannot be read or no column tells students apart.
        """
        try:
            with path.open(newline="", encoding="utf-8-sig") as stream:
                rows = list(csv.reader(stream))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"the roster {path} cannot be read: {error}") from error
        columns = [column.strip() for column in rows[0]] if rows else []
        places = _places(columns)
        if not {"id", "name", "last", "email", "login"} & set(places):
            raise UsageError(f"{path}:1: no column is called id, name or email")
        students = []
        for number, row in enumerate(rows[1:], 2):
            fields = {key: row[at].strip() for key, at in places.items() if at < len(row)}
            if "first" in fields or "last" in fields:
                fields["name"] = f"{fields.pop('first', '')} {fields.pop('last', '')}".strip()
            if not any(fields.values()) or fields.get("name") in (
                "Points Possible",
                "Student, Test",
            ):
                continue
            if "submitted" in fields:
                try:
                    fields["submitted"] = _moment(fields["submitted"], zone)
                except ValueError as error:
                    raise UsageError(f"{path}:{number}: submitted: {error}") from error
            students.append(Student(**fields))
        return cls(students, columns)

    def find(self, *words: str) -> Student | None:
        """The student whom the first of ``words`` that names one names."""
        for word in words:
            found = self._by.get(_plain(word)) if word else None
            if found is not None:
                return found
        return None


def _names(student: Student) -> set[str]:
    words = [
        student.id,
        student.email,
        student.email.partition("@")[0],
        student.login,
        student.submission,
        student.name,
        student.canvas and f"canvas {student.canvas}",
        student.moodle and f"moodle {''.join(filter(str.isdecimal, student.moodle))}",
    ]
    return {plain for word in words if word and (plain := _plain(word))}


def _plain(text: str) -> str:
    """``Lovelace, Ada`` and ``ada_lovelace`` are the same person."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(sorted(re.findall(r"[^\W_]+", letters)))


def _places(columns: list[str]) -> dict[str, int]:
    lower = [column.lower() for column in columns]
    places = {
        key: lower.index(name)
        for key, names in _COLUMNS.items()
        for name in reversed(names)
        if name in lower
    }
    if "name" not in places:
        names = (("first", "first name"), ("last", "last name"))
        places |= {key: lower.index(name) for key, name in names if name in lower}
    if {"sis user id", "sis login id"} & set(lower) and "id" in lower:
        places["canvas"] = lower.index("id")
        if "sis user id" not in lower:
            places["id"] = lower.index("sis login id")
    return places


def _moment(text: str, zone: tzinfo) -> str:
    if not text or text == "-":
        return ""
    try:
        moment = datetime.strptime(text, _MOODLE_TIME)
    except ValueError:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()

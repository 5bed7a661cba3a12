# SPDX-License-Identifier: MIT
"""The class as it stands: a row for each student, from results, roster and lateness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.bulk.shelf import ClassList, Record, Shelf
from autograder.bulk.students import Student
from autograder.course import Course
from autograder.errors import UsageError
from autograder.report.view import counted
from autograder.results import Result, Status

GRADED = "graded"
GRADER_ERROR = "grader error"
UNREADABLE = "cannot be read"
WAITING = "not graded yet"
NOTHING = "nothing handed in"
MISSING = "no submission found"  # it may be there under a name that nobody has

NAMED = 10  # that are named in a remark


@dataclass(frozen=True)
class Entry:
    """One submission; without a result it waits for its grade."""

    name: str
    record: Record | None
    result: Result | None

    @property
    def state(self) -> str:
        """What became of it, in words."""
        if self.record is None or self.result is None:
            return WAITING
        words = {"graded": GRADED, "grader_error": GRADER_ERROR, "unreadable": UNREADABLE}
        return words[self.record.outcome]

    @property
    def final(self) -> float | None:
        """The points that count, lateness taken off; None while there are none."""
        return None if self.result is None else counted(self.result)

    @property
    def setback(self) -> str:
        """Why most of the checks that were not tried were not, a sentence; empty where all were."""
        if self.result is None or self.state == UNREADABLE:
            return ""
        reasons = Counter(v.message for v in self.result.verdicts if v.status is Status.NOT_REACHED)
        (why, number), *_ = reasons.most_common(1) or [("", 0)]
        return f"{number} not tried: {why.rstrip('.')}." if number else ""

    @property
    def settled(self) -> float | None:
        """The points to hand out: None also where the grader still owes some."""
        return None if self.state == GRADER_ERROR else self.final


@dataclass(frozen=True)
class StudentRow:
    """One student and the submission, if any."""

    student: Student
    entry: Entry | None
    why_missing: str = ""  # why it is not certain that the student handed nothing in

    @property
    def state(self) -> str:
        """What became of the student's submission, in words."""
        if self.entry is not None:
            return self.entry.state
        return MISSING if self.why_missing else NOTHING


@dataclass(frozen=True)
class ClassBook:
    """Everything that the gradebook and the instructor's page show."""

    course: Course
    class_list: ClassList
    entries: list[Entry]

    @classmethod
    def read(cls, shelf: Shelf, course: Course) -> ClassBook:
        """The class in ``shelf``.  Errors: UsageError where nothing was graded there."""
        class_list = shelf.read_class()
        return cls(course, class_list, [_entry(shelf, name) for name in class_list.names])

    @property
    def rows(self) -> list[StudentRow]:
        """A row for each student, by name; those who handed in nothing included."""
        rows = [
            StudentRow(student, entry)
            for entry in self.entries
            for student in (entry.record.students if entry.record else [Student(id=entry.name)])
        ]
        seen = {row.student.key for row in rows}
        rows += [
            StudentRow(s, None, self._why_missing(s))
            for s in self.class_list.roster
            if s.key not in seen
        ]
        return sorted(rows, key=lambda row: (row.student.words.casefold(), row.student.key))

    @property
    def graded(self) -> list[tuple[Entry, Result]]:
        """The submissions that have a result."""
        return [(entry, entry.result) for entry in self.entries if entry.result is not None]

    @property
    def remarks(self) -> list[str]:
        """What whoever runs this should look at, besides the grades."""
        students = [row.student for row in self.rows]
        known = {word for s in students for word in (s.id, s.email, s.login)}
        known |= {entry.name for entry in self.entries}
        missing = [row.student.words for row in self.rows if row.state == MISSING]
        nobody = sorted(self.course.extensions.keys() - known)
        return [
            *self.class_list.remarks,
            *([self._empty_points(missing)] if missing else []),
            *(
                f"course.toml has an extension for {name}, and nobody is called so"
                for name in nobody
            ),
        ]

    def _why_missing(self, student: Student) -> str:
        reasons = []
        if student.key in self.class_list.lost:
            reasons.append(
                "The export or the roster says that this student handed something in, but nothing "
                "in the folder is known to be it."
            )
        if unowned := self.class_list.unowned:
            one = len(unowned) == 1
            reasons.append(
                f"{'A submission has' if one else f'{len(unowned)} submissions have'} an owner who "
                f"is not known ({_listed(unowned)}): {'it' if one else 'one of them'} may be this "
                "student's."
            )
        return " ".join(reasons)

    def _empty_points(self, missing: Sequence[str]) -> str:
        one = len(missing) == 1
        who = (
            "1 student on the roster has" if one else f"{len(missing)} students on the roster have"
        )
        return (
            f"{who} no submission, but may have handed one in ({_listed(missing)}). "
            f"{'The' if one else 'Their'} points stay empty in gradebook.csv, canvas.csv and "
            "moodle.csv. The remarks above say which submissions have no owner and which are "
            "missing. Correct the roster, or give it a column 'submission' with their names, and "
            "grade again"
        )

    def find(self, word: str) -> Entry | None:
        """The submission that ``word`` names: a folder, or a student's id, name or email."""
        for entry in self.entries:
            if entry.name == word:
                return entry
        named = [entry for entry in self.entries if word.casefold() in _words(entry)]
        return named[0] if len(named) == 1 else None

    def require(self, word: str) -> Entry:
        """The graded submission that ``word`` names.  Errors: UsageError where there is none."""
        entry = self.find(word)
        if entry is None:
            raise UsageError(f"no submission, or more than one, is named by {word!r}")
        if entry.record is None or entry.result is None:
            raise UsageError(f"{word!r} has not been graded yet")
        return entry

    def repeated(self) -> list[list[Entry]]:
        """Submissions that are the same byte for byte."""
        by_content: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.record is not None:
                by_content.setdefault(entry.record.sha256, []).append(entry)
        return [entries for entries in by_content.values() if len(entries) > 1]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" ..." if len(names) > NAMED else "")


def _entry(shelf: Shelf, name: str) -> Entry:
    record, result = shelf.load(name) or (None, None)
    return Entry(name, record, result)


def _words(entry: Entry) -> Iterable[str]:
    students = entry.record.students if entry.record else []
    return {
        word.casefold()
        for student in students
        for word in (student.id, student.name, student.email, student.login)
    }

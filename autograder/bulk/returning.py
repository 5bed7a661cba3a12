# SPDX-License-Identifier: MIT
"""The way back: the students' pages under the names by which learning systems take them.

Moodle (*Upload multiple feedback files in a zip*) finds a student by the participant's number
in a file's name, as mod/assign/feedback/file/importziplib.php has it.  Canvas (*Upload
Submissions*) finds the submission by the two numbers that its export put there; Brightspace and
ILIAS take the folders of their own export.  For all others there is a folder for each student.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.bulk.classbook import GRADED, UNREADABLE, ClassBook, Entry, StudentRow
from autograder.bulk.handins import safe_name
from autograder.bulk.shelf import Shelf
from autograder.cache import remove
from autograder.errors import GraderError, UsageError
from autograder.files import PRIVATE_FOLDER, write_atomically, write_zip
from autograder.grading import FEEDBACK

FEEDBACK_FOLDER = "feedback"
BY_ID = "by-id"
_CANVAS_HEAD = re.compile(r".+?_(?:LATE_)?(?:\d+|[A-Za-z0-9]{5,6})_\d+_", re.S)
_BRIGHTSPACE_HEAD = re.compile(r"\d+-\d+ - .+? - [^-]+", re.S)


@dataclass(frozen=True)
class Upload:
    """One thing that was written, and what it is for."""

    path: Path
    words: str


@dataclass(frozen=True)
class _Page:
    """A student's page."""

    row: StudentRow
    entry: Entry
    path: Path


def write(book: ClassBook, shelf: Shelf, folder: Path) -> list[Upload]:
    """Write every system's upload that the class can make use of, into ``folder``.

    Pages of grades that are not settled (grader errors) are left out.
    Errors: UsageError where there is no page, GraderError where nothing can be written.
    """
    pages = [
        _Page(row, row.entry, path)
        for row in book.rows
        if row.entry is not None and row.state in (GRADED, UNREADABLE)
        if (path := shelf.folder(row.entry.name) / FEEDBACK).is_file()
    ]
    if not pages:
        raise UsageError(f"{shelf.root} holds no page that could be given back")
    try:
        return list(_written(pages, folder))
    except OSError as error:
        raise GraderError(f"{folder} cannot be written: {error}") from error


def _written(pages: list[_Page], folder: Path) -> Iterator[Upload]:
    folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    for system, title, how in (
        ("moodle", "Moodle", "View all submissions, Upload multiple feedback files in a zip"),
        ("canvas", "Canvas", "the assignment, Upload Submissions"),
        ("brightspace", "Brightspace", "the assignment's submissions, Add Feedback Files"),
        ("ilias", "ILIAS", "the exercise's submissions, Multi-Feedback"),
    ):
        path = folder / f"{system}.zip"
        path.unlink(missing_ok=True)
        names = {name: page for page in pages if (name := _name(page, system))}
        if names:
            write_zip(path, ((name, names[name].path.read_bytes()) for name in sorted(names)))
            yield Upload(path, f"{_count(names)} for {title} ({how})")
    by_id = folder / BY_ID
    remove(by_id)
    by_id.mkdir(PRIVATE_FOLDER)
    for page in pages:
        place = by_id / safe_name(page.row.student.key)
        write_atomically(place / FEEDBACK, page.path.read_bytes())
    yield Upload(by_id, f"{_count(pages)}, a folder for each student")


def _name(page: _Page, system: str) -> str:
    """What the page is called in an upload for ``system``; empty where that has no place for it."""
    student, record = page.row.student, page.entry.record
    if system == "moodle":
        # An underscore ends the name: Moodle takes what follows for the number.
        who = re.sub(r"[_/\\:*?\"<>|\x00-\x1f]", " ", student.words).strip(" .~")
        return f"{who}_{student.number}_assignsubmission_file_{FEEDBACK}" if student.number else ""
    if record is None or record.system != system:
        return ""
    if system == "canvas":
        head = _CANVAS_HEAD.match(record.source)
        return f"{head[0]}{FEEDBACK}" if head else ""
    if system == "brightspace":
        head = _BRIGHTSPACE_HEAD.match(record.source)
        return f"{head[0].strip()}/{FEEDBACK}" if head else ""
    return f"{record.source}/{FEEDBACK}"


def _count(pages: Iterable[object]) -> str:
    number = len(list(pages))
    return f"{number} page{'' if number == 1 else 's'}"

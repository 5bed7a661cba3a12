# SPDX-License-Identifier: MIT
"""The folder ``grades/``: one folder for each submission, whole at every moment.

    class.json                       who is in the class, where the submissions are
    journal.jsonl                    every run and every grade
    NAME/feedback.html               what the student gets
    NAME/result.json, observations/, stages.json, grader.log
    NAME/record.json                 what was graded with what; written last
    NAME/history/TIME.json           earlier results
    feedback/                        the pages, as learning systems take them
    .parts/NAME/                     a submission that came as several files, put together
    .export/                         an export that came as a .zip, unpacked
    .running/NAME/                   a grade under way

A grade is made in ``.running`` and its files are moved when it is complete, the record
last.  A run that was killed in between is completed by the next: whatever has its record
in ``.running`` is finished, everything else there is not.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from autograder.bulk.students import Student
from autograder.bulk.versions import Versions
from autograder.cache import remove
from autograder.errors import GraderError, UsageError
from autograder.files import PRIVATE_FOLDER, open_private, write_atomically
from autograder.grading import RESULT
from autograder.results import Result

RECORD = "record.json"
RUNNING = ".running"
HISTORY = "history"
PARTS = ".parts"
CLASS = "class.json"
PATIENCE = 5.0  # seconds for the grades of a killed run to end
GradeEnd = Literal["graded", "unreadable", "grader_error"]


class Record(BaseModel):
    """One grade: of what, with what, and how it went."""

    model_config = ConfigDict(extra="forbid")

    name: str
    path: str
    sha256: str
    seed: int
    only: str | None = None
    versions: Versions
    outcome: GradeEnd = "graded"
    message: str = ""
    students: list[Student] = []
    submitted: str = ""
    remark: str = ""
    notes: list[str] = []  # for the student, about how the submission was put together
    system: str = ""  # that named the submission
    source: str = ""  # its name in the export
    run: str = ""
    seconds: float = 0


class ClassList(BaseModel):
    """What the books are made of, besides the results."""

    model_config = ConfigDict(extra="forbid")

    submissions: str
    series: str
    names: list[str]
    roster: list[Student] = []
    columns: list[str] = []
    remarks: list[str] = []
    unowned: list[str] = []  # submissions of which not all owners are known
    lost: list[str] = []  # keys of students who handed in what is not there


class Earlier(BaseModel):
    """An entry of a submission's history."""

    model_config = ConfigDict(extra="forbid")

    why: str
    record: Record
    result: Result


class Shelf:
    """``grades/`` and what can be done with it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def alone(self) -> Iterator[int]:
        """Be the only one who changes something; the lock's descriptor.

        Whoever inherits the descriptor holds the lock too: a grade that a killed run left
        behind, for the moment until it has noticed.
        Errors: UsageError where another run holds the lock.
        """
        self.root.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        with open(self.root / ".lock", "w", opener=open_private) as stream:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise UsageError(
                            f"another run works in {self.root}: wait for its end"
                        ) from None
                    time.sleep(0.1)
            yield stream.fileno()

    def folder(self, name: str) -> Path:
        """Where the files of submission ``name`` are."""
        return self.root / name

    def begin(self, name: str) -> Path:
        """A fresh folder to grade ``name`` in."""
        folder = self.root / RUNNING / name
        remove(folder)
        folder.parent.mkdir(PRIVATE_FOLDER, exist_ok=True, parents=True)
        folder.mkdir(PRIVATE_FOLDER)
        return folder

    def publish(self, name: str, record: Record, why: str) -> None:
        """Put what was graded in the place of what was there, which goes to the history."""
        new = self.root / RUNNING / name
        if (old := self.load(name)) is not None:
            self.keep(Earlier(why=why, record=old[0], result=old[1]))
        write_atomically(new / RECORD, record.model_dump_json(indent=2) + "\n")
        self._move(new, self.folder(name))

    def recover(self) -> list[str]:
        """Complete what a killed run had finished; remove what it had not."""
        finished = []
        for folder in sorted((self.root / RUNNING).glob("*")):
            if (folder / RECORD).is_file():
                self._move(folder, self.folder(folder.name))
                finished.append(folder.name)
            else:
                remove(folder)
        return finished

    def load(self, name: str) -> tuple[Record, Result] | None:
        """The record and the result of ``name``, where both are there and whole."""
        folder = self.folder(name)
        try:
            record = Record.model_validate_json((folder / RECORD).read_bytes())
            return record, Result.read(folder / RESULT)
        except (OSError, ValidationError):
            return None

    def record(self, name: str) -> Record | None:
        """The record of ``name`` alone."""
        try:
            return Record.model_validate_json((self.folder(name) / RECORD).read_bytes())
        except (OSError, ValidationError):
            return None

    def write_record(self, record: Record) -> None:
        """Replace a record."""
        path = self.folder(record.name) / RECORD
        write_atomically(path, record.model_dump_json(indent=2) + "\n")

    def keep(self, earlier: Earlier) -> None:
        """Add to the history, once."""
        stamp = (earlier.result.finished or earlier.result.started).replace(":", "")
        folder = self.folder(earlier.record.name) / HISTORY
        text = earlier.model_dump_json(indent=2) + "\n"
        number = 0
        while (path := folder / f"{stamp}-{number}.json").exists():
            if path.read_text(encoding="utf-8") == text:
                return
            number += 1
        write_atomically(path, text)

    def history(self, name: str) -> list[Earlier]:
        """Earlier results, oldest first."""
        paths = sorted((self.folder(name) / HISTORY).glob("*.json"))
        return [Earlier.model_validate_json(path.read_bytes()) for path in paths]

    def write_class(self, class_list: ClassList) -> None:
        """Keep who is in the class."""
        write_atomically(self.root / CLASS, class_list.model_dump_json(indent=2) + "\n")

    def read_class(self) -> ClassList:
        """Who is in the class.  Errors: UsageError where nothing was graded here."""
        try:
            return ClassList.model_validate_json((self.root / CLASS).read_bytes())
        except (OSError, ValidationError) as error:
            raise UsageError(
                f"{self.root} holds no grades: run `python -m autograder class grade` first"
            ) from error

    def _move(self, new: Path, place: Path) -> None:
        """Every step can be repeated: what was moved is no longer in ``new``."""
        try:
            place.mkdir(PRIVATE_FOLDER, exist_ok=True)
            (place / RECORD).unlink(missing_ok=True)
            for entry in sorted(new.iterdir(), key=lambda entry: entry.name == RECORD):
                target = place / entry.name
                if entry.is_dir():
                    remove(target)
                entry.replace(target)
            _sync(place)
            new.rmdir()
        except OSError as error:
            raise GraderError(f"{place} cannot be written: {error}") from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

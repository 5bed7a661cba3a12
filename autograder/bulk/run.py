# SPDX-License-Identifier: MIT
"""The runs over a class: grade what changed, grade again what is named, keep the books."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder.bulk import gradebook, handins, page, rescoring
from autograder.bulk.archives import is_text, readable
from autograder.bulk.batch import Batch, Engine, Tally, Task, Wanted
from autograder.bulk.classbook import ClassBook
from autograder.bulk.handins import Handin
from autograder.bulk.journal import Journal
from autograder.bulk.parts import assemble, copied
from autograder.bulk.processors import default_jobs
from autograder.bulk.shelf import PARTS, ClassList, Record, Shelf
from autograder.bulk.students import Roster
from autograder.bulk.versions import Versions
from autograder.course import Course
from autograder.errors import UsageError

MakeEngine = Callable[[int, int], AbstractContextManager[Engine]]
"""Called with the number of grades and the descriptor of the lock that they hold too."""


@dataclass
class ClassSummary:
    """What a run did."""

    tally: Tally
    recovered: list[str] = field(default_factory=list)
    rescored: list[rescoring.Change] = field(default_factory=list)
    book: ClassBook | None = None


@dataclass(frozen=True)
class ClassRun:
    """One class, its course, and the folder of its grades."""

    out: Path
    course: Course
    versions: Versions
    changed: Callable[[Tally], None] = lambda tally: None
    sandbox: str | None = None

    def grade_all(
        self, submissions: Path, roster: Roster | None, engine: MakeEngine
    ) -> ClassSummary:
        """Grade what is new or changed; score the rest where the course changed.

        Errors: UsageError for folders that are not what they should be.
        """
        shelf, journal = Shelf(self.out), Journal(self.out)
        roster = roster if roster is not None else _known_roster(shelf)
        with shelf.alone() as lock:
            summary = ClassSummary(Tally(), shelf.recover())
            found = handins.discover(submissions, roster, self.course.zone, self.out)
            found = replace(found, handins=[_put_together(h, shelf) for h in found.handins])
            shelf.write_class(
                ClassList(
                    submissions=readable(os.path.abspath(submissions)),  # noqa: PTH100, links are kept
                    series=self.course.series,
                    names=[handin.name for handin in found.handins],
                    roster=roster.students,
                    columns=roster.columns,
                    remarks=found.remarks,
                    unowned=found.unowned,
                    lost=found.lost,
                )
            )
            batch = Batch(shelf, self._wanted(), journal, self.changed)
            summary.tally = batch.tally
            tasks = batch.plan(found.handins)
            again = {task.handin.name for task in tasks}
            settled = [handin.name for handin in found.handins if handin.name not in again]
            journal.begin(
                "grade-all",
                submissions=str(submissions),
                found=len(found.handins),
                to_grade=len(tasks),
                recovered=summary.recovered,
            )
            summary.rescored = self._rescore(shelf, journal, settled)
            self._run(batch, tasks, engine, lock, journal, summary)
        return summary

    def regrade(
        self, students: Sequence[str], only: str | None, engine: MakeEngine, why: str
    ) -> ClassSummary:
        """Grade again what is named: these students (none: all), these checks (None: all).

        Errors: UsageError where a name is nobody's or a submission went away.
        """
        shelf, journal = Shelf(self.out), Journal(self.out)
        with shelf.alone() as lock:
            summary = ClassSummary(Tally(), shelf.recover())
            book = ClassBook.read(shelf, self.course)
            entries = [entry for entry in book.entries if entry.record is not None]
            if students:
                entries = [book.require(word) for word in students]
            wanted = Wanted(self.course, self.versions, only, self.sandbox)
            batch = Batch(shelf, wanted, journal, self.changed)
            summary.tally = batch.tally
            tasks = []
            for entry in entries:
                assert entry.record is not None
                handin = _handin_of(entry.record)
                record = batch.new_record(handin, entry.record)
                if only is not None and record.sha256 != entry.record.sha256:
                    raise UsageError(
                        f"{handin.path} changed since it was graded: run `class grade`, which "
                        "grades all of it"
                    )
                tasks.append(Task(handin, record, why, merge=only is not None))
            journal.begin("regrade", students=list(students), only=only, why=why)
            self._run(batch, tasks, engine, lock, journal, summary)
        return summary

    def rescore(self, *, dry_run: bool, jobs: int, judge: bool) -> list[rescoring.Change]:
        """Judge and score anew; with ``dry_run`` only say what that would change."""
        shelf, journal = Shelf(self.out), Journal(self.out)
        with shelf.alone():
            shelf.recover()
            names = shelf.read_class().names
            checks = self.versions.checks if judge else None
            changes = list(rescoring.rescore(shelf, names, self.course, checks, jobs))
            if not dry_run:
                journal.begin("rescore", submissions=len(names))
                rescoring.apply(shelf, changes, self.course, journal, jobs)
                self.write_books(shelf)
        return changes

    def write_books(self, shelf: Shelf) -> ClassBook:
        """Write the gradebook and the instructor's page."""
        book = ClassBook.read(shelf, self.course)
        gradebook.write(book, self.out)
        page.write(book, self.out)
        return book

    def _wanted(self) -> Wanted:
        return Wanted(self.course, self.versions, sandbox=self.sandbox)

    def _rescore(
        self, shelf: Shelf, journal: Journal, names: Sequence[str]
    ) -> list[rescoring.Change]:
        changes = rescoring.rescore(shelf, names, self.course, checks_now=None)
        differing = [change for change in changes if change.matters]
        rescoring.apply(shelf, differing, self.course, journal, default_jobs())
        return differing

    def _run(
        self,
        batch: Batch,
        tasks: Sequence[Task],
        make_engine: MakeEngine,
        lock: int,
        journal: Journal,
        summary: ClassSummary,
    ) -> None:
        """Grade, and write the books also where that is interrupted."""
        with self._books(batch.shelf, journal, summary):
            if tasks:
                with make_engine(len(tasks), lock) as engine:
                    batch.run(tasks, engine)

    @contextmanager
    def _books(self, shelf: Shelf, journal: Journal, summary: ClassSummary) -> Iterator[None]:
        complete = False
        try:
            yield
            complete = True
        finally:
            summary.book = self.write_books(shelf)
            tally = summary.tally
            journal.add(
                "end",
                complete=complete,
                graded=len(tally.graded),
                failed=sorted(tally.failed),
                unreadable=sorted(tally.unreadable),
                left=tally.left,
            )


def _put_together(handin: Handin, shelf: Shelf) -> Handin:
    """``handin`` as one folder, where it came as several files, under a name that is text."""
    folder = shelf.root / PARTS / handin.name
    if not handin.parts:
        if is_text(str(handin.path)):
            return handin
        return replace(handin, path=copied(handin.path, folder))
    notes = assemble(handin.parts, folder)
    return replace(handin, path=folder, parts=(), notes=(*handin.notes, *notes))


def _known_roster(shelf: Shelf) -> Roster:
    """The roster that an earlier run was given."""
    try:
        known = shelf.read_class()
    except UsageError:
        return Roster()
    return Roster(known.roster, known.columns)


def _handin_of(record: Record) -> Handin:
    path = Path(record.path)
    if not path.exists():
        raise UsageError(f"the submission of {record.name} is no longer at {path}")
    submitted = datetime.fromisoformat(record.submitted) if record.submitted else None
    return Handin(
        record.name,
        path,
        tuple(record.students),
        submitted,
        record.remark,
        notes=tuple(record.notes),
        system=record.system,
        source=record.source,
    )

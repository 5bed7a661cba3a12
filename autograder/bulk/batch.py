# SPDX-License-Identifier: MIT
"""Grade many submissions: only what changed, side by side, one failure at a time."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol

from autograder.bulk import finishing
from autograder.bulk.handins import Handin, content_sha256
from autograder.bulk.journal import Journal
from autograder.bulk.shelf import Record, Shelf
from autograder.bulk.versions import Versions, seed_of
from autograder.bulk.worker import Done, WorkerOrder
from autograder.course import Course
from autograder.files import write_atomically
from autograder.grading import OBSERVATIONS, RESULT
from autograder.results import Result, Status

LOOK = 0.5  # seconds between two looks at what is done


class Engine(Protocol):
    """Where grades are made: this machine, or a cluster."""

    def submit(self, order: WorkerOrder) -> Future[Done]:
        """Have ``order`` obeyed; what comes out of it is in its folder when it is done."""

    @property
    def width(self) -> int:
        """How many orders it can make use of at once, those that wait included."""


@dataclass(frozen=True)
class Task:
    """A submission that is to be graded, and why."""

    handin: Handin
    record: Record
    why: str
    merge: bool = False  # only some checks: the others keep their verdicts


@dataclass
class Tally:
    """How far a run is, for whoever shows it."""

    todo: int = 0
    up_to_date: int = 0
    graded: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # the grader's errors
    unreadable: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    last: float = 0.0  # when one ended

    @property
    def left(self) -> int:
        """Grades that have not ended."""
        return self.todo - len(self.graded) - len(self.failed) - len(self.unreadable)

    @property
    def seconds_left(self) -> float | None:
        """As the ones before went; None before the first, and where that proved too little."""
        ended = self.todo - self.left
        if not ended:
            return None
        each = (self.last - self.started) / ended
        seconds = each * self.left - (time.monotonic() - self.last)
        return seconds if seconds > 0 else None


@dataclass(frozen=True)
class Wanted:
    """How a class is to be graded now."""

    course: Course
    versions: Versions
    only: str | None = None
    sandbox: str | None = None


class Batch:
    """One run over a class: an engine makes the grades, everything else is done here."""

    def __init__(
        self,
        shelf: Shelf,
        wanted: Wanted,
        journal: Journal,
        changed: Callable[[Tally], None] = lambda tally: None,
    ) -> None:
        self.shelf = shelf
        self.wanted = wanted
        self.journal = journal
        self.changed = changed
        self.tally = Tally()

    def plan(self, handins: Sequence[Handin]) -> list[Task]:
        """What has to be graded, because it is new or something changed.

        What a record says about students and times is brought up to date on the way.
        """
        tasks = []
        for handin in handins:
            old = self.shelf.record(handin.name)
            record = self.new_record(handin, old)
            why = self._why(old, record)
            if why:
                tasks.append(Task(handin, record, why))
            elif old is not None:
                known = old.model_copy(update=_about(handin))
                if known != old:
                    self.shelf.write_record(known)
        self.tally.up_to_date = len(handins) - len(tasks)
        return tasks

    def new_record(self, handin: Handin, old: Record | None = None) -> Record:
        """The record of a grade of ``handin`` that is yet to be made."""
        sha256 = content_sha256(handin.path)
        same = old is not None and old.sha256 == sha256
        return Record(
            name=handin.name,
            sha256=sha256,
            # What was drawn once for a submission stays, whatever the course is called later.
            seed=old.seed if old and same else seed_of(self.wanted.course, sha256),
            only=self.wanted.only,
            versions=self.wanted.versions,
            run=self.journal.run,
            **_about(handin),
        )

    def run(self, tasks: Sequence[Task], engine: Engine) -> Tally:
        """Grade ``tasks``; what was done is on the shelf also where this is interrupted."""
        self.tally.todo, self.tally.started = len(tasks), time.monotonic()
        ahead = deque(tasks)
        under_way: dict[Future[Done], Task] = {}
        try:
            while ahead or under_way:
                while ahead and len(under_way) < engine.width:
                    task = ahead.popleft()
                    self.shelf.begin(task.handin.name)
                    under_way[engine.submit(self._order(task))] = task
                done, _ = wait(under_way, timeout=LOOK, return_when=FIRST_COMPLETED)
                for future in done:
                    self._take(future, under_way.pop(future))
                self.changed(self.tally)
        finally:
            for future in under_way:
                future.cancel()
        return self.tally

    def _why(self, old: Record | None, new: Record) -> str:
        """Why a grade is not up to date; empty where it is."""
        if old is None or not (self.shelf.folder(new.name) / RESULT).exists():
            return "not graded yet"
        if old.sha256 != new.sha256:
            return "another submission"
        if old.outcome == "grader_error":
            return "a grader error before"
        if differing := old.versions.differs(new.versions):
            return f"changed: {', '.join(differing)}"
        if (old.only, old.seed) != (new.only, new.seed):
            return "other checks or another seed"
        return ""

    def _order(self, task: Task) -> WorkerOrder:
        name = task.handin.name
        return WorkerOrder(
            name=name,
            submission=str(task.handin.path.absolute()),
            out=str((self.shelf.root / ".running" / name).absolute()),
            seed=task.record.seed,
            series=self.wanted.course.series,
            assignment=self.wanted.course.assignment.package,
            only=task.record.only,
            sandbox=self.wanted.sandbox,
        )

    def _take(self, future: Future[Done], task: Task) -> None:
        """Put a finished grade on the shelf."""
        try:
            done = future.result()
        except Exception as error:  # the engine lost it: a worker died, a network failed
            done = Done(outcome="grader_error", message=f"{type(error).__name__}: {error}")
        folder = self.shelf.root / ".running" / task.handin.name
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        record = task.record.model_copy(update={"outcome": done.outcome, "message": done.message})
        result = finishing.completed(folder, record, now)
        if any(verdict.status is Status.GRADER_ERROR for verdict in result.verdicts):
            record.outcome = "grader_error"
        if task.merge and (old := self.shelf.load(record.name)) is not None:
            record, result = self._merge(folder, record, result, *old)
        if record.outcome == "graded" and (reason := finishing.refusal(result)):
            record = record.model_copy(update={"outcome": "unreadable", "message": reason})
        record.seconds = result.timing.total
        result = finishing.finished(result, record, self.wanted.course)
        finishing.write(result, folder, self.wanted.course)
        self.shelf.publish(record.name, record, task.why)
        self.journal.add(
            "graded",
            why=task.why,
            points=result.totals.points,
            **record.model_dump(include={"name", "sha256", "seed", "only", "outcome", "seconds"}),
            versions=record.versions.model_dump(),
        )
        self.tally.last = time.monotonic()
        if record.outcome == "graded":
            self.tally.graded.append(record.name)
        elif record.outcome == "unreadable":
            self.tally.unreadable[record.name] = record.message
        else:
            self.tally.failed[record.name] = record.message or "grader errors"

    def _merge(
        self, folder: Path, record: Record, result: Result, before: Record, old: Result
    ) -> tuple[Record, Result]:
        """Some checks anew, the rest as it was: also what they were judged from."""
        assert record.only is not None
        result = finishing.merged(result, old, record.only)
        again = {_job(path) for path in (folder / OBSERVATIONS).glob("*.json")}
        for path in (self.shelf.folder(record.name) / OBSERVATIONS).glob("*.json"):
            if _job(path) not in again:
                write_atomically(folder / OBSERVATIONS / path.name, path.read_bytes())
        errors = any(verdict.status is Status.GRADER_ERROR for verdict in result.verdicts)
        record = record.model_copy(
            update={
                # What was not graded anew is as old as before.
                "versions": before.versions,
                "only": before.only,
                "outcome": "grader_error" if errors else "graded",
            }
        )
        return record, result


def _job(path: Path) -> str:
    """What the attempts at one job have in common in their names."""
    return path.stem.rpartition("-")[0]


def _about(handin: Handin) -> dict[str, object]:
    """What a record says about a submission besides its content."""
    return {
        "path": os.path.abspath(handin.path),  # noqa: PTH100, resolve() would follow links
        "students": list(handin.students),
        "submitted": handin.submitted.isoformat() if handin.submitted else "",
        "remark": handin.remark,
        "notes": list(handin.notes),
        "system": handin.system,
        "source": handin.source,
    }

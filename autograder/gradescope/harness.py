# SPDX-License-Identifier: MIT
"""What ``run_autograder`` runs: one grade within Gradescope's limits.

Gradescope gives a run that goes past its limit 0 points and shows nothing of it.  So the
grade is a process of its own, and this one ends it in good time; should the grade die of
something else (memory, say), what it had reached is reported as well.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from autograder import progress
from autograder.bulk import finishing
from autograder.bulk.handins import content_sha256
from autograder.bulk.local import GradingProcesses
from autograder.bulk.processors import available, for_memory
from autograder.bulk.shelf import Record
from autograder.bulk.students import Student
from autograder.bulk.versions import Versions, own, seed_of
from autograder.bulk.worker import Done, WorkerOrder
from autograder.course import Course, load
from autograder.files import PUBLIC, write_atomically
from autograder.gradescope.results import results
from autograder.grading import RESULT
from autograder.report.view import counted
from autograder.results import Result, Status

ROOT = Path("/autograder")
SETTINGS = "gradescope.json"
SERIES = "series"  # names the series of the kernel that came along
RESULTS = "results/results.json"
METADATA = "submission_metadata.json"
MARGIN = 40.0  # seconds before the limit at which the grade is ended, to report in peace
LEAST = 10.0  # seconds that a grade gets, whatever the limit is


class Settings(BaseModel):
    """What was decided when the zip was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    minutes: float = 10  # Gradescope's own default
    leaderboard: bool = False


@dataclass(frozen=True)
class HandedIn:
    """What Gradescope tells about the submission."""

    students: tuple[Student, ...] = ()
    submitted: datetime | None = None

    @classmethod
    def read(cls, path: Path) -> HandedIn:
        """From ``submission_metadata.json``; nothing is known where it is not as documented."""
        try:
            facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            students = tuple(
                Student(id=str(user.get("sid") or ""), name=user["name"], email=user["email"])
                for user in facts["users"]
            )
            moment = datetime.fromisoformat(facts["created_at"].replace("Z", "+00:00"))
            return cls(students, moment if moment.tzinfo else None)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError):
            return cls()


class Harness:
    """One grade in the folders below ``root``."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.out = root / "grade"
        source = root / "source"
        self.settings = Settings.model_validate_json((source / SETTINGS).read_bytes())
        course = source / "course.toml"
        self.course = load(course) if course.exists() else Course()
        self.handed_in = HandedIn.read(root / METADATA)
        self.deadline = time.monotonic() + max(60 * self.settings.minutes - MARGIN, LEAST)
        submission = root / "submission"
        sha256 = content_sha256(submission)
        self.record = Record(
            name="submission",
            path=str(submission),
            sha256=sha256,
            seed=seed_of(self.course, sha256),
            versions=Versions(kernel="-", **own()),
            students=list(self.handed_in.students),
            submitted=self.handed_in.submitted.isoformat() if self.handed_in.submitted else "",
        )
        self._ended_by = ""
        self._lock = threading.Lock()

    def run(self) -> Result:
        """Grade; ``results.json`` is whole from the first moment on."""
        # Another one's file may be there where a container is used twice.
        (self.out / RESULT).unlink(missing_ok=True)
        self._write(self._result(None), finished=False)
        processes = GradingProcesses(self._told)
        alarm = threading.Timer(
            self.deadline - time.monotonic(), lambda: self._end(processes, "time")
        )
        alarm.start()

        def stopped(number: int, frame: FrameType | None) -> None:
            self._end(processes, "signal")

        signal.signal(signal.SIGTERM, stopped)
        try:
            done = processes.run(self._order())
        finally:
            alarm.cancel()
        result = self._result(self._explained(done))
        self._write(result, finished=not self._ended_by and done.outcome == "graded")
        return result

    def _order(self) -> WorkerOrder:
        return WorkerOrder(
            name=self.record.name,
            submission=self.record.path,
            out=str(self.out),
            seed=self.record.seed,
            series=(self.root / "source" / SERIES).read_text().strip(),
            assignment=self.course.assignment.package,
            processors=available()[: for_memory()],
        )

    def _end(self, processes: GradingProcesses, why: str) -> None:
        self._ended_by = why
        processes.stop()

    def _told(self, name: str, phrase: str, part: float | None) -> None:
        """Called for every step: after each check the file tells of it."""
        print(phrase, flush=True)
        if phrase.startswith("checking: "):
            self._write(self._result(None), finished=False)

    def _explained(self, done: Done) -> Done:
        if self._ended_by == "time":
            minutes = f"{self.settings.minutes:g} minutes"
            message = (
                f"grading was ended because its limit of {minutes} came near: give the assignment "
                "more time or processors in its Autograder Settings"
            )
            return Done(outcome="grader_error", message=message)
        if self._ended_by:
            return Done(outcome="grader_error", message="grading was ended from outside")
        return done

    def _result(self, done: Done | None) -> Result:
        """As things stand, or as they stay."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        record = self.record
        if done is not None:
            facts = {"outcome": done.outcome, "message": done.message}
            record = record.model_copy(update=facts)
        result = finishing.completed(self.out, record, now, settle=done is not None)
        return finishing.finished(result, record, self.course)

    def _write(self, result: Result, finished: bool) -> None:
        notice = ""
        if any(verdict.status is Status.GRADER_ERROR for verdict in result.verdicts):
            notice = "Some checks could not be judged, which is the grader's fault, not yours."
        told = results(
            result, finished=finished, notice=notice, leaderboard=self.settings.leaderboard
        )
        with self._lock:
            write_atomically(self.root / RESULTS, json.dumps(told, indent=1) + "\n", PUBLIC)


def main(root: Path = ROOT) -> None:
    """Grade what is in ``root``."""
    os.umask(0o022)  # what is made here must be readable by the sandbox's user
    progress.guard()
    result = Harness(root).run()
    print(f"{counted(result):g} points")


if __name__ == "__main__":
    main()

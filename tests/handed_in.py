# SPDX-License-Identifier: MIT
"""Classes for tests, without kernels: a grader that only takes in, and what came out."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.bulk import gradebook
from autograder.bulk.batch import Engine
from autograder.bulk.classbook import ClassBook
from autograder.bulk.worker import Done, WorkerOrder
from autograder.course import Course
from autograder.grading import RESULT
from autograder.intake.submission import Submission, take_in
from tests.reference import SERIES
from tests.sample_class import result

CASES = Path(__file__).parent / "cases"
BERLIN = ZoneInfo("Europe/Berlin")
COURSE = Course.model_validate({"deadline": {"timezone": "Europe/Berlin"}})
PATCH = (
    "--- a/mm/memory.c\n+++ b/mm/memory.c\n@@ -1,2 +1,3 @@\n"
    " // SPDX-License-Identifier: GPL-2.0-only\n+/* x */\n /*\n"
)
TOOLS = {"tools/Makefile": "all:\n", "tools/pgfaultmap.c": "", "tools/tracepgfault.c": ""}
WHOLE = {"kernel.patch": PATCH, **TOOLS}
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Lab (7)\n    Points Possible,,,,,100\n"
MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Group,Grade,Maximum grade,"
    "Last modified (submission),Last modified (grade)\n"
)


class Intake:
    """Stands for a grader: takes in what it is given, and gives all points for it."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.width = 4
        self.taken: dict[str, Submission] = {}

    def submit(self, order: WorkerOrder) -> Future[Done]:
        submission = take_in(Path(order.submission), self.work / order.name, SERIES)
        self.taken[order.name] = submission
        made = result(order.name, () if submission.patch else ("build/patch_applies",))
        made.submission.sha256 = submission.sha256
        made.verdicts[0].observed = submission.refused.message if submission.refused else ""
        made.write(Path(order.out) / RESULT)
        future: Future[Done] = Future()
        future.set_result(Done(outcome="graded"))
        return future

    @contextmanager
    def __call__(self, grades: int, lock: int) -> Iterator[Engine]:
        yield self


@dataclass
class Class:
    """A graded class: its books, and what intake made of each submission."""

    book: ClassBook
    taken: dict[str, Submission]
    out: Path
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in csv.DictReader((self.out / gradebook.GRADEBOOK).open()):
            assert row["name"] not in self.rows, "a student stands there once"
            self.rows[row["name"]] = row

    @property
    def remarks(self) -> str:
        return "\n".join(self.book.remarks)

    def states(self) -> dict[str, str]:
        return {name: row["state"] for name, row in self.rows.items()}

    def files(self, name: str) -> list[str]:
        """What was graded of a student's."""
        return self.taken[self.rows[name]["folder"]].files

    def canvas(self) -> dict[str, str]:
        """The points in the file for Canvas."""
        lines = list(csv.reader((self.out / gradebook.CANVAS).open()))
        return {line[0]: line[-1] for line in lines[2:]}

    def moodle(self) -> list[list[str]]:
        return list(csv.reader((self.out / gradebook.MOODLE).open()))


Grade = Callable[..., Class]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def archive(members: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        for name, text in members.items():
            written.writestr(name, text)
    return stream.getvalue()


def lay(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder

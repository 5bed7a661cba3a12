# SPDX-License-Identifier: MIT
"""The instructor's page: the class at a glance, in one file that needs no network."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from autograder.bulk import gradebook, statistics
from autograder.bulk.classbook import GRADER_ERROR, UNREADABLE, WAITING, ClassBook, StudentRow
from autograder.bulk.finishing import title
from autograder.bulk.similarity import Similarity
from autograder.files import write_atomically
from autograder.grading import FEEDBACK
from autograder.report import complaints, html
from autograder.report.diagnosis import Cause
from autograder.report.view import count
from autograder.results import Finding, Result, Status, Verdict

INDEX = "index.html"
MOST_NAMED = 2  # checks in the heading
SIGNS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.NOT_REACHED: "·",
    Status.GRADER_ERROR: "!",
}
FEW_WORDS = {
    Finding.REFUSED: "patch refused",
    Finding.NOT_BUILT: "does not compile",
    Finding.NO_BOOT: "does not boot",
    Finding.PANIC: "kernel panic",
    Finding.REPORT: "kernel report",
    Finding.HANG: "hang",
    Finding.SPIN: "endless loop",
    Finding.NO_FILE: "no file in /proc",
    Finding.NO_START: "tracing never starts",
    Finding.NO_RECORD: "nothing recorded",
    Finding.NO_EVENTS: "no event printed",
}
"""What a cause is, where a sentence has no room; of the others the check's title says it."""


@dataclass(frozen=True)
class Trouble:
    """A submission that the grader has not judged completely."""

    row: StudentRow
    message: str
    verdicts: list[Verdict]


def render(book: ClassBook, similar: Similarity | None = None) -> str:
    """The page."""
    rows = book.rows
    script = (html.TEMPLATES / "index.js").read_text(encoding="utf-8")
    checks = statistics.checks(book)
    causes = statistics.first_causes(book)
    names = Counter(row.student.words.casefold() for row in rows)
    authors: dict[str, list[StudentRow]] = {}
    for row in rows:
        if row.entry is not None:
            authors.setdefault(row.entry.name, []).append(row)
    stumbles, judged = statistics.stumbles(book, causes), len(statistics.readable(book))
    template = html.environment().get_template("index.html.j2")
    return template.render(
        title=title(book.course),
        made=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        rows=rows,
        graded=len(book.graded),
        nothing=[row for row in rows if row.entry is None],
        grader_error=GRADER_ERROR,
        troubles=_troubles(rows),
        waiting=[row for row in rows if row.state == WAITING],
        unreadable=[row for row in rows if row.state == UNREADABLE],
        stumbles=stumbles,
        headline=headline(stumbles, judged) if stumbles else "",
        judged=judged,
        unharmed=statistics.unharmed(book, causes),
        causes=causes,
        few_words=few_words,
        without_kernel=statistics.without_kernel(book, causes),
        hardest=statistics.hardest(checks),
        authors=lambda entry: authors[entry.name],
        apart=lambda row: _apart(row) if names[row.student.words.casefold()] > 1 else "",
        finals=statistics.finals(book),
        bins=statistics.distribution(book),
        full=float(book.course.points.full),
        areas=statistics.areas(book),
        checks=checks,
        spans=[
            (area, len(list(members)))
            for area, members in groupby(checks, key=lambda figures: figures.verdict.area)
        ],
        slowest=statistics.slowest(book),
        not_reached=statistics.not_reached(book),
        repeated=book.repeated(),
        similar=similar,
        too_many=gradebook.too_many(book),
        remarks=book.remarks,
        kernels=sorted({result.kernel_version for _, result in book.graded}),
        due=book.course.due(),
        signs={status.value: sign for status, sign in SIGNS.items()},
        link=lambda name: f"{quote(name)}/{FEEDBACK}",
        words=lambda row: _words(row, causes),
        lost=_lost,
        remark=remark,
        cells=lambda result: _cells(result, [figures.verdict.id for figures in checks]),
        script=Markup(script),
        # The policy allows this script and no other.
        script_hash=_hash(f"\n{script}\n"),
    )


def few_words(cause: Cause) -> str:
    """A cause in a few words: the check's number, and what was found there."""
    words = FEW_WORDS.get(cause.finding) or cause.verdict.title.rstrip(".")
    if cause.finding is Finding.REPORT and cause.evidence is not None:
        words = f"kernel {complaints.words(cause.evidence.title, cause.evidence.text).what}"
    return f"{cause.verdict.number} {words}"


def headline(stumbles: list[statistics.Stumble], judged: int) -> str:
    """Where most of the class stumble first, as a heading; there is at least one that does."""
    most = len(stumbles[0].entries)
    first = [each.cause.verdict.number for each in stumbles if len(each.entries) == most]
    if len(first) > MOST_NAMED:
        return "No check stands out as the first to fix"
    share = f"{most} of {count(judged, 'submission')}{' each' if len(first) > 1 else ''}"
    return f"Most stumble first at {' and '.join(dict.fromkeys(first))} ({share})"


def remark(row: StudentRow) -> str:
    """What else is to be known of a submission."""
    if row.entry is None:
        return row.why_missing
    if row.entry.record is None or row.entry.result is None:
        return ""
    record, result = row.entry.record, row.entry.result
    late = result.late.words if result.late else ""
    words = [record.message, record.remark, late, row.entry.setback, *result.notes]
    return " ".join(filter(None, words))


def write(book: ClassBook, folder: Path) -> None:
    """Write the page into ``folder``, atomically."""
    write_atomically(folder / INDEX, render(book, Similarity.read(folder)))


def _troubles(rows: list[StudentRow]) -> list[Trouble]:
    found = []
    for row in rows:
        if row.entry is not None and row.state == GRADER_ERROR and row.entry.result:
            verdicts = row.entry.result.verdicts
            errors = [verdict for verdict in verdicts if verdict.status is Status.GRADER_ERROR]
            message = row.entry.record.message if row.entry.record else ""
            message = message or next((verdict.message for verdict in errors), "")
            found.append(Trouble(row, message, errors))
    return found


def _apart(row: StudentRow) -> str:
    """What tells a student from a namesake: the id, or else the submission's name."""
    student = row.student
    if student.key != student.words or row.entry is None:
        return student.key
    return row.entry.name


def _words(row: StudentRow, causes: dict[str, Cause]) -> str:
    """By which a row is found."""
    student, name = row.student, row.entry.name if row.entry else ""
    words = [student.name, student.id, student.email, student.login, student.section, name]
    cause = causes.get(name)
    words.append(few_words(cause) if cause else "")
    return " ".join([*filter(None, words), remark(row)]).casefold()


def _lost(row: StudentRow) -> str:
    """The numbers of the checks whose points the student does not have."""
    result = row.entry.result if row.entry else None
    return " ".join(v.number for v in result.verdicts if v.points < v.max_points) if result else ""


def _cells(result: Result, checks: Iterable[str]) -> Iterator[tuple[str, str]]:
    """A letter and a sign for each check."""
    status = {verdict.id: verdict.status for verdict in result.verdicts}
    for check in checks:
        found = status.get(check, Status.NOT_REACHED)
        yield found.value[0] if found is not Status.GRADER_ERROR else "e", SIGNS[found]


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

# SPDX-License-Identifier: MIT
"""The instructor's page: the class at a glance, in one file that needs no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from autograder.bulk import gradebook, statistics
from autograder.bulk.classbook import GRADER_ERROR, NOTHING, UNREADABLE, WAITING, ClassBook, Row
from autograder.bulk.finishing import title
from autograder.bulk.similarity import Similarity
from autograder.files import write_atomically
from autograder.grading import FEEDBACK
from autograder.report import html
from autograder.results import Result, Status, Verdict

INDEX = "index.html"
SIGNS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.NOT_REACHED: "·",
    Status.GRADER_ERROR: "!",
}


@dataclass(frozen=True)
class Trouble:
    """A submission that the grader has not done justice yet."""

    row: Row
    message: str
    verdicts: list[Verdict]


def render(book: ClassBook, similar: Similarity | None = None) -> str:
    """The page."""
    rows = book.rows
    script = (html.TEMPLATES / "index.js").read_text(encoding="utf-8")
    checks = statistics.checks(book)
    template = html.environment().get_template("index.html.j2")
    return template.render(
        title=title(book.course),
        made=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        rows=rows,
        graded=len(book.graded),
        nothing=NOTHING,
        grader_error=GRADER_ERROR,
        troubles=_troubles(rows),
        waiting=[row for row in rows if row.state == WAITING],
        unreadable=[row for row in rows if row.state == UNREADABLE],
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
        words=_words,
        lost=_lost,
        remark=remark,
        cells=lambda result: _cells(result, [figures.verdict.id for figures in checks]),
        script=Markup(script),
        # The policy allows this script and no other.
        script_hash=_hash(f"\n{script}\n"),
    )


def remark(row: Row) -> str:
    """What else is to be known of a submission."""
    if row.entry is None or row.entry.record is None or row.entry.result is None:
        return ""
    record, result = row.entry.record, row.entry.result
    late = result.late.words if result.late else ""
    words = [record.message, record.remark, late, row.entry.setback, *result.notes]
    return " ".join(filter(None, words))


def write(book: ClassBook, folder: Path) -> None:
    """Write the page into ``folder``, atomically."""
    write_atomically(folder / INDEX, render(book, Similarity.read(folder)))


def _troubles(rows: list[Row]) -> list[Trouble]:
    found = []
    for row in rows:
        if row.entry is not None and row.state == GRADER_ERROR and row.entry.result:
            verdicts = row.entry.result.verdicts
            errors = [verdict for verdict in verdicts if verdict.status is Status.GRADER_ERROR]
            message = row.entry.record.message if row.entry.record else ""
            message = message or next((verdict.message for verdict in errors), "")
            found.append(Trouble(row, message, errors))
    return found


def _words(row: Row) -> str:
    """By which a row is found."""
    student, name = row.student, row.entry.name if row.entry else ""
    words = [student.name, student.id, student.email, student.login, student.section, name]
    return " ".join([*filter(None, words), remark(row)]).casefold()


def _lost(row: Row) -> str:
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

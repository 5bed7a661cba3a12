# SPDX-License-Identifier: MIT
"""The gradebook as CSV: for people, for Canvas's import and for Moodle's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from autograder.bulk import columns as headers
from autograder.bulk.classbook import NOTHING, ClassBook, StudentRow
from autograder.files import write_atomically
from autograder.judge import rubric
from autograder.results import Result
from autograder.text import number, one_line

GRADEBOOK, CANVAS, MOODLE = "gradebook.csv", "canvas.csv", "moodle.csv"
_FORMULA = ("=", "+", "-", "@")
_MOODLE_HEAD = {
    "moodle": "Identifier",
    "name": "Full name",
    "id": "ID number",
    "email": "Email address",
    "grade": "Grade",
    "maximum": "Maximum grade",
    "graded": "Last modified (grade)",
}
T = TypeVar("T", float, None)


def write(book: ClassBook, folder: Path) -> None:
    """Write all three."""
    write_atomically(folder / GRADEBOOK, _csv(gradebook(book)))
    write_atomically(folder / CANVAS, _csv(canvas(book)))
    write_atomically(folder / MOODLE, _csv(moodle(book)))


def gradebook(book: ClassBook) -> list[list[str]]:
    """A line for each student, with everything that a complaint may be about."""
    areas = list(dict.fromkeys(check.area for check in rubric.checks()))
    head = ["id", "name", "email", "folder", "state", "points that count"]
    head += ["points before lateness", "of", "extra credit points"]
    head += ["submitted", "days late", "points off for lateness", "checks passed", "checks failed"]
    head += [
        "checks not tried",
        "grader errors",
        "remark",
        *(f"{area}, points" for area in areas),
    ]
    return [head, *(_line(row, areas) for row in book.rows)]


def canvas(book: ClassBook) -> list[list[str]]:
    """What Canvas's gradebook imports; the header of an exported column is used again."""
    assignment = book.course.title
    column = next(
        (name for name in book.class_list.columns if name.startswith(f"{assignment} (")), assignment
    )
    lines = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", column],
        ["    Points Possible", "", "", "", "", number(float(book.course.points.full))],
    ]
    for row in book.rows:
        s = row.student
        sis = "" if s.id == s.login else s.id
        lines.append([s.words, s.canvas, sis, s.login, s.section, _final(row)])
    return lines


def moodle(book: ClassBook) -> list[list[str]]:
    """What Moodle imports: as a grading worksheet, or as grades by ID number or address.

    A worksheet is refused without the column of the grades' times, even if nothing is in it; a
    column of comments would replace what somebody wrote there.
    Source: mod/assign/feedback/offline/importgradeslib.php and locallib.php.
    """
    lines = [_moodle_head(book.class_list.columns)]
    full = number(float(book.course.points.full))
    for row in book.rows:
        s = row.student
        about = [s.moodle, s.name, s.id, s.email, _final(row), s.maximum or full]
        lines.append([*about, s.graded or "-"])
    return lines


def _moodle_head(columns: Sequence[str]) -> list[str]:
    """Moodle knows a worksheet's columns by their names in the language that it is set to."""
    places = headers.places(columns)
    if not {"moodle", "maximum"} <= places.keys():
        places = {}
    return [
        columns[places[key]] if key in places else english for key, english in _MOODLE_HEAD.items()
    ]


def too_many(book: ClassBook) -> list[StudentRow]:
    """Those whose points Moodle would ignore, without saying so: they exceed its maximum."""
    full = float(book.course.points.full)
    return [
        row
        for row in book.rows
        if row.student.moodle
        and row.entry is not None
        and (row.entry.settled or 0) > _float(row.student.maximum, full)
    ]


def _line(row: StudentRow, areas: Sequence[str]) -> list[str]:
    student, entry = row.student, row.entry
    line = [student.id, student.words, student.email, entry.name if entry else "", row.state]
    if entry is None or entry.record is None or entry.result is None:
        filled = "0" if row.state == NOTHING else ""
        return [*line, filled, *[""] * 10, row.why_missing, *[""] * len(areas)]
    result, totals, late = entry.result, entry.result.totals, entry.result.late
    line += [number(entry.final or 0), number(totals.points), number(totals.max_points)]
    line += [number(totals.extra_points), entry.record.submitted]
    line += [str(late.days) if late else "0", number(late.points_off) if late else "0"]
    line += [
        str(n) for n in (totals.passed, totals.failed, totals.not_reached, totals.grader_error)
    ]
    words = [entry.record.message, entry.record.remark, entry.setback, *result.notes]
    message = " ".join(filter(None, words))
    return [*line, one_line(message, 500), *_areas(result, areas)]


def _areas(result: Result, areas: Iterable[str]) -> list[str]:
    return [number(sum(v.points for v in result.verdicts if v.area == area)) for area in areas]


def _final(row: StudentRow) -> str:
    """What a system may import; empty, which leaves what is there, if no grade is settled yet."""
    if row.entry is None:
        return "0" if row.state == NOTHING else ""
    return "" if row.entry.settled is None else number(row.entry.settled)


def _csv(lines: Iterable[Sequence[str]]) -> str:
    """CSV in which no cell is a formula, whatever somebody called a file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return stream.getvalue()


def _harmless(cell: str) -> str:
    cell = cell if cell.startswith("    ") else one_line(cell, 1000)
    bare = cell == "-" or _is_number(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) and not bare else cell


def _is_number(text: str) -> bool:
    return _float(text, None) is not None


def _float(text: str, otherwise: T) -> float | T:
    try:
        return float(text)
    except ValueError:
        return otherwise

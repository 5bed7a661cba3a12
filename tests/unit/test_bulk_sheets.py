# SPDX-License-Identifier: MIT
"""Tables however they were saved, and times in any form."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from autograder.bulk.students import Roster
from autograder.errors import UsageError
from tests.handed_in import (
    BERLIN,
    WHOLE,
    Grade,
    archive,
    lay,
)

ROWS = [["Matrikelnummer", "Name", "Vorname", "E-Mail"], ["0042", "Böle", "Zoë", "z@x.org"]]


def as_csv(separator: str, encoding: str, before: str = "") -> bytes:
    lines = "".join(separator.join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS)
    return (before + lines).encode(encoding)


@pytest.mark.parametrize(
    "content",
    [
        as_csv(",", "utf-8"),
        as_csv(";", "utf-8-sig"),
        as_csv("\t", "utf-16"),
        as_csv("\t", "utf-16-le"),
        as_csv(";", "cp1252"),
        as_csv("|", "utf-8"),
        as_csv(";", "cp1252", "sep=;\r\n"),
        as_csv("\t", "utf-16", "sep=\t\r\n"),
        as_csv(",", "utf-8", "\r\n"),
    ],
)
def test_a_table_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    (zoe,) = Roster.read(path, BERLIN).students
    assert (zoe.id, zoe.name, zoe.email) == ("0042", "Zoë Böle", "z@x.org")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *(("Zoë", "cp1252"), ("Übung Müller", "cp1252"), ("José Muñoz", "cp1252")),
        *(("Łukasz Żak", "cp1250"), ("Świątek", "cp1250")),
        *(("Zoë Müller", "mac_roman"), ("Søren Åse", "cp1252"), ("Françoise", "cp1252")),
    ],
)
def test_a_name_in_an_old_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(f"id;name\n1;{name}\n2;Bob Boole\n".encode(encoding))
    roster = Roster.read(path, BERLIN)
    assert roster.students[0].name == name
    assert f"read as {encoding}" in roster.remarks[0]


def test_a_workbook(tmp_path: Path, grade: Grade) -> None:
    """Excel took the id for a number, and the time for a time."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Student ID", "Last name", "First name", "Submitted"])
    sheet.append([42, "Lovelace", "Ada", datetime(2026, 11, 30, 22, 37)])
    book.save(tmp_path / "roster.xlsx")
    folder = lay(tmp_path / "in", {"0042.zip": archive(WHOLE)})
    graded = grade(folder, tmp_path / "roster.xlsx")
    assert graded.rows["Ada Lovelace"]["submitted"] == "2026-11-30T22:37:00+01:00"


def test_zeros_that_a_spreadsheet_ate(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"0042.zip": archive(WHOLE), "43.zip": archive(WHOLE)})
    graded = grade(folder, "id,name\n42,Ada\n0043,Bob\n")
    assert set(graded.states().values()) == {"graded"} and len(graded.rows) == 2


# H: times.


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("Tuesday, 2 December 2025, 10:37\u202fPM", 22, 37),
        ("Tuesday, December 2, 2025, 10:37 PM", 22, 37),
        ("Tuesday, 2 December 2025, 12:07 AM", 0, 7),
        ("2025-12-02 22:37", 22, 37),
        ("02.12.2025 22:37", 22, 37),
        ("2025-12-02", 23, 59),
        ("2 December 2025", 23, 59),
    ],
)
def test_a_time_in_any_form(tmp_path: Path, text: str, hour: int, minute: int) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f'id,submitted\n1,"{text}"\n')
    (student,) = Roster.read(path, BERLIN).students
    moment = datetime.fromisoformat(student.submitted)
    assert (moment.date().isoformat(), moment.hour, moment.minute) == ("2025-12-02", hour, minute)


@pytest.mark.parametrize("text", ["02/12/2025 22:37", "tirsdag 2 mandag 2025", "25:70", "soon"])
def test_a_time_that_is_none_is_named_by_its_cell(tmp_path: Path, text: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f"id,submitted\n1,\n2,{text}\n")
    with pytest.raises(UsageError, match=rf"roster\.csv:3: submitted: .*{text}"):
        Roster.read(path, BERLIN)

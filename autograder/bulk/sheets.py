# SPDX-License-Identifier: MIT
"""Tables as spreadsheets and learning systems save them: rows of text, however encoded.

CSV with commas, semicolons, tabs or bars, in UTF-8, UTF-16 or a Windows code page, and .xlsx.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from autograder.errors import UsageError

LARGEST = 64 << 20  # bytes
_SEPARATORS = ",;\t|"
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What Windows and macOS save where they are not asked for Unicode, the most common first.
_CODE_PAGES = ["cp1252", "cp1250", "mac_roman", "cp850"]


@dataclass(frozen=True)
class Sheet:
    """A table: its header, the rows below it with their line numbers, and remarks."""

    path: Path
    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    header_line: int = 1
    remarks: list[str] = field(default_factory=list)


def read(path: Path) -> Sheet:
    """Read the table in ``path``; rows without any text are left out.

    Errors: UsageError, naming the file, where it is no such table.
    """
    remarks: list[str] = []
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST >> 20} MiB")
        data = path.read_bytes()
        if data.startswith(_OLD_EXCEL):
            raise ValueError("it is an old Excel file (.xls). Save it as .xlsx or as CSV")
        lines = _workbook(data) if data.startswith(_ZIP) else _text(data, remarks)
        filled = [(number, [cell.strip() for cell in row]) for number, row in lines]
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"the roster {path} cannot be read: {error}") from error
    filled = [(number, row) for number, row in filled if any(row)]
    if not filled:
        return Sheet(path)
    (header_line, header), *rows = filled
    return Sheet(path, header, rows, header_line, remarks)


def _text(data: bytes, remarks: list[str]) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(data, remarks)
    if "\0" in text:
        raise ValueError("it has NUL characters in it: it is not a table of text")
    separator, skipped = _separator(text)
    stream = io.StringIO(text, newline="")
    for _ in range(skipped):
        stream.readline()
    reader = csv.reader(stream, delimiter=separator)
    last = skipped
    for row in reader:
        # A cell may hold line ends: a row is where it begins.
        yield last + 1, row
        last = skipped + reader.line_num


def _decoded(data: bytes, remarks: list[str]) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding)
    if data[:200].count(b"\0") > len(data[:200]) // 3:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=_CODE_PAGES)
    possible = {page for match in matches for page in match.could_be_from_charset}
    texts = {page: data.decode(page) for page in _CODE_PAGES if page in possible}
    if not texts:
        raise ValueError("it is text in no encoding that is known here. Save it as UTF-8")
    # A few names are too little for statistics: the page with the most letters, or the usual one.
    best = max(texts, key=lambda page: _letters(texts[page]))
    remarks.append(f"the roster is not UTF-8; it was read as {best}: check the names with accents")
    return texts[best]


def _letters(text: str) -> int:
    """How many of the characters that are not ASCII can be letters of a name."""
    return sum(
        (after.isalpha() and not (before.islower() and after.isupper())) - (not after.isalpha())
        for before, after in pairwise(" " + text)
        if not after.isascii()
    )


def _separator(text: str) -> tuple[str, int]:
    """What separates the cells, and the lines before the header that only say so."""
    first, _, rest = text.partition("\n")
    told = first.strip().strip('"')
    if told.lower().startswith("sep=") and len(told) == 5:
        return told[4], 1
    if first.rstrip("\r\n").lower() == "sep=\t":
        return "\t", 1
    head = next((line for line in (first, *rest.splitlines()) if line.strip()), "")
    # Those of the header alone: a cell of a row may have anything in it.
    counts = {mark: len(next(csv.reader([head], delimiter=mark), [])) for mark in _SEPARATORS}
    return max(counts, key=lambda mark: counts[mark]), 0


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet of an .xlsx file that has any."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
        rows = next((rows for rows in sheets if any(map(any, rows))), [])
    except (KeyError, IndexError, zipfile.BadZipFile, ValueError, TypeError, OSError) as error:
        raise ValueError("it is no Excel workbook that can be read. Save it as CSV") from error
    for number, row in enumerate(rows, 1):
        yield number, [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)

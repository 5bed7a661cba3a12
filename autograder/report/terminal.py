# SPDX-License-Identifier: MIT
"""The result as a table on a terminal, or as plain columns in a file or a pipe."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.report.details import details
from autograder.report.text import number, one_line, shorten, visible
from autograder.report.view import Area, Row, View, arrange, base_points, count
from autograder.results import NOT_SELECTED, Result, Status

_STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.NOT_REACHED: "yellow",
    Status.GRADER_ERROR: "bold magenta",
}

# Room for a message below its check (characters, lines); the page has more.
_MESSAGE = (600, 8)


def show(result: Result, console: Console, *, for_instructor: bool = False) -> None:
    """Print the checks that were selected by area, what went wrong below each, and the totals."""
    view = arrange(result, for_instructor=for_instructor)
    name = one_line(result.submission.name)
    how = f"  kernel {result.kernel_version}  sandbox {one_line(result.sandbox)}"
    _print(console, Text.assemble((name, "bold"), how))
    console.print(_table(view, console))
    for text in details(view):
        _print(console, text)
    console.print()
    if not result.finished:
        _print(console, Text("Grading has not finished: checks are still missing.", "bold yellow"))
    for note in result.notes:
        _print(console, Text(f"Note: {visible(shorten(note, *_MESSAGE))}"))
    _print(console, _totals(result, view))


def _table(view: View, console: Console) -> Table:
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    table.add_column("No.", no_wrap=True)
    table.add_column("Check", ratio=1, overflow="fold")
    table.add_column("Status", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    for area in view.areas:
        rows = [row for row in area.rows if row.verdict.message != NOT_SELECTED]
        if not rows:
            continue
        heading = Text(one_line(area.name), "bold")
        table.add_row("", _encodable(heading, console), "", Text(_points(area), "bold"))
        for row in rows:
            style = "" if row.withheld else _STYLES[row.verdict.status]
            table.add_row(
                Text(row.verdict.number),
                _encodable(_description(row), console),
                Text(row.word, style),
                Text(row.points),
            )
        table.add_section()
    return table


def _description(row: Row) -> Text:
    """The check's title; for one that was not passed, what happened on the lines below."""
    description = Text(one_line(row.verdict.title))
    remarks = [row.attempts]
    if row.verdict.status is not Status.PASSED:
        remarks.insert(0, visible(shorten(row.verdict.message, *_MESSAGE)))
    if row.verdict.status is Status.GRADER_ERROR:
        remarks.append("This is not your fault: please tell your instructor.")
    for remark in filter(None, remarks):
        description.append("\n" + remark, "dim")
    return description


def _points(area: Area) -> str:
    return "  ".join(filter(None, [area.points, area.extra]))


def _totals(result: Result, view: View) -> Text:
    totals = result.totals
    line = Text.assemble(
        (f"{number(totals.points)} of {count(totals.max_points, 'point')}", "bold")
    )
    if totals.max_extra_points:
        line.append(
            f" ({number(base_points(totals))} + {number(totals.extra_points)} of"
            f" {number(totals.max_extra_points)} extra credit)"
        )
    line.append(
        f": {totals.passed} passed, {totals.failed} failed,"
        f" {totals.not_reached} not reached, {count(totals.grader_error, 'grader error')}"
    )
    if view.withheld:
        line.append(f" ({count(len(view.withheld), 'check')} of these hidden)")
    return line


def _print(console: Console, text: Text) -> None:
    console.print(_encodable(text, console), soft_wrap=True)


def _encodable(text: Text, console: Console) -> Text:
    """``text`` with what the console's encoding lacks written as backslash escapes."""
    encoding = console.encoding
    plain = text.plain.encode(encoding, "backslashreplace").decode(encoding)
    if plain == text.plain:
        return text
    # Escapes shift the places of inner styles; words matter more than their colour.
    return Text(plain)

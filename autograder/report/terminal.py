# SPDX-License-Identifier: MIT
"""The result on a terminal: one screen, and before it all checks if somebody asks for them."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.report.details import details
from autograder.report.paper import Paper
from autograder.report.repeat import Repeat, from_handout
from autograder.report.screen import Frame, screen, selected
from autograder.report.view import Area, CheckRow, View, arrange
from autograder.results import Result, Status
from autograder.text import one_line, shorten

_STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.NOT_REACHED: "yellow",
    Status.GRADER_ERROR: "bold magenta",
}

# Room for a message below its check (characters, lines); the page has more.
_MESSAGE = (600, 8)


def show(
    result: Result,
    console: Console,
    *,
    for_instructor: bool = False,
    verbose: bool = False,
    frame: Frame | None = None,
    repeat: Repeat = from_handout,
) -> None:
    """Print one screen; before it, if ``verbose``, every check and the failed ones in full.

    ``repeat`` makes the line that runs a check again.
    """
    view = arrange(result, for_instructor=for_instructor, repeat=repeat)
    paper = Paper(console)
    if verbose:
        console.print(_table(result, view, console, paper))
        for text in details(view):
            _print(console, _encodable(text, console))
        console.print()
    for line in screen(result, view, console, frame or Frame()):
        _print(console, line)


def _table(result: Result, view: View, console: Console, paper: Paper) -> Table:
    table = Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False)
    table.add_column("No.", no_wrap=True)
    table.add_column("Check", ratio=1, overflow="fold")
    table.add_column("Status", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    chosen = selected(result, view)
    for area in view.areas:
        rows = [row for row in area.rows if row in chosen]
        if not rows:
            continue
        heading = Text(paper.clean(one_line(area.name)), "bold")
        table.add_row("", heading, "", Text(_points(area), "bold"))
        for row in rows:
            style = "" if row.withheld else _STYLES[row.verdict.status]
            table.add_row(
                Text(row.verdict.number),
                _description(row, paper),
                Text(row.word, style),
                Text(row.points),
            )
        table.add_section()
    return table


def _description(row: CheckRow, paper: Paper) -> Text:
    """The check's title; for one that was not passed, what happened on the lines below."""
    description = Text(paper.clean(one_line(row.verdict.title)))
    remarks = [row.attempts]
    if row.verdict.status is not Status.PASSED:
        remarks.insert(0, shorten(row.verdict.message, *_MESSAGE))
    if row.verdict.status is Status.GRADER_ERROR:
        remarks.append("This is not your fault: please tell your instructor.")
    for remark in filter(None, remarks):
        description.append("\n" + paper.clean(remark), "dim")
    return description


def _points(area: Area) -> str:
    return "  ".join(filter(None, [area.points, area.extra]))


def _encodable(text: Text, console: Console) -> Text:
    """``text`` with what the console's encoding lacks written as backslash escapes."""
    encoding = console.encoding
    plain = text.plain.encode(encoding, "backslashreplace").decode(encoding)
    if plain == text.plain:
        return text
    # Escapes shift the places of inner styles; words matter more than their color.
    return Text(plain)


def _print(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True, highlight=False)

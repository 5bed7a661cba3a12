# SPDX-License-Identifier: MIT
"""Failed checks in full on a terminal: what the page shows of them, in plain lines."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from autograder.report import hangs
from autograder.report.diagnosis import diagnose
from autograder.report.differences import Piece
from autograder.report.rules import quoted
from autograder.report.view import CheckRow, View
from autograder.results import Evidence, Excerpt
from autograder.text import one_line, shorten, visible

_FIELD = (800, 12)  # characters, lines
_WIDTH = 10  # of the labels


def details(view: View) -> Iterator[Text]:
    """Every failed check in full, by cause: the first cause to fix before the others."""
    rows = {row.verdict.number: row for row in view.failed}
    for cause in diagnose([row.verdict for row in view.rows if not row.withheld]):
        yield Text(f"\n{one_line(cause.sentence, 400)}", "bold")
        for verdict in (cause.verdict, *cause.others):
            if verdict.number in rows:
                yield Text("\n").join([Text(), *_check(rows[verdict.number])])


def _check(row: CheckRow) -> Iterator[Text]:
    verdict = row.verdict
    yield Text(f"Check {verdict.number}: {one_line(verdict.title)}", "bold red")
    yield from _field("did", Text(verdict.did))
    if verdict.expected or verdict.observed:
        expected, observed = row.differences
        yield from _field("expected", _marked(expected, "green"))
        yield from _field("observed", _marked(observed, "red"))
    else:
        yield from _field("what", Text(verdict.message))
    for item in verdict.evidence:
        yield from _evidence(item)
    for excerpt in row.excerpts:
        yield from _field("source", _source(excerpt))
    yield from _field("hint", Text(verdict.hint))
    yield from _field("contract", Text(quoted(verdict)))
    yield from _field("repeat", Text(row.command, "cyan"))


def _evidence(item: Evidence) -> Iterator[Text]:
    if item.kind == "report":
        yield from _field("report", Text(item.title))
    if item.kind == "held":
        yield from _field("held", Text(item.text))
    for process in item.processes:
        where = " <- ".join(hangs.calls(process)) or "not known"
        text = f"{process.name} ({process.pid}) {hangs.state(process)} in {where}"
        yield from _field("hang", Text(text))


def _source(excerpt: Excerpt) -> Text:
    inside = f", in {excerpt.function}" if excerpt.function else ""
    text = Text(f"{excerpt.file}:{excerpt.line}{inside}")
    for line in excerpt.lines:
        here = line.number == excerpt.line
        mark = ">" if here else " "
        row = f"\n{mark}{line.number:5} {'+' if line.added else ' '} {line.text.expandtabs()}"
        text.append(row, "bold" if here else "")
    return text


def _marked(pieces: list[Piece], colour: str) -> Text:
    text = Text()
    for piece in pieces:
        text.append(piece.text, f"bold underline {colour}" if piece.differs else "")
    return text


def _field(label: str, value: Text) -> Iterator[Text]:
    """A label and its value, with the lines of the value below each other."""
    if not value.plain.strip():
        return
    cut = shorten(value.plain, *_FIELD)
    shown = visible(cut)
    if shown != value.plain:
        value = Text(shown)  # the marks would stand in other places
    for number, line in enumerate(value.split("\n")):
        head = label if not number else ""
        yield Text.assemble((f"  {head:{_WIDTH}}", "dim"), line)

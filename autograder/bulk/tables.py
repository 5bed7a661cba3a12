# SPDX-License-Identifier: MIT
"""What the commands for a class print on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.bulk import gradebook, page
from autograder.bulk.classbook import ClassBook, Entry
from autograder.bulk.comparing import Pair
from autograder.bulk.journal import Journal
from autograder.bulk.reproducing import Reproduction
from autograder.bulk.rescoring import Change, Flip
from autograder.bulk.run import ClassSummary
from autograder.bulk.shelf import Shelf
from autograder.grading import FEEDBACK
from autograder.report import terminal
from autograder.report.coverage import Reach
from autograder.report.view import count, counted
from autograder.results import Verdict
from autograder.text import number, one_line, shorten, visible

SHOWN_FLIPS = 4  # checks named for each submission
SHOWN_FAILURES = 20


def summary(done: ClassSummary, out: Path, console: Console) -> None:
    """How a run went, and where the books are."""
    tally = done.tally
    _print(
        console,
        f"{len(tally.graded)} graded, {len(tally.unreadable)} cannot be read, "
        f"{len(tally.failed)} failed, {tally.up_to_date} were up to date",
    )
    if done.recovered:
        _print(console, f"{len(done.recovered)} were finished by the run before this one")
    if done.rescored:
        changes(done.rescored, console, dry_run=False)
    for name, message in list(tally.unreadable.items())[:SHOWN_FAILURES]:
        _print(console, f"cannot be read: {one_line(name, 60)}: {one_line(message, 160)}")
    for name, message in list(tally.failed.items())[:SHOWN_FAILURES]:
        _print(console, f"grader error: {one_line(name, 60)}: {one_line(message, 160)}")
    if done.book is not None:
        remarks(done.book, console)
    for file in (gradebook.GRADEBOOK, page.INDEX):
        _print(console, str(out / file))


def remarks(book: ClassBook, console: Console) -> None:
    """What somebody should look at, besides the grades."""
    for remark in book.remarks[:SHOWN_FAILURES]:
        _print(console, f"remark: {one_line(remark, 500)}")
    if above := gradebook.too_many(book):
        _print(console, f"{len(above)} have more points than Moodle takes: see {page.INDEX}")


def changes(found: Sequence[Change], console: Console, *, dry_run: bool) -> None:
    """Who gains and loses what."""
    moved = [change for change in found if change.before != change.after or change.flips]
    if moved:
        table = Table("submission", "before", "after", "change", "checks", box=None)
        for column in table.columns[1:4]:
            column.justify = "right"
        for change in sorted(moved, key=lambda each: each.after - each.before):
            table.add_row(
                Text(one_line(change.record.name, 60)),
                number(change.before),
                number(change.after),
                _signed(change.after - change.before),
                Text(_flips(change.flips)),
            )
        console.print(table)
    gain = sum(change.after > change.before for change in moved)
    lose = sum(change.after < change.before for change in moved)
    verb = "would gain" if dry_run else "gained"
    other = "would lose" if dry_run else "lost"
    _print(console, f"{gain} {verb}, {lose} {other}, {len(found) - gain - lose} as before")
    _print_flips([change.flips for change in found], console)
    kept = Counter(check for change in found for check in change.kept)
    if kept:
        _print(console, "These checks keep their verdicts, because judging them needs a boot")
        _print(console, f"(class regrade --only {','.join(sorted(kept))}):")
        for check, count in kept.most_common():
            _print(console, f"{count:4} x {check}")


def comparison(pairs: Sequence[Pair], console: Console, everything: bool) -> None:
    """Two gradings side by side; without ``everything`` only where they differ."""
    table = Table("submission", "left", "right", "change", "checks", box=None)
    for column in table.columns[1:4]:
        column.justify = "right"
    for pair in pairs:
        if not (everything or pair.differs):
            continue
        left, right = pair.points
        name = one_line(pair.name, 60) + ("" if pair.same_submission else " (another submission)")
        table.add_row(
            Text(name if pair.left and pair.right else one_line(pair.name, 60)),
            "-" if left is None else number(left),
            "-" if right is None else number(right),
            "" if left is None or right is None else _signed(right - left),
            Text(_flips(pair.flips)),
        )
    if table.row_count:
        console.print(table)
    differing = sum(pair.differs for pair in pairs)
    _print(console, f"{len(pairs)} submissions, {differing} differ")
    _print_flips([pair.flips for pair in pairs], console)


def student(entry: Entry, shelf: Shelf, journal: Journal, console: Console) -> None:
    """All that is known about one submission."""
    assert entry.record is not None and entry.result is not None
    record, result = entry.record, entry.result
    people = ", ".join(f"{each.words} ({each.key})" for each in record.students)
    late = result.late.words if result.late else "none, or the deadline or the time is not known"
    facts = {
        "submission": record.name,
        "students": people,
        "state": entry.state,
        "points that count": number(entry.final or 0),
        "handed in": record.submitted or "at an unknown time",
        "lateness": late,
        "content": f"sha256 {record.sha256}",
        "from": record.path,
        "seed": str(record.seed),
        "graded with": ", ".join(f"{key} {value}" for key, value in record.versions),
        "run": record.run,
        "message": record.message or record.remark,
        "page": str(shelf.folder(record.name) / FEEDBACK),
    }
    for key, value in facts.items():
        if value:
            _print(console, f"{key + ':':<19} {one_line(value, 400)}")
    terminal.show(result, console, for_instructor=True)
    _print(console, "\nhistory, oldest first:")
    for earlier in shelf.history(record.name):
        points = number(counted(earlier.result))
        when = earlier.result.finished or earlier.result.started
        _print(
            console,
            f"  graded {when}: {points} points, kit {earlier.record.versions.kit}, checks "
            f"{earlier.record.versions.checks}; replaced: {one_line(earlier.why, 200)}",
        )
    _print(console, f"  graded {result.finished}: {number(counted(result))} points; stands")
    _print(console, "\njournal:")
    for line in journal.lines(record.name):
        rest = {k: v for k, v in line.items() if k not in ("time", "event", "name", "versions")}
        told = {k: number(v) if isinstance(v, float) else v for k, v in rest.items()}
        words = ", ".join(f"{k} {v}" for k, v in told.items() if v not in ("", {}, None))
        _print(console, f"  {line['time']} {line['event']}: {one_line(words, 400)}")


def reproduction(before: Verdict, again: Reproduction, console: Console) -> None:
    """A check then and now, and the way into the debugger."""
    now = again.verdict
    for when, verdict in (("then", before), ("now", now)):
        status = verdict.status.value.replace("_", " ")
        _print(console, f"{when + ':':<6} {status}{': ' if verdict.message else ''}", end="")
        _print(console, shorten(visible(verdict.message), 2000, 20))
    for evidence in now.evidence:
        _print(
            console, f"\n{one_line(evidence.title)}\n{shorten(visible(evidence.text), 8000, 80)}"
        )
    if again.script is not None:
        _print(console, f"\nThe very same boot in gdb, shut in:\n  {again.script}")


def coverage(book: ClassBook, console: Console) -> None:
    """How many lines of each patch the checks reached, the smallest part first."""
    table = Table("submission", "lines with code", "reached", "percent", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    reaches = [(entry.name, Reach(result.coverage)) for entry, result in book.graded]
    known = [(name, reach) for name, reach in reaches if reach.with_code]
    for name, reach in sorted(known, key=lambda each: each[1].reached / each[1].with_code):
        numbers = (reach.with_code, reach.reached, reach.percent)
        table.add_row(Text(one_line(name, 40)), *map(str, numbers))
    if known:
        console.print(table)
    if unknown := len(reaches) - len(known):
        _print(console, f"of {count(unknown, 'other submission')} nothing was seen")


def not_seen(entry: Entry, console: Console) -> None:
    """The lines of one patch that no check reached, with the lines around them."""
    reach = Reach(entry.result.coverage if entry.result else [])
    if not reach.with_code:
        _print(console, "Nothing was seen of this patch: no guest ran its code.")
        return
    _print(
        console,
        f"The checks reached {reach.reached} of {count(reach.with_code, 'line')} with code "
        f"({reach.percent} %). Those not seen are marked.",
    )
    for part in reach.parts:
        _print(console, f"\n{one_line(part.place)}, in {one_line(part.function)}()")
        for row in part.rows:
            mark = "!" if row.missed else " "
            text = visible(row.line.text.expandtabs(4))
            _print(console, f"{mark}{row.line.number:5} {text}".rstrip())
    if reach.left_out:
        _print(console, f"\n{count(reach.left_out, 'more line')} not shown")


def _print_flips(groups: Iterable[Iterable[Flip]], console: Console) -> None:
    counts = Counter(f"{f.id}: {f.before} -> {f.after}" for group in groups for f in group)
    for words, times in counts.most_common():
        _print(console, f"{times:4} x {words.replace('_', ' ')}")


def _flips(found: Sequence[Flip]) -> str:
    shown = [f"{flip.id} {flip.after.value.replace('_', ' ')}" for flip in found]
    more = len(shown) - SHOWN_FLIPS
    return ", ".join(shown[:SHOWN_FLIPS]) + (f" and {more} more" if more > 0 else "")


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def _print(console: Console, text: str, end: str = "\n") -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True, end=end)

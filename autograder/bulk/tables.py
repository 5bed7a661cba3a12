# SPDX-License-Identifier: MIT
"""What the commands for a class print on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.bulk import gradebook, page
from autograder.bulk.rescoring import Change
from autograder.bulk.run import Outcome
from autograder.report.text import number, one_line

SHOWN_FLIPS = 4  # checks named for each submission
SHOWN_FAILURES = 20


def outcome(done: Outcome, out: Path, console: Console) -> None:
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
    for file in (gradebook.GRADEBOOK, page.INDEX):
        _print(console, str(out / file))


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
                Text(_flips(change)),
            )
        console.print(table)
    gain = sum(change.after > change.before for change in moved)
    lose = sum(change.after < change.before for change in moved)
    verb = "would gain" if dry_run else "gained"
    other = "would lose" if dry_run else "lost"
    _print(console, f"{gain} {verb}, {lose} {other}, {len(found) - gain - lose} as before")
    flips = Counter(f"{f.id}: {f.before} -> {f.after}" for c in found for f in c.flips)
    for words, count in flips.most_common():
        _print(console, f"{count:4} x {words.replace('_', ' ')}")
    kept = Counter(check for change in found for check in change.kept)
    if kept:
        _print(console, "These checks keep their verdicts, because judging them needs a boot")
        _print(console, f"(regrade --only {','.join(sorted(kept))}):")
        for check, count in kept.most_common():
            _print(console, f"{count:4} x {check}")


def _flips(change: Change) -> str:
    shown = [f"{flip.id} {flip.after.value.replace('_', ' ')}" for flip in change.flips]
    more = len(shown) - SHOWN_FLIPS
    return ", ".join(shown[:SHOWN_FLIPS]) + (f" and {more} more" if more > 0 else "")


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)

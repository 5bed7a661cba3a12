# SPDX-License-Identifier: MIT
"""What a student reads at every stage of the way: one row for each, in one table.

The untouched handout, the reference built up milestone by milestone, and at each milestone
one realistic mistake from the corpus.  Each is tried with ``make check`` on a terminal of 80
columns.  At no stage may the grader be at fault, and none may take more than one screen.
``--record`` keeps what the checks found; a unit test pins the cards.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len

from autograder.cache import Cache
from autograder.report.diagnosis import diagnose
from autograder.results import Status, Verdict
from tests.cards import FOLDER, VERDICTS, card, lost
from tests.corpus import HERE, load
from tests.student_way import STEPS, Command, Ran, Way, blocks, part, take_reference

COLUMNS, LINES = 80, 40
RECORDED, PINNED = FOLDER / "stages.json.xz", FOLDER / "stages.json"
KERNEL, HOME = "linux", "."
FIRST_CHANGE = "the first change of section 2"


@dataclass(frozen=True)
class Stage:
    """A moment of the way: what of the reference is there, and what is wrong with it."""

    milestone: str  # everything up to it is there; empty: nothing
    mistake: str = ""  # the name of a mutant, or the change that the text begins with

    @property
    def name(self) -> str:
        """What the stage is called in reports."""
        return f"{self.milestone or 'untouched'} {self.mistake}".rstrip()


STAGES = (
    Stage(""),
    Stage("", FIRST_CHANGE),
    Stage("M1"),
    Stage("M1", "file/does-not-compile"),
    Stage("M2"),
    Stage("M2", "tools/events-time-six-digits"),
    Stage("M3"),
    Stage("M3", "faults/recorded-twice"),
    Stage("M4"),
    Stage("M4", "concurrency/mutex-on-the-fault-path"),
    Stage("M5", "life_cycle/exit-does-not-wake"),
    Stage("M6"),
    Stage("M6", "regions/split-not-added"),
    Stage("M7", "concurrency/record-used-after-free"),
    Stage("M7", "buffer/leak-at-stop"),
    Stage("M8"),
    Stage("M8", "tools/exit-status-raw"),
    Stage("M9", "threads/only-the-leader"),
)


@dataclass(frozen=True)
class StageRow:
    """What a student saw at a stage."""

    stage: Stage
    ran: Ran
    lost: list[Verdict]  # all that did not pass
    card: str
    failed: int
    grader_errors: int
    points: float
    boots: int

    @property
    def lines(self) -> list[str]:
        """The lines that stay on the terminal."""
        return [_left(line) for line in self.ran.output.rstrip("\n").split("\n")]

    @property
    def complaints(self) -> list[str]:
        """What is wrong with what was shown."""
        lines = self.lines
        found = []
        if self.grader_errors:
            found.append(f"{self.grader_errors} grader errors")
        if len(lines) > LINES:
            found.append(f"{len(lines)} lines")
        if any(cell_len(line) > COLUMNS for line in lines):
            found.append("a line is too long")
        if self.stage.mistake and not self.card:
            found.append("no card, though there is a mistake")
        return found


def _left(line: str) -> str:
    """What is left of a line on which progress was shown and erased."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", re.split(r"\x1b\[K", line)[-1])


def try_stage(way: Way, stage: Stage) -> StageRow:
    """Make the mistake, try, and take it back."""
    changes = list(_changes(way, stage))
    for diff, folder in changes:
        way.apply(diff, folder)
    ran = way.run(Command(stage.milestone or "untouched", "make check"), status=None)
    result = way.result()
    causes = diagnose(result.verdicts)
    for diff, folder in changes:
        way.apply(diff, folder, back=True)
    return StageRow(
        stage,
        ran,
        lost(result.verdicts),
        causes[0].sentence if causes else "",
        sum(verdict.status is Status.FAILED for verdict in result.verdicts),
        sum(verdict.status is Status.GRADER_ERROR for verdict in result.verdicts),
        result.totals.points,
        result.timing.boots,
    )


def _changes(way: Way, stage: Stage) -> Iterator[tuple[str, str]]:
    """The diffs of the stage, and the folders that they are for."""
    if stage.mistake == FIRST_CHANGE:
        for block in blocks(way.text):
            if block.section.startswith("2.") and block.kind == "diff":
                yield "\n".join(block.lines) + "\n", KERNEL
    elif stage.mistake:
        mutant = load(HERE / "mutants" / f"{stage.mistake}.diff")
        yield mutant.diff, HOME if mutant.changes_tools else KERNEL


def go(way: Way, stages: tuple[Stage, ...]) -> Iterator[StageRow]:
    """Try all ``stages`` in their order, each when it is asked for."""
    waiting = list(STEPS)
    for stage in stages:
        if stage.milestone and len(waiting) == len(STEPS):
            _begin(way, waiting.pop(0))
        while waiting and stage.milestone and _place(waiting[0]) <= _place(stage.milestone):
            way.put_in_place(*STEPS[waiting.pop(0)])
        yield try_stage(way, stage)


def _begin(way: Way, first: str) -> None:
    """Make ``linux/`` what it is after the ``first`` milestone.

    A header of it is included nearly everywhere: what is taken out of the finished reference
    costs a few objects, what is put into the pristine source all of them.
    """
    take_reference(way, Cache(way.cache))
    later = [number for name, (patches, _) in STEPS.items() if name != first for number in patches]
    for number in sorted(later, reverse=True):
        way.apply(part(number), back=True)
    way.put_in_place((), STEPS[first][1])


def _place(milestone: str) -> int:
    return int(milestone.removeprefix("M"))


def record(rows: list[StageRow]) -> None:
    """Keep what the checks found at each stage, and the card that it got."""
    found = {
        row.stage.name: VERDICTS.dump_python(row.lost, mode="json", exclude_defaults=True)
        for row in rows
    }
    RECORDED.write_bytes(lzma.compress(json.dumps(found).encode()))
    cards = {row.stage.name: card(diagnose(row.lost)) for row in rows}
    PINNED.write_text(json.dumps(cards, indent=1) + "\n")


def recorded() -> dict[str, list[Verdict]]:
    """What the checks found at each stage, when that was recorded last."""
    found = json.loads(lzma.decompress(RECORDED.read_bytes()))
    return {name: VERDICTS.validate_python(verdicts) for name, verdicts in found.items()}


def table(rows: list[StageRow]) -> str:
    """The rows as Markdown, the cards word for word."""
    head = ["stage", "mistake", "card", "failed", "points", "lines", "boots", "seconds", "wrong"]
    cells = [
        [
            row.stage.milestone or "untouched",
            row.stage.mistake or "-",
            row.card or "-",
            str(row.failed),
            f"{row.points:g}",
            str(len(row.lines)),
            str(row.boots),
            f"{row.ran.seconds:.0f}",
            "; ".join(row.complaints) or "-",
        ]
        for row in rows
    ]
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def main() -> None:
    """Go the stages in the empty folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.stages", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=len(STAGES), help="so many stages only")
    parser.add_argument("--record", action="store_true", help="keep what the cards say now")
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"{folder} is not empty")
    way = Way(folder, Path(os.environ.get("WAY_CACHE", Cache.default().root)), columns=COLUMNS)
    way.unpack()
    way.borrow_python()
    way.run(Command("2", "make setup"))
    rows = []
    for row in go(way, STAGES[: options.first]):
        rows.append(row)
        words = "\n".join(row.lines)
        print(f"\n===== {row.stage.name}\n{words}")
        sys.stdout.flush()
    print(f"\n{table(rows)}")
    if options.record:
        record(rows)
    if any(row.complaints for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""A result on one screen: a bar for each area, what to fix first, the way so far, the score.

Whatever was graded, it is at most :data:`LINES` lines of at most 80 columns.  Colors only
repeat what the words and shapes say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from autograder.report import hangs
from autograder.report.diagnosis import Cause, diagnose
from autograder.report.journey import Journey
from autograder.report.paper import Paper
from autograder.report.view import CheckRow, View, base_points, count
from autograder.results import NOT_SELECTED, Evidence, Excerpt, Result, Status, Totals, total
from autograder.text import number

LINES = 36  # of a terminal's 40: make and the shell say something too
MOST_AREAS = 12
MOST_NUMBERS = 8  # numbers of checks in one list
BAR = 24
INDENT = 11  # of what stands behind a label

# Each status with its shape, the same in plain ASCII, and its color.
_SHAPES = {
    Status.PASSED: ("█", "#", "green"),
    Status.FAILED: ("░", "x", "red"),
    Status.GRADER_ERROR: ("?", "?", "magenta"),
    Status.NOT_REACHED: ("·", ".", "dim"),
}
_STEPS = ("▁▂▃▄▅▆▇█", "_.-=+*%#")


@dataclass(frozen=True)
class Frame:
    """What a screen says besides the verdicts."""

    page: str = ""  # where the feedback page is
    journey: Journey | None = None
    remarks: tuple[str, ...] = ()  # one line each


def screen(result: Result, view: View, console: Console, frame: Frame) -> list[Text]:
    """The lines of the screen, the score last."""
    paper = Paper(console)
    rows = selected(result, view)
    above = [_head(result, paper), *_areas(rows, paper)]
    below = [
        *_grader_errors(rows, paper),
        *_journey(frame.journey, paper),
        *_remarks(result, frame, paper),
        *_score(result, view, rows, paper),
    ]
    causes = diagnose([row.verdict for row in rows if not row.withheld])
    room = LINES - len(above) - len(below) - 2
    card = _cards(causes, paper, room)
    return [*above, Text(), *card, *([Text()] if card else []), *below]


def selected(result: Result, view: View) -> list[CheckRow]:
    """The rows of the checks that this run was about."""
    left_out = {v.number for v in result.verdicts if v.message == NOT_SELECTED}
    return [row for row in view.rows if row.verdict.number not in left_out]


def _head(result: Result, paper: Paper) -> Text:
    name = paper.clean(result.submission.name).replace("\n", " ")
    shortened = Text(name)
    shortened.truncate(28, overflow="ellipsis" if paper.shapes else "crop")
    parts: list[str | tuple[str, str]] = [
        (shortened.plain, "bold"),
        f"  Linux {result.kernel_version}  ",
    ]
    names = {Status.PASSED: "passed", Status.FAILED: "failed", Status.NOT_REACHED: "not tried"}
    for status, word in names.items():
        shape, plain, color = _SHAPES[status]
        parts += [" ", (paper.shape(shape, plain), color), f" {word} "]
    line = paper.line(*parts)
    line.rstrip()
    return line


def _areas(rows: Sequence[CheckRow], paper: Paper) -> Iterator[Text]:
    areas: dict[str, list[CheckRow]] = {}
    for row in rows:
        areas.setdefault(row.verdict.area, []).append(row)
    shown = list(areas.items())
    if len(shown) > MOST_AREAS:
        rest = [row for _, members in shown[MOST_AREAS - 1 :] for row in members]
        left = len(shown) - MOST_AREAS + 1
        shown = [*shown[: MOST_AREAS - 1], (f"{left} more areas", rest)]
    for name, members in shown:
        sums = total([row.verdict for row in members])
        label = Text(paper.clean(name[:1].upper() + name[1:]).replace("\n", " "))
        label.truncate(22, overflow="ellipsis" if paper.shapes else "crop", pad=True)
        statuses = [_status(row) for row in members]
        passed = f"{statuses.count(Status.PASSED):>4} of {len(members):<4}"
        yield paper.line(label.plain, " ", *_bar(statuses, paper), passed, _points(sums))


def _status(row: CheckRow) -> Status:
    """The check's status; of a hidden one its points are known, and what they say."""
    if not row.withheld:
        return row.verdict.status
    full = row.verdict.points == row.verdict.max_points
    return Status.PASSED if full else Status.FAILED


def _bar(statuses: Sequence[Status], paper: Paper) -> list[tuple[str, str]]:
    """Passed, failed and untried checks as parts of a bar: whatever exists has a cell."""
    amounts = {status: statuses.count(status) for status in _SHAPES}
    cells = {
        status: max(round(BAR * amount / len(statuses)), 1) if amount else 0
        for status, amount in amounts.items()
    }
    cells[max(cells, key=lambda status: cells[status])] += BAR - sum(cells.values())
    return [
        (paper.shape(*_SHAPES[status][:2]) * width, _SHAPES[status][2])
        for status, width in cells.items()
    ]


def _points(sums: Totals) -> str:
    parts = []
    if sums.max_points:
        parts.append(f"{number(base_points(sums))} / {number(sums.max_points)}")
    if sums.max_extra_points:
        parts.append(f"+{number(sums.extra_points)} / {number(sums.max_extra_points)}")
    return "  ".join(parts)


def _cards(causes: Sequence[Cause], paper: Paper, room: int) -> list[Text]:
    if not causes:
        return []
    second: list[Text] = []
    if len(causes) > 1:
        place = f" (1 of {len(causes) - 1} more)" if len(causes) > 2 else ""
        second = paper.paragraph(f"Then{place}: {causes[1].sentence}", 2)
    return [*_first(causes[0], paper, room - len(second)), *second]


def _first(cause: Cause, paper: Paper, room: int) -> list[Text]:
    """The first cause in at most ``room`` lines: what matters least is cut first."""
    verdict = cause.verdict
    said = cause.sentence.casefold()
    did = "" if verdict.did.strip().rstrip(".").casefold() in said else verdict.did
    blocks = {
        "head": [Text("Fix this first", "bold red")],
        "sentence": paper.paragraph(cause.sentence, 3, style="bold"),
        "place": list(_place(cause.place, paper)) or list(_seen(cause.evidence, paper)),
        "did": _labeled("did", did, 2, paper),
        "expected": _labeled("expected", verdict.expected, 3, paper),
        "observed": _labeled("observed", verdict.observed, 3, paper),
        "hint": _labeled("hint", cause.hint, 3, paper),
        "others": paper.paragraph(_others(cause), 2),
    }
    if not verdict.expected and not verdict.observed and verdict.message not in cause.sentence:
        blocks["observed"] = _labeled("because", verdict.message, 3, paper)
    for name in ("did", "observed", "expected", "hint", "place", "did", "observed", "others"):
        least = 0 if name in ("did", "others") else 1
        while sum(map(len, blocks.values())) > room and len(blocks[name]) > least:
            blocks[name] = blocks[name][:-1]
    return [line for lines in blocks.values() for line in lines][: max(room, 0)]


def _labeled(label: str, text: str, most: int, paper: Paper) -> list[Text]:
    return paper.paragraph(text, most, label=f"  {label}", indent=INDENT)


def _place(place: Excerpt | None, paper: Paper) -> Iterator[Text]:
    if place is None:
        return
    inside = f", in {place.function}()" if place.function else ""
    yield paper.line(f"  {place.file}:{place.line}{inside}")
    for line in place.lines:
        if abs(line.number - place.line) > 1:
            continue
        here = line.number == place.line
        mark = ">" if here else " "
        text = f"  {mark}{line.number:5} {'+' if line.added else ' '} {line.text}"
        yield paper.line((text, "bold" if here else ""))


def _seen(evidence: Evidence | None, paper: Paper) -> Iterator[Text]:
    """A compiler's error with its lines, or where the processes of a hang are."""
    if evidence is None:
        return
    if evidence.kind == "compiler":
        rows = evidence.text.split("\n")
        errors = [at for at, row in enumerate(rows) if "error:" in row]
        for row in rows[errors[0] : errors[0] + 3] if errors else []:
            yield paper.line(f"  {row}")
    for process in evidence.processes[:2]:
        where = " <- ".join(hangs.calls(process)) or "an unknown place"
        yield paper.line(f"  {process.name} ({process.pid}) {hangs.state(process)} in {where}")


def _others(cause: Cause) -> str:
    parts = []
    if cause.others:
        parts.append(f"{count(len(cause.others), 'other failure')} may come of it")
    if cause.not_tried:
        verb = "was" if len(cause.not_tried) == 1 else "were"
        parts.append(f"{count(len(cause.not_tried), 'check')} {verb} not tried because of it")
    return "; ".join(parts) + "." if parts else ""


def _grader_errors(rows: Sequence[CheckRow], paper: Paper) -> list[Text]:
    numbers = [row.verdict.number for row in rows if row.verdict.status is Status.GRADER_ERROR]
    if not numbers:
        return []
    what = count(len(numbers), "check")
    return paper.paragraph(
        f"The grader could not judge {what}: {_listed(numbers)}."
        " This is not your fault: please tell your instructor.",
        2,
        style="magenta",
    )


def _listed(numbers: Sequence[str]) -> str:
    shown = " ".join(numbers[:MOST_NUMBERS])
    more = len(numbers) - MOST_NUMBERS
    return f"{shown} and {more} more" if more > 0 else shown


def _journey(journey: Journey | None, paper: Paper) -> Iterator[Text]:
    if journey is None:
        return
    changes = [f"+{len(journey.gained)}" if journey.gained else "Nothing new"]
    changes[0] += f" since {journey.since}"
    if journey.gained:
        changes[0] += f": {_listed(journey.gained)}"
    if journey.lost:
        changes.append(f"lost: {_listed(journey.lost)}")
    words = paper.shape(" · ", "; ").join(changes) if journey.since else "This is your first try."
    line = sparkline(journey.points, paper)
    yield from paper.paragraph(f"{line}  {words}" if line else words, 2)
    if not journey.milestones:
        return
    parts: list[str | tuple[str, str]] = []
    for step in journey.milestones:
        status = Status.FAILED if step.passed else Status.NOT_REACHED
        shape, plain, color = _SHAPES[Status.PASSED if step.reached else status]
        parts += [f"{step.name} ", (paper.shape(shape, plain) * 2, color), "  "]
    bar = paper.line(*parts)
    bar.rstrip()
    yield bar
    if following := journey.next:
        done = f"{following.passed} of {following.checks}"
        yield paper.line(
            f"Next: {following.name} {following.title} ({done}): ", (following.command, "cyan")
        )


def sparkline(points: Sequence[float], paper: Paper) -> str:
    """The last points as columns; empty for less than two, which show no way."""
    if len(points) < 2:
        return ""
    steps = paper.shape(*_STEPS)
    most = max(points) or 1
    return "".join(steps[round(max(value, 0) / most * (len(steps) - 1))] for value in points[-16:])


def _remarks(result: Result, frame: Frame, paper: Paper) -> Iterator[Text]:
    if not result.finished:
        yield paper.line(("Grading has not finished: checks are still missing.", "bold yellow"))
    notes = [f"Note: {note}" for note in result.notes]
    if len(notes) > 1:
        notes = [notes[0], f"The page has {count(len(notes) - 1, 'more note')}."]
    for note in [*notes, *frame.remarks[:2]]:
        yield paper.line(note)
    if frame.page:
        # Never cut: it is to be opened.
        yield Text(paper.clean(f"Everything in detail: {frame.page}"))


def _score(result: Result, view: View, rows: Sequence[CheckRow], paper: Paper) -> list[Text]:
    if not rows:
        return [Text("No check was selected.", "bold")]
    numbers = {row.verdict.number for row in rows}
    sums = total([verdict for verdict in result.verdicts if verdict.number in numbers])
    tally = _tally(sums, [row for row in rows if row.withheld])
    if len(rows) < len(view.rows):
        verb = "passes" if len(rows) == 1 else "pass"
        words = f"{sums.passed} of {count(len(rows), 'selected check')} {verb}"
        return paper.paragraph(f"{words}{tally and '. '}{tally}", 2, style="bold")
    totals = result.totals
    line = f"{number(totals.points)} of {count(totals.max_points, 'point')}"
    if totals.max_extra_points:
        line += (
            f" (extra credit: {number(totals.extra_points)} of {number(totals.max_extra_points)})"
        )
    late = result.late
    if late is not None and late.points != totals.points:
        tally = f"{late.words}; {line} before that"
        line = f"{number(late.points)} of {count(totals.max_points, 'point')} count"
    elif result.full_marks:
        tally = "every check passes"
    return paper.paragraph(f"{line}{tally and ': '}{tally}", 2, style="bold")


def _tally(sums: Totals, hidden: Sequence[CheckRow]) -> str:
    amounts = {
        "passed": sums.passed,
        "failed": sums.failed,
        "not tried": sums.not_reached,
        "not judged": sums.grader_error,
    }
    if not sums.failed + sums.not_reached + sums.grader_error:
        return ""
    words = ", ".join(f"{amount} {word}" for word, amount in amounts.items() if amount)
    return f"{words} ({len(hidden)} hidden)" if hidden else words

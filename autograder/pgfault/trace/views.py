# SPDX-License-Identifier: MIT
"""What can be read off a trace: the working set, where and when it faulted, what comes first.

Each view is a list of rows with the same keys, so that it is a table, a CSV file or JSON.
Times are seconds since the first event.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Callable

from autograder.pgfault.trace.events import PAGE, EventKind
from autograder.pgfault.trace.story import Story
from autograder.text import one_line

ViewRow = dict[str, "int | float | str"]

WINDOW = 64  # faults: the pages of the last so many are the working set
MOST_STEPS = 500  # rows of the working set over time


def working_set(story: Story, most: int = MOST_STEPS) -> list[ViewRow]:
    """Pages faulted so far, pages among the last 64 faults, and pages mapped, over the events."""
    rows: list[ViewRow] = []
    recent: deque[int] = deque()
    recently: dict[int, int] = {}
    seen: set[int] = set()
    mapped: dict[str, int] = {}
    total = 0
    every = max(len(story.events) // most, 1)
    for number, event in enumerate(story.events, start=1):
        if event.kind is EventKind.FAULT:
            seen.add(event.page)
            recent.append(event.page)
            recently[event.page] = recently.get(event.page, 0) + 1
            if len(recent) > WINDOW:
                old = recent.popleft()
                recently[old] -= 1
                if not recently[old]:
                    del recently[old]
        elif event.kind in (EventKind.ADD, EventKind.RESIZE, EventKind.REMOVE):
            total -= mapped.pop(event.id, 0)
            if event.kind is not EventKind.REMOVE:
                mapped[event.id] = max(event.end - event.start, 0) // PAGE
                total += mapped[event.id]
        if number % every == 0 or number == len(story.events):
            rows.append(
                {
                    "event": number,
                    "seconds": _since(story, event.time),
                    "touched_pages": len(seen),
                    "working_set_pages": len(recently),
                    "mapped_pages": total,
                }
            )
    return rows


def faults_by_region(story: Story) -> list[ViewRow]:
    """For each region that ever was, in the order of their adding: its faults."""
    return [
        {
            "region": f"{life.extents.start:08x}-{life.extents.end:08x}",
            "name": one_line(name, 60),
            "id": one_line(life.id, 40),
            "pages": life.extents.pages,
            "faulted_pages": len(life.faulted),
            "faults": life.faults,
        }
        for life, name in zip(story.history.lives, story.names, strict=True)
    ]


def faults_by_second(story: Story) -> list[ViewRow]:
    """For each second in which something happened: faults and changes of regions."""
    seconds: dict[int, ViewRow] = {}
    for event in story.events:
        second = int(_since(story, event.time) // 1)
        row = seconds.setdefault(
            second, {"second": second, "faults": 0, "region_changes": 0, "lost": 0}
        )
        if event.kind is EventKind.FAULT:
            row["faults"] = int(row["faults"]) + 1
        elif event.kind is EventKind.LOST:
            row["lost"] = int(row["lost"]) + event.count
        else:
            row["region_changes"] = int(row["region_changes"]) + 1
    return [seconds[second] for second in sorted(seconds)]


def first_touch(story: Story) -> list[ViewRow]:
    """Every page in the order of its first fault: what a prefetcher would want to know."""
    order: dict[int, int] = {}
    rows: list[ViewRow] = []
    before = 0
    for event in story.events:
        if event.kind is EventKind.FAULT and event.page not in order:
            order[event.page] = len(order)
            rows.append(
                {
                    "order": len(rows),
                    "page": f"{event.page:08x}",
                    "seconds": _since(story, event.time),
                    "distance_pages": (event.page - before) // PAGE if rows else 0,
                }
            )
            before = event.page
    return rows


def strides(touches: list[ViewRow], most: int = 5) -> list[tuple[int, int]]:
    """The distances in pages most frequent between first touches, with how often each is."""
    counted = Counter(int(row["distance_pages"]) for row in touches[1:])
    return sorted(counted.items(), key=lambda pair: (-pair[1], abs(pair[0]), pair[0]))[:most]


VIEWS: dict[str, Callable[[Story], list[ViewRow]]] = {
    "working-set": working_set,
    "faults-by-region": faults_by_region,
    "faults-by-second": faults_by_second,
    "first-touch": first_touch,
}


def as_csv(rows: list[ViewRow]) -> str:
    """``rows`` with a heading, as RFC 4180 has it."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: int | float | str) -> int | float | str:
    """A value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@")):
        return "'" + value
    return value


def _since(story: Story, time: int) -> float:
    return round((time - story.events[0].time) / 1e9, 9)

# SPDX-License-Identifier: MIT
"""Choose from an observation what a student should see beside a failed check."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograder.guest.observation import Ending, Observation, Report
from autograder.results import Evidence, Process

CONSOLE_LINES = 40
MOST_REPORTS = 3
MOST_OUTPUTS = 6
MOST_PROCESSES = 50
LONGEST_TEXT = 8000
LONGEST_TITLE = 300
MOST_FRAMES = 24
INIT = "1"

_SECONDS = re.compile(r"\d+(?= seconds)")
_FRAME = re.compile(r"^\[<[0-9a-fx]+>\] ([\w.]{1,80})", re.MULTILINE)


def evidence_of(seen: Observation) -> Iterator[Evidence]:
    """Kernel reports, who hangs where, what a tool said, the end of the console."""
    different: dict[str, Report] = {}
    for report in seen.reports:
        different.setdefault(_title(report), report)
    for report in list(different.values())[:MOST_REPORTS]:
        yield _evidence("report", report.title, report.text)
    if seen.all("process"):
        hanging = list(who_hangs(seen))
        text = "\n\n".join(stack for _, stack in hanging)
        hang = _evidence("hang", "the processes that were still there", text)
        yield hang.model_copy(update={"processes": [process for process, _ in hanging]})
    errors = [name for name, content in seen.files.items() if name.endswith(".err") and content]
    for name in errors[:MOST_OUTPUTS]:
        yield _evidence("output", f"standard error of {name[:-4]}", seen.text(name))
    if seen.outcome.kind is not Ending.COMPLETED:
        lines = seen.console.splitlines()[-CONSOLE_LINES:]
        text = "\n".join(lines)[-LONGEST_TEXT:]
        yield _evidence("console", "the end of the kernel's log", text)


def reports_told(boots: list[Observation], observed: str) -> Iterator[Evidence]:
    """The kernel reports that ``observed`` names, and others of their kinds: each title once."""
    reports = [report for seen in boots for report in seen.reports]
    kinds = {report.kind for report in reports if report.title in observed}
    titles: set[str] = set()
    for report in sorted(reports, key=lambda report: report.title not in observed):
        title = _title(report)
        if report.kind in kinds and title not in titles and len(titles) < MOST_REPORTS:
            titles.add(title)
            yield _evidence("report", report.title, report.text)


def _title(report: Report) -> str:
    """The title of what is told once only: of a blocked task the kernel tells again and again."""
    return _SECONDS.sub("", report.title)


def who_hangs(seen: Observation) -> list[tuple[Process, str]]:
    """The processes that were still there, with their kernel stacks as text.

    Those that no signal wakes come first, then those that run: the others may have every
    reason to sleep.
    """
    records = seen.all("process")
    stacks = seen.every("process_stack")
    if len(stacks) != len(records):
        stacks = [""] * len(records)
    found = []
    for record, stack in zip(records[:MOST_PROCESSES], stacks, strict=False):
        if not record.text("pid").isdecimal() or record.text("pid") == INIT:
            continue  # a kernel may write what it likes; init is who tells
        process = Process(
            pid=int(record.text("pid")[:9]),
            name=record.text("comm")[:64],
            state=record.text("state")[:1],
            stack=_FRAME.findall(stack)[:MOST_FRAMES],
        )
        head = f"{process.name} (process {process.pid}, state {process.state})"
        found.append((process, "\n".join([head, *stack.splitlines()[:MOST_FRAMES]])))
    return sorted(found, key=lambda pair: "DR".find(pair[0].state) % 3)


def _evidence(kind: str, title: str, text: str) -> Evidence:
    return Evidence(kind=kind, title=title[:LONGEST_TITLE], text=text[:LONGEST_TEXT])

# SPDX-License-Identifier: MIT
"""Choose from an observation what a student should see beside a failed check."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.guest.observation import Kind, Observation
from autograder.results import Evidence

CONSOLE_LINES = 40
MOST_REPORTS = 3
MOST_OUTPUTS = 6
MOST_PROCESSES = 50
LONGEST_TEXT = 8000
LONGEST_TITLE = 300


def evidence_of(seen: Observation) -> Iterator[Evidence]:
    """Kernel reports, who hangs where, what a tool said, the end of the console."""
    for report in seen.reports[:MOST_REPORTS]:
        yield _evidence("report", report.title, report.text)
    processes = seen.all("process")
    if processes:
        lines = [
            " ".join(f"{k}={v}" for k, v in process.fields.items())
            for process in processes[:MOST_PROCESSES]
        ]
        yield _evidence("hang", "who is still there", "\n".join(lines))
    errors = [name for name, content in seen.files.items() if name.endswith(".err") and content]
    for name in errors[:MOST_OUTPUTS]:
        yield _evidence("output", f"standard error of {name[:-4]}", seen.text(name))
    if seen.outcome.kind is not Kind.COMPLETED:
        lines = seen.console.splitlines()[-CONSOLE_LINES:]
        text = "\n".join(lines)[-LONGEST_TEXT:]
        yield _evidence("console", "the end of the kernel's log", text)


def _evidence(kind: str, title: str, text: str) -> Evidence:
    return Evidence(kind=kind, title=title[:LONGEST_TITLE], text=text[:LONGEST_TEXT])

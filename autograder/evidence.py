# SPDX-License-Identifier: MIT
"""Choose from an observation what a student should see beside a failed check."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.guest.observation import Kind, Observation
from autograder.results import Evidence

CONSOLE_LINES = 40
MOST_REPORTS = 3
LONGEST_TEXT = 8000


def evidence_of(seen: Observation) -> Iterator[Evidence]:
    """Kernel reports, who hangs where, what a tool said, the end of the console."""
    for report in seen.reports[:MOST_REPORTS]:
        yield Evidence(kind="report", title=report.title, text=report.text[:LONGEST_TEXT])
    processes = seen.all("process")
    if processes:
        lines = [" ".join(f"{k}={v}" for k, v in process.fields.items()) for process in processes]
        yield Evidence(kind="hang", title="who is still there", text="\n".join(lines))
    for name, content in seen.files.items():
        if name.endswith(".err") and content:
            text = content[:LONGEST_TEXT].decode(errors="replace")
            yield Evidence(kind="output", title=f"standard error of {name[:-4]}", text=text)
    if seen.outcome.kind is not Kind.COMPLETED:
        lines = seen.console.splitlines()[-CONSOLE_LINES:]
        yield Evidence(kind="console", title="the end of the kernel's log", text="\n".join(lines))

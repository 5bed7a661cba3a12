# SPDX-License-Identifier: MIT
"""Judge tracepgfault where it is held before each of its system calls, one at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.guest.observation import Observation
from autograder.judge.expect import Mismatch, NotReached, counted
from autograder.pgfault.checks.traces import pages_in
from autograder.pgfault.trace.events import EventKind, parse_line
from autograder.results import Finding

RUNS = "tracepgfault/traces_the_command"
EXPECTED = "the trace is that of the whole command, from its execve() on"
MOST_REMOVED = 4  # regions of the tool's child that execve() removes, at least


@dataclass
class Run:
    """One time that the tool ran a command."""

    call: int  # before which of its system calls, from 0, it was held; -1 for none
    status: int  # as wait() tells it; -1 where the tool did not end
    printed: str = ""
    events: str = ""


def runs(seen: Observation) -> list[Run]:
    """All that the probe told of, in order."""
    printed, events = iter(seen.every("printed")), iter(seen.every("events.out"))
    found: list[Run] = []
    for record in seen.records:
        of = record.text("of") if record.name == "bytes" else ""
        if record.name == "run":
            found.append(Run(record.number("call"), record.number("status")))
        elif of == "printed" and found:
            found[-1].printed = next(printed, "")
        elif of == "events.out" and found:
            found[-1].events = next(events, "")
    return found


def complaint(run: Run, pages: int) -> str:
    """What is wrong with the trace of one run; empty where nothing is."""
    if run.status == -1:
        return "tracepgfault does not end"
    if run.status:
        return "tracepgfault fails"
    address = run.printed.strip()
    if not re.fullmatch("[0-9a-f]{1,16}", address):
        return "the command did not run"
    try:
        lines = run.events.splitlines()
        events = [parse_line(line, at) for at, line in enumerate(lines, start=1)]
    except ValueError:
        return "pgfaultmap prints what is no event"
    found = pages_in(events, int(address, 16), pages)
    if found != list(range(pages)):
        faults = counted(len(found), "fault")
        return f"the command touched {pages} pages, and the trace has {faults} there"
    if sum(event.kind is EventKind.REMOVE for event in events) < MOST_REMOVED:
        return "the trace begins after execve()"
    return ""


def expect_whole_traces(seen: Observation) -> None:
    """Raise Mismatch where the trace lacks something because the tool was slow.

    Errors: NotReached where it lacks something also if nobody holds the tool.
    """
    pages = seen.number("pages")
    alone, *held = runs(seen) or [Run(-1, -1)]
    if complaint(alone, pages):
        raise NotReached("tracepgfault does not trace a command", RUNS)
    if not held:
        raise NotReached("tracepgfault could not be held", RUNS)
    for run in held:
        found = complaint(run, pages)
        if found:
            raise Mismatch(
                f"the check held tracepgfault before its system call {run.call + 1}, "
                "while the process that it had started went on",
                EXPECTED,
                found,
                finding=Finding.HANG if run.status == -1 else Finding.MISMATCH,
            )

# SPDX-License-Identifier: MIT
"""What checks share for looking into the traces of an observation."""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import NoReturn

from autograder.guest.observation import Observation
from autograder.judge.expect import Mismatch, counted, expect_that, fail, some
from autograder.pgfault.checks import hints
from autograder.pgfault.trace.address_space import (
    AddressSpace,
    Extents,
    TraceError,
    follow,
    maps,
    named,
)
from autograder.pgfault.trace.events import PAGE, Event, EventKind, parse_line
from autograder.pgfault.trace.steps import STRIDE
from autograder.results import Finding

AS_IN_MAPS = "should be those in /proc/PID/maps"  # of the regions that a check compares
MOST_REGIONS = 16  # of those that are set beside each other
LONGEST_LINE = 120  # of a tool's output, quoted
LINE_FORMS = {
    EventKind.ADD: "SECONDS.NANOSECONDS add ID START-END",
    EventKind.RESIZE: "SECONDS.NANOSECONDS resize ID START-END",
    EventKind.REMOVE: "SECONDS.NANOSECONDS remove ID",
    EventKind.FAULT: "SECONDS.NANOSECONDS fault ADDRESS",
    EventKind.LOST: "SECONDS.NANOSECONDS lost COUNT",
}


def status(number: int) -> str:
    """An exit status in words."""
    return f"status {number}"


def how_it_ended(wait_status: int) -> str:
    """A wait status in words."""
    if not os.WIFSIGNALED(wait_status):
        return status(os.WEXITSTATUS(wait_status))
    number = os.WTERMSIG(wait_status)
    try:
        return f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        return f"signal {number}"


def tool_status(seen: Observation, label: str, did: str) -> str:
    """How a tool that the probe ran under ``label`` ended.  Errors: Mismatch where it never did."""
    record = seen.one(label)
    if "status" not in record.fields:
        fail(
            did,
            expected="the tool ends",
            observed="the tool had not ended after 600 s and was killed",
            hint=hints.TOOL_HANG,
        )
    return how_it_ended(record.number("status"))


def expect_status(seen: Observation, label: str, did: str, *allowed: int, hint: str = "") -> None:
    """Raise Mismatch unless a tool exited with one of ``allowed``."""
    ended = tool_status(seen, label, did)
    if ended in map(status, allowed):
        return
    said = quoted(seen.text(f"{label}.err"))
    fail(
        did,
        expected="the tool ends with " + " or ".join(map(status, allowed)),
        observed=f"the tool ends with {ended}" + (f" and prints {said}" if said else ""),
        hint=hints.TOOL_CRASH if "signal" in ended else hint or hints.TOOL_STATUS,
    )


def quoted(text: str, most: int = 200) -> str:
    """What a tool printed, in quotation marks, on one line; empty for blanks."""
    words = " ".join(text.split())
    return f"'{words[:most]}{'…' if len(words) > most else ''}'" if words else ""


def events_of(seen: Observation, label: str = "events", *, part: bool = False) -> list[Event]:
    """The events of a trace; ``part``: of its first bytes, which may hold none.

    Errors: Mismatch where pgfaultmap --events did not print them.
    """
    did = "pgfaultmap --events read the trace"
    if not seen.all(label) and seen.all("outfile"):
        _no_outfile(seen)
    expect_status(seen, label, did, 0)
    events = _parsed(did, seen.text(f"{label}.out"))
    if not events and not part:
        _nothing_recorded(seen)
    return events


def _parsed(did: str, text: str) -> list[Event]:
    events = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            events.append(parse_line(line, number))
        except ValueError as error:  # of a number too long to be one, Python says so itself
            words = line.split(" ")
            kind = words[1] if len(words) > 1 else ""
            form = (
                LINE_FORMS[EventKind(kind)]
                if kind in set(LINE_FORMS)
                else LINE_FORMS[EventKind.FAULT]
            )
            more = "…" if len(line) > LONGEST_LINE else ""
            fail(
                did,
                expected=f"line {number} has a form such as '{form}'",
                observed=f"line {number} is '{line[:LONGEST_LINE]}{more}'",
                hint=hints.for_event_line(str(error).rpartition(": ")[2]),
            )
    return events


def _no_outfile(seen: Observation) -> None:
    """Errors: Mismatch, always: the tool that was to write the trace left no file."""
    raise Mismatch(
        "tracepgfault ran a command",
        "tracepgfault writes the trace to OUTFILE",
        f"tracepgfault wrote no OUTFILE; it ended with {_ended(seen, 'tool')}",
        hint=hints.NO_OUTFILE,
    )


def _ended(seen: Observation, label: str) -> str:
    records = [record for record in seen.all(label) if "status" in record.fields]
    return how_it_ended(records[-1].number("status")) if records else "no status"


def _nothing_recorded(seen: Observation) -> None:
    """Errors: Mismatch, always: either there is no record, or the tool prints none."""
    outfile = seen.all("outfile")
    size = outfile[-1].number("size") if outfile else _bytes_read(seen)
    raise Mismatch(
        "a process was traced, and pgfaultmap --events read its trace",
        "pgfaultmap prints at least the regions that the process had at the start",
        f"pgfaultmap printed no line for a trace of {size} bytes"
        if size
        else "the trace is empty (0 bytes)",
        hint=hints.TOOL_SILENT if size else hints.NOTHING_RECORDED,
        finding=Finding.MISMATCH if size else Finding.NO_RECORD,
    )


def _bytes_read(seen: Observation) -> int:
    return max((int(record.text("bytes") or 0) for record in seen.records), default=0)


def expect_pages_around(seen: Observation, execve: str) -> None:
    """Raise Mismatch unless the pages touched before and after an ``execve`` are recorded."""
    events = events_of(seen)
    for slot, pages, when in ((0, "early", "before"), (1, "after", "after")):
        expect_pages(
            f"the traced process touched pages {when} {execve}",
            pages_in(events, area(seen, slot)),
            seen.numbers(pages),
            events=events,
            missing=hints.EXECVE_GOES_ON,
        )


def space_of(did: str, events: list[Event]) -> AddressSpace:
    """The address space that a trace shows.  Errors: Mismatch where it contradicts itself."""
    try:
        return follow(events)
    except TraceError:
        _contradiction(did, events)


def _contradiction(did: str, events: list[Event]) -> NoReturn:
    """Errors: Mismatch, always: about the first event that does not fit those before it."""
    space = AddressSpace()
    for number, event in enumerate(events, start=1):
        live = event.id in space.live
        try:
            space.apply(event)
        except TraceError:
            known = f"the region {event.id} {'exists already' if live else 'does not exist'}"
            if event.kind is (EventKind.RESIZE if live else EventKind.ADD):
                known = f"it gives the region the range {event.start:x}-{event.end:x}"
            fail(
                did,
                expected="every event fits the events before it",
                observed=f"event {number} is '{event.kind} {event.id}', but {known}",
                hint=hints.for_contradiction(event, live),
            )
    raise LookupError("no event contradicts another")


def area(seen: Observation, slot: int = 0) -> int:
    """The address of the target's area ``slot``."""
    return int(seen.params["base"], 16) + slot * STRIDE


def region_called(seen: Observation, file: str, name: str) -> Extents:
    """From the first to the last region called ``name`` in a copy of /proc/PID/maps.

    Errors: Mismatch where there is none.
    """
    try:
        return named(seen.text(file), name)
    except LookupError:
        fail(
            "the check read /proc/PID/maps of the traced process",
            expected=f"a line for {name}",
            observed=f"no line for {name}",
        )


def pages_in(events: list[Event], start: int, pages: int = STRIDE // PAGE // 2) -> list[int]:
    """The pages, counted from ``start``, of the faults there, in the order of the trace."""
    extents = Extents(start, start + pages * PAGE)
    return [
        (event.address - start) // PAGE
        for event in events
        if event.kind is EventKind.FAULT and event.address in extents
    ]


def expect_pages(
    did: str,
    observed: list[int],
    expected: list[int],
    *,
    events: list[Event] | None = None,
    missing: str = "",
    foreign: str = "",
) -> None:
    """Raise Mismatch unless the very pages were seen in this order, with what differs.

    ``events`` are those of the whole trace; ``missing`` and ``foreign`` are the hints where
    pages are missing or were not touched.
    """
    if observed == expected:
        return
    seen, wanted = Counter(observed), Counter(expected)
    absent = [page for page in wanted if page not in seen]
    others = [page for page in seen if page not in wanted]
    repeated = sorted(page for page in seen if page in wanted and seen[page] > wanted[page])
    differences = [
        (f"{counted(len(pages), 'page')} {'has' if len(pages) == 1 else 'have'} {what}", pages)
        for what, pages in (
            ("no fault", absent),
            ("a fault and must have none", others),
            ("too many faults", repeated),
        )
        if pages
    ]
    summary = ", ".join(words for words, _ in differences) or "the faults are in another order"
    lists = [f"{words}: {some(pages)}" for words, pages in differences]
    hint = hints.for_pages(observed, expected, events or [])
    hint = {hints.FAULTS_MISSING: missing, hints.FAULTS_FOREIGN: foreign}.get(hint) or hint
    fail(
        did,
        expected=_faults(expected),
        observed="\n".join([f"in the trace, {summary}", _faults(observed), *lists])
        if observed
        else _faults(observed),
        hint=hint,
    )


def _faults(pages: list[int]) -> str:
    if not pages:
        return "the trace has no fault there"
    where = "page" if len(pages) == 1 else "pages"
    return f"the trace has {counted(len(pages), 'fault')}, on {where} " + (
        ", ".join(map(str, pages[:24])) + (", …" if len(pages) > 24 else "")
    )


def expect_no_loss(did: str, events: list[Event]) -> None:
    """Raise Mismatch where the trace says that records were lost."""
    lost = sum(event.count for event in events if event.kind is EventKind.LOST)
    expect_that(
        did,
        not lost,
        expected="no record is lost",
        observed=f"{counted(lost, 'record')} {'is' if lost == 1 else 'are'} lost",
        hint=hints.LOST,
    )


def expect_regions(
    did: str, observed: list[Extents], expected: list[Extents], *, hint: str = ""
) -> None:
    """Raise Mismatch unless the same regions stand in a trace and in /proc/PID/maps.

    Both sides are told line by line, as far as they differ, with the neighbors of what does.
    """
    if observed == expected:
        return
    both = sorted({*observed, *expected})
    different = [at for at, one in enumerate(both) if observed.count(one) != expected.count(one)]
    near = {at + step for at in different for step in (-1, 0, 1)} & set(range(len(both)))
    shown = [both[at] for at in sorted(near)]
    more = f"\n({len(shown) - MOST_REGIONS} more lines)" if len(shown) > MOST_REGIONS else ""

    def side(regions: list[Extents]) -> str:
        return "\n".join(_times(one, regions.count(one)) for one in shown[:MOST_REGIONS]) + more

    fail(did, expected=side(expected), observed=side(observed), hint=hint)


def expect_initial_regions(
    seen: Observation, did: str, events: list[Event], file: str = "maps"
) -> None:
    """Raise Mismatch unless a trace begins with the regions in the maps of its start."""
    expect_regions(
        f"{did} {AS_IN_MAPS}",
        space_of(did, initial_regions(events)).extents(),
        maps(seen.text(file)),
        hint=hints.AT_START,
    )


def _times(region: Extents, times: int) -> str:
    if times < 2:
        return str(region) if times else "absent"
    return f"{region} ({times} times)"


def initial_regions(events: list[Event]) -> list[Event]:
    """The add events that a trace begins with."""
    first: list[Event] = []
    for event in events:
        if event.kind is not EventKind.ADD:
            break
        first.append(event)
    return first

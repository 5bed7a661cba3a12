# SPDX-License-Identifier: MIT
"""What checks share for looking into the traces of an observation."""

from __future__ import annotations

import os
from collections import Counter

from autograder.checks.expect import Mismatch, expect_that, fail, some
from autograder.guest.observation import Observation
from autograder.trace.address_space import AddressSpace, Extents, TraceError, follow
from autograder.trace.events import PAGE, Event, EventSyntaxError, Kind, parse
from autograder.trace.steps import STRIDE

MOST_REGIONS = 16  # of those that are set beside each other


def how_it_ended(status: int) -> str:
    """A wait status in words."""
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    return f"status {os.WEXITSTATUS(status)}"


def tool_status(seen: Observation, label: str) -> str:
    """How a tool that the probe ran under ``label`` ended.  Errors: Mismatch where it never did."""
    record = seen.one(label)
    if record.text("never_ended"):
        raise Mismatch(f"running the tool ({label})", "it ends", "it was still running at the end")
    return how_it_ended(record.number("status"))


def events_of(seen: Observation, label: str = "events") -> list[Event]:
    """The events of a trace.  Errors: Mismatch where pgfaultmap --events did not print them."""
    did = "pgfaultmap --events on the trace that was read"
    status = tool_status(seen, label)
    if status != "status 0":
        said = seen.text(f"{label}.err").strip()[:300]
        fail(did, expected="status 0", observed=f"{status}: {said}" if said else status)
    try:
        return parse(seen.text(f"{label}.out"))
    except EventSyntaxError as error:
        fail(did, expected="lines as in the contract", observed=error)


def expect_pages_around(seen: Observation, execve: str) -> None:
    """Raise Mismatch unless the pages touched before and after an ``execve`` are recorded."""
    events = events_of(seen)
    for slot, pages, when in ((0, "early", "before"), (1, "after", "after")):
        expect_pages(
            f"the pages touched {when} {execve}",
            pages_in(events, area(seen, slot)),
            seen.numbers(pages),
        )


def space_of(did: str, events: list[Event]) -> AddressSpace:
    """The address space that a trace tells.  Errors: Mismatch where it contradicts itself."""
    try:
        return follow(events)
    except TraceError as error:
        fail(did, expected="a trace without contradictions", observed=error)


def area(seen: Observation, slot: int = 0) -> int:
    """The address of the target's area ``slot``."""
    return int(seen.params["base"], 16) + slot * STRIDE


def pages_in(events: list[Event], start: int, pages: int = STRIDE // PAGE // 2) -> list[int]:
    """The pages, counted from ``start``, of the faults there, in the order of the trace."""
    extents = Extents(start, start + pages * PAGE)
    return [
        (event.address - start) // PAGE
        for event in events
        if event.kind is Kind.FAULT and event.address in extents
    ]


def expect_pages(did: str, observed: list[int], expected: list[int]) -> None:
    """Raise Mismatch unless the very pages were seen in this order, with what differs."""
    if observed == expected:
        return
    seen, wanted = Counter(observed), Counter(expected)
    missing = [page for page in wanted if page not in seen]
    foreign = [page for page in seen if page not in wanted]
    repeated = sorted(page for page in seen if page in wanted and seen[page] > wanted[page])
    differences = [
        f"{what}: {some(pages)}"
        for what, pages in (
            ("missing", missing),
            ("not touched", foreign),
            ("too often", repeated),
        )
        if pages
    ]
    fail(
        did,
        expected=f"faults on pages {some(expected, 24)}",
        observed=f"faults on pages {some(observed, 24)}\n"
        f"({'; '.join(differences) or 'in another order'})",
    )


def expect_no_loss(did: str, events: list[Event]) -> None:
    """Raise Mismatch where the trace says that records were lost."""
    lost = sum(event.count for event in events if event.kind is Kind.LOST)
    expect_that(did, not lost, expected="no record lost", observed=f"{lost} lost")


def expect_regions(did: str, observed: list[Extents], expected: list[Extents]) -> None:
    """Raise Mismatch unless the same regions stand in a trace and in /proc/PID/maps.

    Both sides are told line by line, as far as they differ, with the neighbours of what does.
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

    fail(did, expected=side(expected), observed=side(observed))


def _times(region: Extents, times: int) -> str:
    if times < 2:
        return str(region) if times else "absent"
    return f"{region} ({times} times)"


def initial_regions(events: list[Event]) -> list[Event]:
    """The add events that a trace begins with."""
    first: list[Event] = []
    for event in events:
        if event.kind is not Kind.ADD:
            break
        first.append(event)
    return first

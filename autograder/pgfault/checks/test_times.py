# SPDX-License-Identifier: MIT
"""When the faults in a trace happened."""

from itertools import pairwise

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer
from autograder.judge.expect import expect_that
from autograder.judge.rubric import needs, observe, rule
from autograder.pgfault.checks.foundations import FAULTS
from autograder.pgfault.checks.touches import events_without_loss
from autograder.pgfault.checks.traces import area, expect_pages
from autograder.pgfault.trace.events import PAGE, Event, EventKind

AREA = "Faults"
GROUP = "faults"
RESTS_ON = (FAULTS,)
TENTHS = range(4, 16)
"""Pages touched every 0.09 s: whatever the clock, one fault is in a second's first tenth."""


@number("5.12")
@weight(0.5)
@rule("T5")
@needs("pgfaultmap")
@observe(
    "drain",
    unread=5 + 2 * len(TENTHS),
    buffer=65536,
    steps="map 0 64;touch 0 1;pause {first};touch 0 2;pause {second};touch 0 3;"
    + "".join(f"pause 0.09;touch 0 {page};" for page in TENTHS)
    + "none",
    first=Integer(3, 20),
    second=Integer(3, 20),
)
def test_times(seen: Observation) -> None:
    """Events carry the time at which they happened; it never goes back."""
    events = events_without_loss(seen)
    for before, after in pairwise(events):
        expect_that(
            "pgfaultmap --events printed the trace",
            before.time <= after.time,
            expected=f"the time stays or grows after {seconds(before)}",
            observed=f"the time goes back from {seconds(before)} to {seconds(after)}",
            hint="Take the time under the lock that puts the records in order.",
        )
    at = {
        (event.address - area(seen)) // PAGE: event.time / 1e9
        for event in events
        if event.kind is EventKind.FAULT and 0 <= event.address - area(seen) < 64 * PAGE
    }
    expect_pages(
        "a process touched three pages and slept in between",
        [page for page in at if page in (1, 2, 3)],
        [1, 2, 3],
        events=events,
    )
    for first, rest in ((1, seen.number("first")), (2, seen.number("second"))):
        between = at[first + 1] - at[first]
        expect_that(
            f"a process slept for {rest} s between two faults, and nobody read",
            rest - 0.2 <= between <= rest + 2,
            expected=f"the faults are {rest:.3f} s apart",
            observed=f"the faults are {between:.3f} s apart",
            hint="Take the time when the fault happens, not when it is read, and print seconds.",
        )


def seconds(event: Event) -> str:
    """The time of an event, as it is printed."""
    return f"{event.time // 10**9}.{event.time % 10**9:09} s"

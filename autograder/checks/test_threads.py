# SPDX-License-Identifier: MIT
"""Extra credit: all threads of a process, in one trace."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Integer, Sample
from autograder.checks.expect import expect_answer, expect_that
from autograder.checks.readers import last_read
from autograder.checks.rubric import clause, extra_credit, hint, needs, observe
from autograder.checks.traces import (
    area,
    events_of,
    expect_pages,
    expect_pages_around,
    pages_in,
    space_of,
)
from autograder.guest.observation import Observation
from autograder.trace.address_space import Extents
from autograder.trace.events import PAGE

AREA = "Extra credit: threads"
CLAUSE = "3, extra credit: all threads of a process are traced, into one trace"
EXEC = "map 0 64;touch 0 {early};threadexec;map 1 64;touch 1 {after}"
END = "3, extra credit: end of file comes after the last thread has exited, in whichever order"


@number("10.1")
@extra_credit
@weight(2)
@clause(CLAUSE)
@hint("What all threads share hangs off signal_struct.")
@needs("pgfaultmap")
@observe("threads", threads=4, pages=Integer(5, 20), order="1,2,3,0")
def test_all_threads_are_traced(seen: Observation) -> None:
    """The faults of every thread are in the one trace."""
    events = events_of(seen)
    pages = seen.number("pages")
    for thread in range(4):
        expect_pages(
            f"the pages that thread {thread} touched",
            pages_in(events, area(seen, thread), 64),
            list(range(2 * pages)),
        )


@number("10.2")
@extra_credit
@weight(0.5)
@clause(CLAUSE)
@needs("pgfaultmap")
@observe("threads", threads=4, pages=Integer(5, 20), order="1,2,3,0")
def test_regions_of_threads(seen: Observation) -> None:
    """The regions that threads add are in the trace, without contradiction."""
    did = "the trace of a process with threads"
    known = space_of(did, events_of(seen)).ever
    for thread in range(4):
        start = area(seen, thread) + 128 * PAGE
        expect_that(
            f"{did}: the region that thread {thread} added",
            any(region.extents == Extents(start, start + 3 * PAGE) for region in known),
            expected=f"a region of three pages at {start:x}",
            observed="none",
        )


def expect_end_with_the_last(seen: Observation) -> None:
    """Raise Mismatch unless end of file came with the exit of the last thread."""
    ends = seen.all("after_end")
    for record in ends[:-1]:
        expect_that(
            f"the exit of thread {record.text('thread')}, while others live",
            record.number("done") == 0,
            expected="no end of file",
            observed="the reader has come to its end",
        )
    did = "the exit of the last thread"
    expect_answer(did, last_read(seen, did, "0: end of file"), "0")
    pages = seen.number("pages")
    for thread in seen.numbers("order"):
        expect_pages(
            f"the pages that thread {thread} touched",
            pages_in(events_of(seen), area(seen, thread), 64),
            list(range(2 * pages)),
        )


@number("10.3")
@extra_credit
@weight(1)
@clause(END)
@needs("pgfaultmap")
@observe("threads", threads=3, pages=6, order="1,2,0")
def test_first_thread_ends_last(seen: Observation) -> None:
    """The first thread ends last, and the trace with it."""
    expect_end_with_the_last(seen)


@number("10.4")
@extra_credit
@weight(1)
@clause(END)
@hint("The first thread may be gone (a zombie) while others still run.")
@needs("pgfaultmap")
@observe("threads", threads=3, pages=6, order="0,2,1")
def test_first_thread_ends_first(seen: Observation) -> None:
    """The first thread ends first; the trace goes on until the last has ended."""
    expect_end_with_the_last(seen)


@number("10.5")
@extra_credit
@weight(0.5)
@clause("3: tracing goes on across execve; extra credit: all threads of a process are traced")
@hint("The thread that calls execve becomes the first thread of the process.")
@needs("pgfaultmap")
@observe("steps", before="", steps=EXEC, early=Sample(7, of=64), after=Sample(9, of=64))
def test_execve_by_a_thread(seen: Observation) -> None:
    """Tracing goes on across an execve that another thread than the first one calls."""
    expect_pages_around(seen, "a thread's execve")

# SPDX-License-Identifier: MIT
"""Extra credit: all threads of a process, in one trace."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer, Sample
from autograder.judge.expect import at_least_one, expect_that
from autograder.judge.rubric import (
    any_outcome,
    extra_credit,
    hint,
    needs,
    observe,
    rests_on,
    rule,
)
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.foundations import FAULTS, MAPS, READS
from autograder.pgfault.checks.meetings import expect_no_harm
from autograder.pgfault.checks.readers import last_read
from autograder.pgfault.checks.traces import (
    area,
    events_of,
    expect_pages,
    expect_pages_around,
    pages_in,
    space_of,
)
from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.events import PAGE

AREA = "Extra credit: threads"
RESTS_ON = ("threads/all_threads_are_traced",)
EXEC = "map 0 64;touch 0 {early};threadexec;map 1 64;touch 1 {after}"


SHARED = "What all threads of a process share belongs to its signal_struct or its mm."


@number("10.1")
@extra_credit
@weight(2)
@rule("X1")
@rests_on(FAULTS)
@needs("pgfaultmap")
@observe("threads", threads=4, pages=Integer(5, 20), order="1,2,3,0")
def test_all_threads_are_traced(seen: Observation) -> None:
    """The faults of every thread are in the one trace."""
    expect_pages_of_threads(seen, list(range(4)))


@number("10.2")
@extra_credit
@weight(0.5)
@rule("X1")
@rests_on("threads/all_threads_are_traced", MAPS)
@needs("pgfaultmap")
@observe("threads", threads=4, pages=Integer(5, 20), order="1,2,3,0")
def test_regions_of_threads(seen: Observation) -> None:
    """The regions that threads add are in the trace, which does not contradict itself."""
    known = space_of("a process with 4 threads was traced", events_of(seen)).ever
    for thread in range(4):
        start = area(seen, thread) + 128 * PAGE
        expect_that(
            f"thread {thread} of a traced process called mmap()",
            any(region.extents == Extents(start, start + 3 * PAGE) for region in known),
            expected=f"the trace has a region of 3 pages at {start:x}",
            observed=f"the trace has no region of 3 pages at {start:x}",
            hint=hints.ADDED,
        )


def expect_pages_of_threads(seen: Observation, threads: list[int]) -> None:
    """Raise Mismatch unless the faults of each of ``threads`` are in the trace."""
    events = events_of(seen)
    touched = 2 * seen.number("pages")
    for thread in threads:
        expect_pages(
            f"thread {thread} of a traced process touched {touched} pages",
            pages_in(events, area(seen, thread), 64),
            list(range(touched)),
            events=events,
            missing=SHARED,
        )


def expect_end_with_the_last(seen: Observation) -> None:
    """Raise Mismatch unless end of file came with the exit of the last thread."""
    did = "the threads of a traced process ended, one after the other"
    ends = at_least_one(seen.all("after_end"), did, "thread that ended")
    for record in ends[:-1]:
        expect_that(
            f"thread {record.text('thread')} of a traced process ended, and others lived on",
            record.number("done") == 0,
            expected="the reader goes on",
            observed="the reader came to its end",
            hint="The trace ends with the last thread. The first thread may be gone before (a "
            "zombie) while others still run.",
        )
    did = "the last thread of a traced process ended"
    expect_answer(did, last_read(seen, did, "0"), "0")
    expect_pages_of_threads(seen, seen.numbers("order"))


@number("10.3")
@extra_credit
@weight(0.5)
@rule("X1")
@needs("pgfaultmap")
@observe("threads", threads=3, pages=6, order="1,2,0")
def test_first_thread_ends_last(seen: Observation) -> None:
    """The first thread ends last, and the trace with it."""
    expect_end_with_the_last(seen)


@number("10.4")
@extra_credit
@weight(0.5)
@rule("X1")
@needs("pgfaultmap")
@observe("threads", threads=3, pages=6, order="0,2,1")
def test_first_thread_ends_first(seen: Observation) -> None:
    """The first thread ends first; the trace goes on until the last has ended."""
    expect_end_with_the_last(seen)


@number("10.5")
@extra_credit
@weight(0.5)
@rule("X1")
@rests_on("threads/all_threads_are_traced", "life_cycle/execve_goes_on")
@needs("pgfaultmap")
@observe("steps", before="", steps=EXEC, early=Sample(7, of=64), after=Sample(9, of=64))
def test_execve_by_a_thread(seen: Observation) -> None:
    """Tracing goes on across an execve() that is not called by the first thread."""
    expect_pages_around(seen, "a thread's execve()")


@number("10.6")
@extra_credit
@weight(1)
@rule("B4")
@rests_on("threads/all_threads_are_traced", READS)
@hint("A lock must keep the records of two threads apart.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="touch:thread,map:thread", holds=1)
def test_record_at_once(seen: Observation) -> None:
    """Two threads can fault at the same time."""
    expect_no_harm(seen)

# SPDX-License-Identifier: MIT
"""The buffer: growth, overflow, and the memory given back."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation, answer
from autograder.judge import answers
from autograder.judge.answers import READ, WRITE
from autograder.judge.draw import Sample
from autograder.judge.expect import counted, expect_that, fail
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.foundations import READS
from autograder.pgfault.checks.traces import area, events_of, expect_no_loss, expect_pages, pages_in
from autograder.pgfault.trace.events import EventKind

AREA = "Buffer"
RESTS_ON = (READS,)
ROOM = 500  # records for which the contract promises room
MANY = 17_000  # faults: records of four bytes are too much for a buffer of the suggested size
LATER = 50
OVERFLOW = {"steps": f"map 0 {MANY + LATER};lookrange 0 0 {MANY};lookrange 0 {MANY} {LATER}"}
NOISE = 30  # pages by which free memory differs without a leak: a third of that was seen
CYCLES = {"warm_up": 60, "cycles": 60, "noise": NOISE, "leaks": 1}
FIRST, AHEAD, ROUNDS, EACH = 300, 240, 50, 150  # together less than ROOM at any time
STARTS = [0, FIRST, *range(FIRST + AHEAD, FIRST + AHEAD + ROUNDS * EACH, EACH)]
ENDS = [*STARTS[1:], FIRST + AHEAD + ROUNDS * EACH]
GO_ROUND = {
    "steps": ";".join(
        [f"map 0 {ENDS[-1]}"]
        + [f"lookrange 0 {i} {j - i}" for i, j in zip(STARTS, ENDS, strict=True)]
    ),
    "first": FIRST,
    "rounds": ROUNDS,
    "each": EACH,
}
AGAIN = {
    "steps": f"map 0 {2 * MANY + LATER};lookrange 0 0 {MANY};lookrange 0 {MANY} {MANY};"
    f"lookrange 0 {2 * MANY} {LATER}"
}


@number("7.1")
@weight(1)
@rule("B1")
@needs("pgfaultmap")
@observe(
    "drain",
    unread=1,
    steps="map 0 800;touch 0 {pages};touch 0 {later}",
    buffer=65536,
    pages=Sample(ROOM - 60, of=700),
    later="750,740,760",
)
def test_room_for_500(seen: Observation) -> None:
    """500 records fit into the buffer while nobody reads."""
    did = f"a process touched {len(seen.numbers('pages'))} pages before a reader started"
    events = events_of(seen)
    expect_no_loss(did, events)
    expect_pages(
        did,
        pages_in(events, area(seen)),
        [*seen.numbers("pages"), 750, 740, 760],
        events=events,
        missing=hints.LOST,
    )


UNREAD = f"a process touched {MANY} pages while nobody read"


OLDEST_STAY = (
    "A full buffer drops what is new: the oldest records, which say how the process began, stay."
)


@number("7.2")
@weight(1)
@rule("B3")
@rests_on("buffer/room_for_500")
@needs("pgfaultmap")
@observe("overflow", **OVERFLOW)
def test_overflow_drops_the_newest(seen: Observation) -> None:
    """A full buffer keeps its oldest records and drops the newest."""
    events = events_of(seen)
    pages = [page for page in pages_in(events, area(seen)) if page < MANY]
    expect_that(
        UNREAD,
        len(pages) >= ROOM - 60,
        expected=f"the trace keeps the first {ROOM} records at least",
        observed=f"the trace keeps {counted(len(pages), 'fault')}",
        hint=hints.LOST,
    )
    if pages != list(range(len(pages))):
        first = next(i for i, page in enumerate(pages) if page != i)
        fail(
            UNREAD,
            expected=f"the fault on page {first} stands at place {first} among the kept faults",
            observed=f"the fault on page {pages[first]} stands at place {first} among the kept "
            "faults",
            hint=hints.FAULTS_TWICE if len(set(pages)) < len(pages) else OLDEST_STAY,
        )


@number("7.3")
@weight(0.5)
@rule("B3")
@rests_on("buffer/overflow_drops_the_newest")
@needs("pgfaultmap")
@observe("overflow", **OVERFLOW)
def test_overflow_is_counted(seen: Observation) -> None:
    """The trace says how many records were dropped."""
    expect_counted(seen, UNREAD, MANY, 20)


@number("7.4")
@weight(0.5)
@rule("B3")
@observe("overflow", **OVERFLOW)
def test_target_never_waits(seen: Observation) -> None:
    """The traced process does not wait when its buffer is full."""
    took = seen.one("filled").real("seconds")
    expect_that(
        UNREAD,
        took < 1,
        expected="the process takes less than 1 s for it",
        observed=f"the process takes {took:.2f} s for it",
        hint=hints.TARGET_WAITS,
    )


GOES_ON = "There is room as soon as something was read, not only when all was: use it again."


@number("7.5")
@weight(0.5)
@rule("B3")
@rests_on("buffer/overflow_drops_the_newest")
@needs("pgfaultmap")
@observe("overflow", **OVERFLOW)
def test_goes_on_after_overflow(seen: Observation) -> None:
    """After a full buffer was read, new faults are recorded again."""
    events = events_of(seen)
    pages = [page for page in pages_in(events, area(seen)) if page >= MANY]
    expect_pages(
        f"a full buffer was read, and {LATER} more pages were touched",
        pages,
        list(range(MANY, MANY + LATER)),
        events=events,
        missing=GOES_ON,
    )


def expect_counted(seen: Observation, did: str, faults: int, slack: int) -> None:
    """Raise Mismatch unless the lost events add up to what is missing of the first ``faults``."""
    events = events_of(seen)
    lost = sum(event.count for event in events if event.kind is EventKind.LOST)
    kept = sum(page < faults for page in pages_in(events, area(seen), 3 * MANY))
    dropped = faults - kept
    expect_that(
        did,
        dropped <= lost <= dropped + slack,
        expected=f"{dropped} lost records, or up to {slack} more, because {kept} faults were kept",
        observed=f"{lost} lost records",
        hint="Count each record that you drop, report the number with the next record that you "
        "keep, and then start to count again.",
    )


def expect_memory_back(seen: Observation) -> None:
    """Raise Mismatch where cycles of tracing took memory for good."""
    taken = seen.one("before").number("pages") - seen.one("after").number("pages")
    cycles = seen.number("cycles")
    did = f"{cycles} processes were traced, {HOW[seen.params['how']]}, and reaped"
    expect_that(
        did,
        taken <= NOISE,
        expected="the kernel has as much free memory as before",
        observed=f"the kernel has {taken} pages less ({taken / cycles:.1f} pages per process)",
        hint=hints.MEMORY_LOST,
    )
    expect_no_leak(seen, did)


HOW = {
    "exit": "never read",
    "held": "read in part or not at all, with a descriptor open until later",
    "stop": "stopped and started again 3 times",
    "read": "read by a reader that was killed and by another one",
}


def expect_no_leak(seen: Observation, did: str) -> None:
    """Raise Mismatch where kmemleak found something."""
    leaks = [report for report in seen.reports if report.kind == "leak"]
    expect_that(
        did,
        not leaks,
        expected="kmemleak finds no lost objects",
        observed=f"kmemleak finds {counted(len(leaks), 'lost object')}",
        hint=hints.MEMORY_LOST,
    )


@number("7.6")
@weight(1)
@rule("B2")
@observe("cycles", how="exit", **CYCLES)
def test_freed_at_reap(seen: Observation) -> None:
    """The memory of a trace comes back when its process is reaped."""
    expect_memory_back(seen)


@number("7.7")
@weight(0.5)
@rule("B2")
@observe("cycles", how="held", **CYCLES)
def test_freed_at_close(seen: Observation) -> None:
    """A trace whose process was reaped is freed when its last descriptor is closed."""
    expect_memory_back(seen)


@number("7.8")
@weight(0.5)
@rule("F4")
@observe("cycles", how="stop", **CYCLES)
def test_freed_at_stop(seen: Observation) -> None:
    """Starting and stopping again and again costs no memory."""
    expect_memory_back(seen)


@number("7.9")
@weight(1)
@rule("F5")
@observe("failed_start", leaks=1)
def test_allocation_failures(seen: Observation) -> None:
    """If an allocation fails, starting a trace fails with ENOMEM and leaves nothing behind."""
    undo = "Check every allocation, and undo in reverse order what was done before it."
    for record in seen.all("try"):
        did = f"the check wrote 1, and allocation {record.text('nth')} of that call failed"
        after = answer(record.number("after_ret"), record.number("after_errno"))
        if record.number("ret") < 0:
            expect_answer(did, record, "ENOMEM", "EAGAIN", "EINTR", of=WRITE, hint=undo)
            expect_that(
                f"{did}; then a reader read the file",
                after == "ESRCH",
                expected=answers.expected(READ, "ESRCH"),
                observed=answers.observed(READ, after) if after != "0" else "the read sleeps",
                hint=undo,
            )
        else:
            expect_answer(did, record, "1", of=WRITE, hint=undo)
            expect_that(
                f"{did}, but the write succeeded; then a reader read the file",
                after != "ESRCH",
                expected="the read returns records, or sleeps",
                observed=answers.observed(READ, after),
                hint="If a write of 1 succeeds, tracing has started.",
            )
    expect_that(
        "the check wrote 1 after the calls in which an allocation failed",
        seen.one("reader").number("bytes") > 0,
        expected="the reader gets records",
        observed="the reader gets 0 bytes",
        hint=undo,
    )
    expect_no_leak(seen, "the check wrote 1 again and again while allocations failed")


@number("7.10")
@weight(0.5)
@rule("B2")
@observe("cycles", how="read", **CYCLES)
def test_freed_after_readers(seen: Observation) -> None:
    """Readers that read to the end, or are killed while they sleep, leave nothing behind."""
    expect_memory_back(seen)


@number("7.11")
@weight(0.5)
@rule("R2")
@needs("pgfaultmap")
@observe("rounds", **GO_ROUND)
def test_goes_round(seen: Observation) -> None:
    """A trace that goes round its buffer many times and is never empty stays whole."""
    did = f"a process touched {ENDS[-1]} pages, at most {AHEAD + EACH} of them unread at any time"
    events = events_of(seen)
    expect_no_loss(did, events)
    expect_pages(
        did,
        pages_in(events, area(seen)),
        list(range(ENDS[-1])),
        events=events,
        missing="Follow the indices of your buffer by hand past its end: which one wraps, when?",
    )


@number("7.12")
@weight(0.5)
@rule("B3")
@rests_on("buffer/goes_on_after_overflow")
@needs("pgfaultmap")
@observe("overflow_again", **AGAIN)
def test_goes_on_with_some_room(seen: Observation) -> None:
    """After most of a full buffer was read, new faults are recorded again."""
    events = events_of(seen)
    pages = [page for page in pages_in(events, area(seen), 3 * MANY) if page >= 2 * MANY]
    expect_pages(
        f"three quarters of a full buffer were read, and {LATER} more pages were touched",
        pages,
        list(range(2 * MANY, 2 * MANY + LATER)),
        events=events,
        missing=GOES_ON,
    )


@number("7.13")
@weight(0.5)
@rule("B3")
@rests_on("buffer/overflow_is_counted")
@needs("pgfaultmap")
@observe("overflow_again", **AGAIN)
def test_losses_add_up(seen: Observation) -> None:
    """Dropped records are counted again for each overflow."""
    expect_counted(
        seen, f"a process touched {MANY} pages, twice, while the buffer was full", 2 * MANY, 40
    )


@number("7.14")
@weight(0.5)
@rule("F4")
@rests_on("buffer/overflow_is_counted", "file/restart_is_fresh")
@needs("pgfaultmap")
@observe("start_again", again="stop", **OVERFLOW)
def test_losses_end_with_the_trace(seen: Observation) -> None:
    """After a trace that overflowed was stopped, the next one has lost nothing."""
    did = f"a trace overflowed and was stopped; in a new one {LATER} pages were touched"
    events = events_of(seen)
    lost = sum(event.count for event in events if event.kind is EventKind.LOST)
    expect_that(
        did,
        not lost,
        expected="the new trace has 0 lost records",
        observed=f"the new trace has {lost} lost records",
        hint="The count of lost records belongs to the trace that lost them.",
    )
    expect_pages(
        did,
        pages_in(events, area(seen)),
        list(range(MANY, MANY + LATER)),
        events=events,
        missing="Stopping a trace discards its unread records and makes room.",
    )

# SPDX-License-Identifier: MIT
"""The buffer: growth, overflow, and the memory given back."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Sample
from autograder.checks.expect import expect, expect_answer, expect_that, fail
from autograder.checks.rubric import clause, hint, needs, observe
from autograder.checks.traces import area, events_of, expect_no_loss, expect_pages, pages_in
from autograder.guest.observation import Observation, answer
from autograder.trace.events import Kind

AREA = "Buffer"
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
@clause("3: grows on demand; the minimum that is assumed is room for 500 records")
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
    """500 records fit while nobody reads."""
    events = events_of(seen)
    expect_no_loss(f"{ROOM} records, nobody reading", events)
    expect_pages(
        "the pages touched while nobody was reading",
        pages_in(events, area(seen)),
        [*seen.numbers("pages"), 750, 740, 760],
    )


@number("7.2")
@weight(1)
@clause("3: when it is full the newest records are dropped")
@hint("The oldest records tell how the process began: they stay.")
@needs("pgfaultmap")
@observe("overflow", **OVERFLOW)
def test_overflow_drops_the_newest(seen: Observation) -> None:
    """A full buffer keeps its oldest records and drops the newest."""
    pages = [page for page in pages_in(events_of(seen), area(seen)) if page < MANY]
    expect_that(
        "many faults, nobody reading",
        len(pages) >= ROOM - 60,
        expected=f"the first {ROOM} records at least",
        observed=f"{len(pages)} faults",
    )
    if pages != list(range(len(pages))):
        first = next(i for i, page in enumerate(pages) if page != i)
        fail(
            "the faults that were kept",
            expected="the first ones, in order, none left out",
            observed=f"after page {first - 1} comes page {pages[first]}",
        )


@number("7.3")
@weight(0.5)
@clause("3: ... and counted (the count may come with the next record)")
@needs("pgfaultmap")
@observe("overflow", **OVERFLOW)
def test_overflow_is_counted(seen: Observation) -> None:
    """The number of dropped records is told."""
    events = events_of(seen)
    lost = sum(event.count for event in events if event.kind is Kind.LOST)
    dropped = MANY - len([page for page in pages_in(events, area(seen)) if page < MANY])
    expect_that(
        f"{MANY} faults, of which {dropped} were dropped",
        dropped <= lost <= dropped + 20,
        expected=f"lost events that add up to {dropped}, or a few more",
        observed=lost,
    )


@number("7.4")
@weight(0.5)
@clause("3: the traced process never waits for a reader")
@observe("overflow", **OVERFLOW)
def test_target_never_waits(seen: Observation) -> None:
    """The traced process does not wait where its buffer is full."""
    seconds = seen.one("filled").real("seconds")
    expect_that(
        f"{MANY} faults, nobody reading",
        seconds < 1,
        expected="no waiting",
        observed=f"they took {seconds:.2f} s of guest time",
    )


@number("7.5")
@weight(1)
@clause("3: once there is room, recording goes on")
@needs("pgfaultmap")
@observe("overflow", **OVERFLOW)
def test_goes_on_after_overflow(seen: Observation) -> None:
    """After a full buffer was read, new faults are recorded again."""
    pages = [page for page in pages_in(events_of(seen), area(seen)) if page >= MANY]
    expect_pages(
        f"{LATER} faults after the full buffer was read", pages, list(range(MANY, MANY + LATER))
    )


def expect_memory_back(seen: Observation) -> None:
    """Raise Mismatch where cycles of tracing took memory for good."""
    taken = seen.one("before").number("pages") - seen.one("after").number("pages")
    cycles = seen.number("cycles")
    expect_that(
        f"free memory after {cycles} more traced processes",
        taken <= NOISE,
        expected="as before",
        observed=f"{taken} pages less ({taken / cycles:.1f} a process)",
    )
    leaks = [report for report in seen.reports if report.kind == "leak"]
    expect_that(
        "kmemleak after the traced processes",
        not leaks,
        expected="nothing leaked",
        observed=f"{len(leaks)} objects",
    )


@number("7.6")
@weight(1)
@clause("3: is freed when the process is reaped, also where nobody ever read it")
@hint("Free the trace where the task itself is freed, whatever became of the readers.")
@observe("cycles", how="exit", **CYCLES)
def test_freed_at_reap(seen: Observation) -> None:
    """The memory of a trace comes back when its process is reaped."""
    expect_memory_back(seen)


@number("7.7")
@weight(0.5)
@clause("3: ... where a descriptor is still open, at the latest when the last one is closed")
@observe("cycles", how="held", **CYCLES)
def test_freed_at_close(seen: Observation) -> None:
    """A trace, read in part or not, is freed when its descriptor is closed after the reaping."""
    expect_memory_back(seen)


@number("7.8")
@weight(0.5)
@clause("2, write: stopping and starting again begins a new trace (the old one is freed)")
@observe("cycles", how="stop", **CYCLES)
def test_freed_at_stop(seen: Observation) -> None:
    """Starting and stopping over and over takes no memory for good."""
    expect_memory_back(seen)


@number("7.9")
@weight(1)
@clause("3: the buffer is allocated when tracing starts (no memory: an error)")
@hint("Check every allocation, and undo in reverse order what was done before it.")
@observe("failed_start", leaks=1)
def test_allocation_failures(seen: Observation) -> None:
    """Where an allocation fails, starting a trace answers an error and leaves nothing behind."""
    for record in seen.all("try"):
        did = f'write of "1" while allocation {record.text("nth")} fails'
        after = answer(record.number("after_ret"), record.number("after_errno"))
        if record.number("ret") < 0:
            expect_answer(did, record, "ENOMEM", "EAGAIN", "EINTR")
            expect(f"{did}: reading afterwards", after, "ESRCH")
        else:
            expect_answer(did, record, "1")
            expect_that(
                f"{did}, which succeeds: reading afterwards",
                after != "ESRCH",
                expected="records, or sleep",
                observed=after,
            )
    ended = seen.one("reader")
    expect_that(
        "a start after the failed ones",
        ended.number("bytes") > 0,
        expected="a trace",
        observed="no record",
    )
    leaks = [report for report in seen.reports if report.kind == "leak"]
    expect_that(
        "kmemleak after the failed starts",
        not leaks,
        expected="nothing leaked",
        observed=f"{len(leaks)} objects",
    )


@number("7.10")
@weight(0.5)
@clause("3: freed when the process is reaped, or when the last descriptor is closed")
@hint("A read that ends early, by a signal, has to give back what it took.")
@observe("cycles", how="read", **CYCLES)
def test_freed_after_readers(seen: Observation) -> None:
    """Readers that read to the end, or are killed in their sleep, leave nothing behind."""
    expect_memory_back(seen)


@number("7.11")
@weight(1)
@clause("2, read: whole records; they leave the trace; 3: every page fault")
@hint("Follow the indices of your buffer by hand past its end: who wraps, and when?")
@needs("pgfaultmap")
@observe("rounds", **GO_ROUND)
def test_goes_round(seen: Observation) -> None:
    """A trace that goes round its buffer many times, and is never empty, stays whole."""
    events = events_of(seen)
    expect_no_loss(f"thousands of faults, at most {AHEAD + EACH} of them unread", events)
    expect_pages(
        "thousands of faults, read a part at a time",
        pages_in(events, area(seen)),
        list(range(ENDS[-1])),
    )


@number("7.12")
@weight(0.5)
@clause("3: once there is room, recording goes on")
@hint("There is room as soon as something was read, not only when all was.")
@needs("pgfaultmap")
@observe("overflow_again", **AGAIN)
def test_goes_on_with_some_room(seen: Observation) -> None:
    """After most of a full buffer was read, new faults are recorded again."""
    pages = [page for page in pages_in(events_of(seen), area(seen), 3 * MANY) if page >= 2 * MANY]
    expect_pages(
        f"{LATER} faults after three quarters of a full buffer were read",
        pages,
        list(range(2 * MANY, 2 * MANY + LATER)),
    )


@number("7.13")
@weight(0.5)
@clause("3: ... dropped and counted (a second time)")
@hint("Once a number was told, the count begins anew.")
@needs("pgfaultmap")
@observe("overflow_again", **AGAIN)
def test_losses_add_up(seen: Observation) -> None:
    """Dropped records are counted anew for each overflow."""
    events = events_of(seen)
    lost = sum(event.count for event in events if event.kind is Kind.LOST)
    dropped = 2 * MANY - len(
        [page for page in pages_in(events, area(seen), 3 * MANY) if page < 2 * MANY]
    )
    expect_that(
        f"twice {MANY} faults, of which {dropped} were dropped",
        dropped <= lost <= dropped + 40,
        expected=f"lost events that add up to {dropped}, or a few more",
        observed=lost,
    )


@number("7.14")
@weight(0.5)
@clause("2, write: stopping and starting again begins a new trace")
@hint("The count of lost records belongs to the trace that lost them.")
@needs("pgfaultmap")
@observe("start_again", again="stop", **OVERFLOW)
def test_losses_end_with_the_trace(seen: Observation) -> None:
    """A trace that overflowed is stopped; the next one has lost nothing."""
    events = events_of(seen)
    expect_no_loss(f"{LATER} faults after a trace that overflowed was stopped", events)
    expect_pages(
        f"{LATER} faults after a trace that overflowed was stopped",
        pages_in(events, area(seen)),
        list(range(MANY, MANY + LATER)),
    )

# SPDX-License-Identifier: MIT
"""Which faults are recorded."""

from itertools import pairwise

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Integer, Sample
from autograder.checks.expect import expect_that, fail, some
from autograder.checks.rubric import clause, hint, needs, observe
from autograder.checks.traces import area, events_of, expect_no_loss, expect_pages, pages_in
from autograder.guest.observation import Observation
from autograder.trace.address_space import named
from autograder.trace.events import PAGE, Event, Kind

AREA = "Faults"
EVERY = "3: every page fault of the traced process on its own address space"
FAULT_AROUND = 16  # pages that one fault on a file's page may bring in
TENTHS = range(4, 16)
"""Pages touched every 0.09 s: whatever the clock, one fault is in a second's first tenth."""


def events_without_loss(seen: Observation) -> list[Event]:
    """The whole trace.  Errors: Mismatch where records were lost or steps failed."""
    for record in seen.all("step"):
        if record.number("ret") < 0:
            fail(
                f"step {record.text('number')} of the traced process",
                expected="it succeeds",
                observed=record.answer,
            )
    events = events_of(seen)
    expect_no_loss("a trace that is read while it is written", events)
    return events


@number("5.1")
@weight(1.5)
@clause(EVERY)
@hint("One place sees all of them: follow a fault from arch/um down into mm/memory.c.")
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 256;touch 0 {pages}", pages=Sample(60, of=256))
def test_anonymous_memory(seen: Observation) -> None:
    """Each first touch of anonymous memory is recorded once, in order, and nothing else."""
    expect_pages(
        "writing to pages of anonymous memory",
        pages_in(events_without_loss(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("5.2")
@weight(0.5)
@clause(EVERY)
@hint("A read maps the shared zero page; the write that follows faults again.")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 64;look 0 {pages};touch 0 {pages};look 0 63;touch 0 63",
    pages=Sample(15, of=63),
)
def test_read_then_write(seen: Observation) -> None:
    """Reading a fresh page and then writing to it are two faults."""
    expect_pages(
        "reading pages of anonymous memory, then writing to them",
        pages_in(events_without_loss(seen), area(seen)),
        [*seen.numbers("pages") * 2, 63, 63],
    )


@number("5.3")
@weight(0.5)
@clause(EVERY)
@needs("pgfaultmap")
@observe("steps", before="", steps="brk 40;heap {pages}", pages=Sample(15, of=40))
def test_heap(seen: Observation) -> None:
    """Faults in memory that brk added are recorded."""
    before, after = named(seen.text("maps.0"), "[heap]"), named(seen.text("maps.1"), "[heap]")
    expect_that("brk", after.end > before.end, expected="a larger heap", observed=after)
    expect_pages(
        "writing to pages of the heap",
        pages_in(events_without_loss(seen), before.end, 40),
        seen.numbers("pages"),
    )


@number("5.4")
@weight(0.5)
@clause(EVERY)
@needs("pgfaultmap")
@observe("steps", before="", steps="stack {pages}", pages=Integer(40, 100))
def test_stack(seen: Observation) -> None:
    """Faults of a growing stack are recorded, page by page."""
    stack = named(seen.text("maps.1"), "[stack]")
    pages = pages_in(events_without_loss(seen), stack.start, stack.pages)
    touched = seen.number("pages")
    deepest = min(pages, default=0)
    run = range(deepest, deepest + touched)
    missing = [page for page in run if page not in pages]
    expect_that(
        f"a chain of calls over {touched} pages of stack",
        not missing and bool(pages),
        expected=f"a fault on each of {touched} pages",
        observed=f"{len(set(pages))} pages; missing: {some(missing)}",
    )
    repeated = sorted({page for page in run if pages.count(page) > 1})
    expect_that(
        "the same",
        len(repeated) <= 2,
        expected="each page once",
        observed=f"too often: {some(repeated)}",
    )


@number("5.5")
@weight(0.5)
@clause(EVERY)
@needs("pgfaultmap")
@observe("steps", before="", steps="shared 0 128;touch 0 {pages}", pages=Sample(30, of=128))
def test_shared_memory(seen: Observation) -> None:
    """Faults in shared memory are recorded."""
    expect_pages(
        "writing to pages of shared memory",
        pages_in(events_without_loss(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("5.6")
@weight(1)
@clause("3: pages that the kernel fills in without a fault (fault-around) may be there or not")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="file 0 512;look 0 {pages}",
    pages=Sample(10, of=512, step=2 * FAULT_AROUND),
)
def test_file_memory(seen: Observation) -> None:
    """Faults on the pages of a mapped file are recorded."""
    pages = pages_in(events_without_loss(seen), area(seen))
    touched = seen.numbers("pages")
    missing = [page for page in touched if page not in pages]
    expect_that(
        "reading pages of a mapped file, far from one another",
        not missing,
        expected=f"a fault on each of {some(touched)}",
        observed=f"missing: {some(missing)}",
    )
    foreign = [
        page for page in pages if not any(abs(page - near) < FAULT_AROUND for near in touched)
    ]
    expect_that(
        "the same",
        not foreign,
        expected="no fault far from them",
        observed=f"not touched: {some(foreign)}",
    )


@number("5.7")
@weight(1)
@clause(EVERY)
@hint("The fault that copies a page after fork is a fault like any other.")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 64;touch 0 {pages};hold;touch 0 {again};drop",
    pages=Sample(64, of=64),
    again=Sample(20, of=64),
)
def test_copy_on_write(seen: Observation) -> None:
    """Writing again to pages that are shared with a child since fork faults again."""
    expect_pages(
        "writing to pages, fork, writing to some of them again",
        pages_in(events_without_loss(seen), area(seen)),
        seen.numbers("pages") + seen.numbers("again"),
    )


@number("5.8")
@weight(1)
@clause("3: ... in user mode or inside the kernel on its behalf")
@hint("A hook in the processor's own fault entry misses what the kernel touches.")
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;fill 0 {pages}", pages=Sample(15, of=64))
def test_faults_in_system_calls(seen: Observation) -> None:
    """Faults taken inside read(), into untouched pages, are recorded."""
    expect_pages(
        "read() from a pipe into untouched pages",
        pages_in(events_without_loss(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("5.9")
@weight(0.5)
@clause("3: ... in user mode or inside the kernel on its behalf")
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;drain 0 {pages}", pages=Sample(15, of=64))
def test_faults_in_writes(seen: Observation) -> None:
    """Faults taken inside write(), from untouched pages, are recorded."""
    expect_pages(
        "write() to a pipe from untouched pages",
        pages_in(events_without_loss(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("5.10")
@weight(0.5)
@clause("3: its own address space (a child's is another)")
@needs("pgfaultmap")
@observe(
    "steps", before="map 0 64;touch 0 {pages}", steps="fork;hold;drop", pages=Sample(30, of=64)
)
def test_children_do_not_show(seen: Observation) -> None:
    """What children of a traced process touch is not in its trace."""
    stack = named(seen.text("maps.0"), "[stack]")
    pages = set(pages_in(events_without_loss(seen), stack.start, stack.pages))
    expect_that(
        "two children that use eight pages of stack each",
        len(pages) <= 4,
        expected="at most the page that the parent itself uses",
        observed=f"faults on {len(pages)} pages of the parent's stack",
    )


@number("5.11")
@weight(1)
@clause(EVERY)
@hint("More events than faults: is a fault that the kernel retries recorded twice?")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 400;touch 0 {pages};shared 1 100;touch 1 {others};brk 30;"
    "heap 0,1,2,3,4,5,6,7;fill 0 {filled};image {image}",
    pages=Sample(200, of=300),
    others=Sample(50, of=100),
    filled="300,310,320,330",
    image=Sample(24, of=32),
)
def test_agrees_with_the_counters(seen: Observation) -> None:
    """There are as many fault events as /proc/PID/stat counts minor and major faults."""
    events_without_loss(seen)
    counted = [record.number("minor") + record.number("major") for record in seen.all("faults")]
    recorded = [
        sum(event.kind is Kind.FAULT for event in events_of(seen, f"events.{step}"))
        for step in range(len(counted))
    ]
    faults, traced = counted[-1] - counted[0], recorded[-1] - recorded[0]
    bound = 3 + faults // 50
    expect_that(
        "faults counted by the kernel during the steps, and events",
        abs(faults - traced) <= bound,
        expected=f"{faults} events, {bound} more or less",
        observed=f"{traced} events",
    )


@number("5.12")
@weight(1)
@clause("4, --events: the time never goes back; 3: the time")
@hint("Take the time when the fault happens, under the lock that orders the records.")
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
    """Events carry the time at which they happened, in seconds, and it never goes back."""
    events = events_without_loss(seen)
    for before, after in pairwise(events):
        expect_that(
            "the times of the events",
            before.time <= after.time,
            expected="they never go back",
            observed=f"{after} after {before}",
        )
    at = {
        (event.address - area(seen)) // PAGE: event.time / 1e9
        for event in events
        if event.kind is Kind.FAULT and 0 <= event.address - area(seen) < 64 * PAGE
    }
    if not {1, 2, 3} <= set(at):
        fail("three touches with rests between", expected="three faults", observed=some(at))
    for first, rest in ((1, seen.number("first")), (2, seen.number("second"))):
        between = at[first + 1] - at[first]
        expect_that(
            f"two faults with a rest of {rest} s between them, and nobody reading",
            rest - 0.2 <= between <= rest + 2,
            expected=f"{rest} s apart",
            observed=f"{between:.3f} s apart",
        )


@number("5.13")
@weight(0.5)
@clause("3: tracing starts when 1 is written; faults before it are not in the trace")
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 64;touch 0 {early}",
    steps="touch 0 {pages}",
    early=Sample(20, of=32),
    pages="40,33,50",
)
def test_nothing_before_the_start(seen: Observation) -> None:
    """Faults from before the start of tracing are not in the trace."""
    expect_pages(
        "touching pages before and after the start of tracing",
        pages_in(events_without_loss(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("5.14")
@weight(0.5)
@clause(EVERY)
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 64;touch 0 {pages};discard 0 0 64;touch 0 {again}",
    pages=Sample(20, of=64),
    again=Sample(20, of=64),
)
def test_discarded_pages(seen: Observation) -> None:
    """Pages given back with madvise(MADV_DONTNEED) fault again."""
    expect_pages(
        "writing to pages, giving all back, writing again",
        pages_in(events_without_loss(seen), area(seen)),
        seen.numbers("pages") + seen.numbers("again"),
    )


@number("5.15")
@weight(0.5)
@clause(EVERY)
@hint("Whose memory is it? In an access through /proc/PID/mem it is not that of the current task.")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 64;map 1 64;touch 0 {pages};poke 1 0 {foreign};touch 0 63",
    pages=Sample(10, of=63),
    foreign=Integer(10, 40),
)
def test_another_address_space(seen: Observation) -> None:
    """Faults that the process causes in the memory of another are not in its trace."""
    events = events_without_loss(seen)
    expect_pages(
        "touching pages of one's own", pages_in(events, area(seen)), [*seen.numbers("pages"), 63]
    )
    expect_pages(
        f"writing to {seen.number('foreign')} pages of a child, through its /proc/PID/mem",
        pages_in(events, area(seen, 1)),
        [],
    )

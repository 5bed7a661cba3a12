# SPDX-License-Identifier: MIT
"""Which faults are recorded."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer, Sample
from autograder.judge.expect import counted, expect_that, fail, some
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.foundations import FAULTS, FORKS, READS
from autograder.pgfault.checks.touches import events_without_loss, expect_touched
from autograder.pgfault.checks.traces import area, events_of, expect_pages, pages_in, region_called
from autograder.pgfault.trace.events import EventKind
from autograder.pgfault.trace.steps import happened

AREA = "Faults"
RESTS_ON = (FAULTS,)
FAULT_AROUND = 16  # pages that one fault on a file's page may bring in


@number("5.1")
@weight(1)
@rule("T1")
@rests_on(READS)
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 256;touch 0 {pages}", pages=Sample(60, of=256))
def test_anonymous_memory(seen: Observation) -> None:
    """Each first touch of anonymous memory is recorded once, in order, and nothing else."""
    expect_touched(
        seen,
        f"a process wrote to {len(seen.numbers('pages'))} new pages of anonymous memory",
        seen.numbers("pages"),
        missing="One place sees all faults: follow one from arch/um down into mm/memory.c.",
    )


@number("5.2")
@weight(0.5)
@rule("T1")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 64;look 0 {pages};touch 0 {pages};look 0 63;touch 0 63",
    pages=Sample(15, of=63),
)
def test_read_then_write(seen: Observation) -> None:
    """Reading a fresh page and then writing to it are two faults."""
    expect_touched(
        seen,
        "a process read from 16 new pages of anonymous memory, then wrote to them",
        [*seen.numbers("pages") * 2, 63, 63],
        missing="A read maps the shared zero page; the write that follows faults again.",
    )


@number("5.3")
@weight(0.5)
@rule("T1")
@needs("pgfaultmap")
@observe("steps", before="", steps="brk 40;heap {pages}", pages=Sample(15, of=40))
def test_heap(seen: Observation) -> None:
    """Faults in memory that brk added are recorded."""
    before, after = (region_called(seen, f"maps.{step}", "[heap]") for step in (0, 1))
    expect_that(
        happened(seen.params, 1),
        after.end > before.end,
        expected=f"the heap ends above {before.end:x}",
        observed=f"the heap ends at {after.end:x}",
    )
    events = events_without_loss(seen)
    expect_pages(
        f"a process wrote to {len(seen.numbers('pages'))} new pages of its heap",
        pages_in(events, before.end, 40),
        seen.numbers("pages"),
        events=events,
    )


@number("5.4")
@weight(0.5)
@rule("T1")
@needs("pgfaultmap")
@observe("steps", before="", steps="stack {pages}", pages=Integer(40, 100))
def test_stack(seen: Observation) -> None:
    """Faults of a growing stack are recorded page by page."""
    stack = region_called(seen, "maps.1", "[stack]")
    events = events_without_loss(seen)
    pages = pages_in(events, stack.start, stack.pages)
    touched = seen.number("pages")
    deepest = min(pages, default=0)
    run = range(deepest, deepest + touched)
    missing = [page for page in run if page not in pages]
    did = f"a process made a chain of calls that uses {touched} pages of stack"
    expect_that(
        did,
        not missing and bool(pages),
        expected=f"{touched} pages of the stack have faults",
        observed=f"{len(set(pages))} pages of the stack have faults"
        + (f"; missing: {some(missing)}" if pages else ""),
        hint=hints.for_pages(pages, list(run), events),
    )
    repeated = sorted({page for page in run if pages.count(page) > 1})
    expect_that(
        did,
        len(repeated) <= 2,
        expected="each page of the stack has one fault",
        observed=f"{counted(len(repeated), 'page')} of the stack have more: {some(repeated)}",
        hint=hints.FAULTS_TWICE,
    )


@number("5.5")
@weight(0.5)
@rule("T1")
@needs("pgfaultmap")
@observe("steps", before="", steps="shared 0 128;touch 0 {pages}", pages=Sample(30, of=128))
def test_shared_memory(seen: Observation) -> None:
    """Faults in shared memory are recorded."""
    expect_touched(
        seen,
        f"a process wrote to {len(seen.numbers('pages'))} new pages of shared memory",
        seen.numbers("pages"),
    )


@number("5.6")
@weight(0.5)
@rule("T1")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="file 0 512;look 0 {pages}",
    pages=Sample(10, of=512, step=2 * FAULT_AROUND),
)
def test_file_memory(seen: Observation) -> None:
    """Faults on the pages of a mapped file are recorded."""
    events = events_without_loss(seen)
    pages = pages_in(events, area(seen))
    touched = seen.numbers("pages")
    missing = [page for page in touched if page not in pages]
    did = f"a process read {len(touched)} pages of a mapped file, far from one another"
    expect_that(
        did,
        not missing,
        expected=f"faults on the pages {some(touched)}",
        observed=f"no faults on the pages {some(missing)}",
        hint=hints.for_pages(pages, touched, events),
    )
    foreign = [
        page for page in pages if not any(abs(page - near) < FAULT_AROUND for near in touched)
    ]
    expect_that(
        did,
        not foreign,
        expected=f"no faults more than {FAULT_AROUND} pages away from those that it read",
        observed=f"faults on the pages {some(foreign)}",
        hint=hints.FAULTS_FOREIGN,
    )


@number("5.7")
@weight(0.5)
@rule("T1")
@rests_on(FAULTS, FORKS)
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
    expect_touched(
        seen,
        "a process wrote to 64 pages, forked, and wrote to 20 of them again",
        seen.numbers("pages") + seen.numbers("again"),
        missing="The fault that copies a page after fork() is a fault like any other.",
    )


IN_KERNEL = "A hook in the processor's own fault entry misses the pages that the kernel touches."


@number("5.8")
@weight(1)
@rule("T1")
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;fill 0 {pages}", pages=Sample(15, of=64))
def test_faults_in_system_calls(seen: Observation) -> None:
    """Faults taken inside read(), into untouched pages, are recorded."""
    expect_touched(
        seen,
        "a process called read() on a pipe, into 15 new pages",
        seen.numbers("pages"),
        missing=IN_KERNEL,
    )


@number("5.9")
@weight(0.5)
@rule("T1")
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;drain 0 {pages}", pages=Sample(15, of=64))
def test_faults_in_writes(seen: Observation) -> None:
    """Faults taken inside write(), from untouched pages, are recorded."""
    expect_touched(
        seen,
        "a process called write() on a pipe, from 15 new pages",
        seen.numbers("pages"),
        missing=IN_KERNEL,
    )


@number("5.10")
@weight(0.5)
@rule("T1")
@rests_on(FAULTS, FORKS)
@needs("pgfaultmap")
@observe(
    "steps", before="map 0 64;touch 0 {pages}", steps="fork;hold;drop", pages=Sample(30, of=64)
)
def test_children_do_not_show(seen: Observation) -> None:
    """What children of a traced process touch is not in its trace."""
    stack = region_called(seen, "maps.0", "[stack]")
    pages = set(pages_in(events_without_loss(seen), stack.start, stack.pages))
    expect_that(
        "a traced process forked two children, each of which used 8 pages of its own stack",
        len(pages) <= 4,
        expected="faults on at most 4 pages of the stack in the parent's trace",
        observed=f"faults on {len(pages)} pages of the stack in the parent's trace",
        hint="A child starts as a copy of its parent's task_struct: it must not record into the "
        "parent's trace.",
    )


@number("5.11")
@weight(1)
@rule("T1")
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
    counts = [record.number("minor") + record.number("major") for record in seen.all("faults")]
    did = "a process wrote to anonymous, shared, heap and program memory"
    if not counts:
        fail(did, expected="the process runs", observed="the process never ran")
    recorded = [
        sum(event.kind is EventKind.FAULT for event in events_of(seen, f"events.{step}"))
        for step in (0, len(counts) - 1)
    ]
    faults, traced = counts[-1] - counts[0], recorded[-1] - recorded[0]
    bound = 3 + faults // 50
    expect_that(
        did,
        abs(faults - traced) <= bound,
        expected=f"{faults} faults in the trace, {bound} more or less, as the kernel counted",
        observed=f"{traced} faults in the trace",
        hint=hints.FAULTS_TWICE
        if traced > faults
        else hints.FAULTS_MISSING
        if traced
        else hints.NO_FAULTS,
    )


@number("5.13")
@weight(0.5)
@rule("T1")
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
    events = events_without_loss(seen)
    expect_pages(
        "a process touched 20 pages before and 3 pages after tracing started",
        pages_in(events, area(seen)),
        seen.numbers("pages"),
        events=events,
        foreign="Faults from before the write of 1 do not belong into the trace.",
    )


@number("5.14")
@weight(0.5)
@rule("T1")
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
    expect_touched(
        seen,
        "a process wrote to 20 pages, gave back all with madvise(), and wrote to 20 again",
        seen.numbers("pages") + seen.numbers("again"),
    )


@number("5.15")
@weight(0.5)
@rule("T1")
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
        "a process touched 11 pages of its own memory",
        pages_in(events, area(seen)),
        [*seen.numbers("pages"), 63],
        events=events,
    )
    expect_pages(
        f"a process wrote to {seen.number('foreign')} pages of its child through /proc/PID/mem",
        pages_in(events, area(seen, 1)),
        [],
        events=events,
        foreign="Whose memory is it? In an access through /proc/PID/mem it is not that of the "
        "current task.",
    )

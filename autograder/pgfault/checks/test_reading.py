# SPDX-License-Identifier: MIT
"""What a read of the file returns, and when."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge import answers
from autograder.judge.answers import READ
from autograder.judge.draw import Integer, Sample
from autograder.judge.expect import at_least_one, counted, expect_that
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.foundations import EXISTS, READS, SLEEPS, STARTS
from autograder.pgfault.checks.readers import EMPTY, SECONDS, expect_asleep, expect_woken, last_read
from autograder.pgfault.checks.traces import (
    AS_IN_MAPS,
    area,
    events_of,
    expect_no_loss,
    expect_pages,
    expect_regions,
    pages_in,
    space_of,
)
from autograder.pgfault.trace.address_space import maps

AREA = "Reading"
RESTS_ON = (READS,)
DRAIN = "map 0 800;touch 0 {first};touch 0 {second}"
IDLE = "map 0 64;touch 0 {pages}"
TAKEN = (
    "Some records never reach the reader, or come out of order. Look at what happens to the read "
    "position when one call takes several records."
)


@number("3.1")
@weight(0.5)
@rule("R1")
@rests_on(EXISTS)
@observe("read_untraced", stopped=0, size=65536)
def test_never_traced(seen: Observation) -> None:
    """Reading the file of a process that was never traced fails with ESRCH."""
    did = "a reader read the file of a living process that was never traced"
    expect_answer(did, last_read(seen, did, "ESRCH"), "ESRCH")


@number("3.2")
@weight(0.5)
@rule("R1")
@rests_on("file/stop_answers", "reading/never_traced")
@observe("read_untraced", stopped=1, size=65536)
def test_stopped(seen: Observation) -> None:
    """Reading after tracing was stopped fails with ESRCH."""
    did = "a reader read the file of a living process whose trace was stopped"
    expect_answer(did, last_read(seen, did, "ESRCH"), "ESRCH")


@number("3.19")
@weight(0.5)
@rule("R1")
@observe("read_untraced", stopped=0, size=1)
def test_small_buffer_and_no_trace(seen: Observation) -> None:
    """Reading without a trace fails with ESRCH, however small the buffer is."""
    did = "a reader read 1 byte from the file of a living process that was never traced"
    expect_answer(
        did,
        last_read(seen, did, "ESRCH"),
        "ESRCH",
        hint="Look at what there is to read before you look at how much fits.",
    )


@number("3.3")
@weight(1)
@rule("R2")
@rests_on(STARTS)
@needs("pgfaultmap")
@observe(
    "drain",
    unread=1,
    steps=DRAIN,
    buffer=65536,
    first=Sample(300, of=800),
    second=Sample(9, of=800),
)
def test_records_leave_the_trace(seen: Observation) -> None:
    """Each record is read once, in order, and none is left out."""
    did = "a process touched pages, a reader read its trace, and it touched more pages"
    events = events_of(seen)
    expect_no_loss(did, events)
    space_of(did, events)
    touched = dict.fromkeys(seen.numbers("first") + seen.numbers("second"))
    expect_pages(did, pages_in(events, area(seen)), list(touched), events=events, missing=TAKEN)


@number("3.4")
@weight(0.5)
@rule("R2")
@observe(
    "drain",
    unread=1,
    steps=DRAIN,
    buffer=65536,
    first=Sample(300, of=800),
    second=Sample(9, of=800),
)
def test_many_records_in_a_call(seen: Observation) -> None:
    """A read into a large buffer takes many records at once."""
    calls = seen.one("drained").number("reads")
    expect_that(
        "a reader with a buffer of 64 KiB read a trace of more than 300 records",
        calls <= 40,
        expected="the reader needs at most 40 calls",
        observed=f"the reader needs {counted(calls, 'call')}",
        hint="Copy records as long as the next one fits what is left of the buffer.",
    )


@number("3.5")
@weight(1)
@rule("R2")
@needs("pgfaultmap")
@observe(
    "drain",
    unread=1,
    steps=DRAIN,
    buffer=Integer(257, 399),
    first=Sample(200, of=800),
    second=Sample(9, of=800),
)
def test_records_are_whole(seen: Observation) -> None:
    """With small and odd buffers every call still ends between two records."""
    size = seen.number("buffer")
    events = events_of(seen)
    whole = [str(event) for event in events]
    touched = dict.fromkeys(seen.numbers("first") + seen.numbers("second"))
    expect_pages(
        f"a reader with a buffer of {size} bytes read a trace of more than 200 records",
        pages_in(events, area(seen)),
        list(touched),
        events=events,
        missing=TAKEN,
    )
    labels = [name.removesuffix(".out") for name in seen.files if name.endswith(".out")]
    for label in labels:
        if not label.startswith("events."):
            continue
        part = [str(event) for event in events_of(seen, label, part=True)]
        same = next((i for i, one in enumerate(part) if whole[i : i + 1] != [one]), len(part))
        expect_that(
            f"pgfaultmap --events read what the first calls of {size} bytes returned",
            same == len(part),
            expected=f"the first {counted(len(part), 'event')} of the trace",
            observed=f"the first {counted(same, 'event')} of the trace, then others",
            hint="A record that does not fit stays for the next call, whole.",
        )


@number("3.6")
@weight(1)
@rule("R2")
@needs("pgfaultmap")
@observe("short_buffer", steps=IDLE, sizes="1,2,3,5,7,1,10", pages=Sample(20, of=64))
def test_short_buffer(seen: Observation) -> None:
    """A read into a buffer too small for the next record fails with EINVAL and loses nothing."""
    did = "a reader read with small buffers while records waited"
    for call in at_least_one(seen.all("short_read"), did, "read that returned"):
        if call.number("ret") <= 0 or call.number("size") == 1:
            expect_answer(
                f"a reader read {counted(call.number('size'), 'byte')} while records waited",
                call,
                "EINVAL",
            )
    did = "a process touched pages, a reader read with small buffers, then with a large one"
    events = events_of(seen)
    traced = space_of(did, events).extents()
    stays = "A read that fails with EINVAL takes no record out of the trace."
    expect_pages(
        did,
        pages_in(events, area(seen)),
        seen.numbers("pages"),
        events=events,
        missing=stays,
    )
    of_trace = f"{did}; the regions in the trace {AS_IN_MAPS}"
    expect_regions(of_trace, traced, maps(seen.text("maps")), hint=stays)


@number("3.20")
@weight(0.5)
@rule("R2")
@rests_on("reading/short_buffer")
@observe("short_buffer", steps=IDLE, sizes="1,2,3,5,7,1,10", pages=Sample(20, of=64))
def test_exact_fit(seen: Observation) -> None:
    """A record fits a buffer of exactly its size."""
    did = "a reader read with buffers that grew byte by byte while records waited"
    last = at_least_one(seen.all("growing_read"), did, "read that returned")[-1]
    size, room = last.number("ret"), last.number("size")
    expect_that(
        did,
        size > 0,
        expected=f"the read returns a record when the buffer has {room} bytes, if not before",
        observed=answers.observed(READ, last.answer),
        hint=hints.for_read(last.answer, ()),
    )
    expect_that(
        did,
        room == size,
        expected=f"a record of {size} bytes fits a buffer of {size} bytes",
        observed=f"a record of {size} bytes fits a buffer of {room} bytes, but no smaller one",
        hint="A record fits if its size is at most what is left of the buffer.",
    )


@number("3.7")
@weight(1)
@rule("R3")
@rests_on(READS)
@observe("blocked_read", steps=IDLE, pages=Sample(5, of=64), by="fault", seconds=SECONDS)
def test_empty_trace_blocks(seen: Observation) -> None:
    """A read from an empty trace sleeps while the process lives."""
    expect_asleep(seen)


@number("3.8")
@weight(0.5)
@rule("R3")
@rests_on(SLEEPS)
@observe("blocked_read", steps=IDLE, pages=Sample(5, of=64), by="fault", seconds=SECONDS)
def test_sleeping_costs_nothing(seen: Observation) -> None:
    """A sleeping reader is not scheduled until something happens."""
    expect_asleep(seen)
    before, after = seen.one("idle"), seen.one("still_idle")
    did = f"{EMPTY}, and {SECONDS} s passed"
    switches = after.number("switches") - before.number("switches")
    expect_that(
        did,
        switches <= 2,
        expected="the reader is scheduled 0 times",
        observed=f"the reader is scheduled {switches} times",
        hint=hints.SPINNING,
    )
    used = after.real("cpu") - before.real("cpu")
    expect_that(
        did,
        used < 0.05,
        expected="the reader uses 0.00 s of processor time",
        observed=f"the reader uses {used:.2f} s of processor time",
        hint=hints.SPINNING,
    )


@number("3.9")
@weight(1)
@rule("R3")
@rests_on(SLEEPS)
@needs("pgfaultmap")
@observe("blocked_read", steps=IDLE, pages=Sample(5, of=64), by="fault", seconds=SECONDS)
def test_wakes_on_a_record(seen: Observation) -> None:
    """A sleeping reader gets a new record at once."""
    expect_asleep(seen)
    did = "the traced process touched pages while a reader slept"
    expect_woken(seen, did, "the record")
    events = events_of(seen)
    expect_pages(did, pages_in(events, area(seen)), seen.numbers("pages"), events=events)


@number("3.10")
@weight(1)
@rule("R3")
@rests_on(SLEEPS)
@observe("blocked_read", steps="map 0 64", by="stop", seconds=SECONDS)
def test_wakes_on_stop(seen: Observation) -> None:
    """A sleeping reader wakes with ESRCH when tracing is stopped."""
    expect_asleep(seen)
    did = "the trace was stopped while a reader slept"
    expect_answer(
        did,
        last_read(seen, did, "ESRCH"),
        "ESRCH",
        hint="Stopping has woken the reader: it must then see that the process is not traced.",
    )
    expect_woken(seen, did, "ESRCH")


@number("3.11")
@weight(1)
@rule("R3")
@rests_on(SLEEPS)
@observe("blocked_read", steps="map 0 64", by="exit", seconds=SECONDS)
def test_wakes_on_exit(seen: Observation) -> None:
    """A sleeping reader gets end of file when the process exits."""
    expect_asleep(seen)
    did = "the traced process exited while a reader slept"
    expect_answer(did, last_read(seen, did, "0"), "0", hint=hints.NOT_WOKEN_AT_EXIT)
    expect_woken(seen, did, "end of file")


@number("3.18")
@weight(0.5)
@rule("R2")
@needs("pgfaultmap")
@observe("drain", unread=1, steps=DRAIN, buffer=16 << 20, first=Sample(40, of=799), second="799")
def test_huge_buffer(seen: Observation) -> None:
    """A read into a buffer of 16 MiB takes the records."""
    events = events_of(seen)
    expect_pages(
        "a process touched pages, and a reader with a buffer of 16 MiB read its trace",
        pages_in(events, area(seen)),
        [*seen.numbers("first"), 799],
        events=events,
        missing="Allocate no copy of the caller's buffer: its size is the caller's choice.",
    )

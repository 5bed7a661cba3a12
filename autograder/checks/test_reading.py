# SPDX-License-Identifier: MIT
"""What a read of the file answers, and when."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Integer, Integers, Sample
from autograder.checks.expect import expect, expect_answer, expect_state, expect_that
from autograder.checks.readers import SECONDS, expect_asleep, expect_woken, last_read
from autograder.checks.rubric import clause, hint, needs, observe
from autograder.checks.traces import (
    area,
    events_of,
    expect_no_loss,
    expect_pages,
    pages_in,
    space_of,
)
from autograder.guest.observation import Observation
from autograder.trace.address_space import maps

AREA = "Reading"
DRAIN = "map 0 800;touch 0 {first};touch 0 {second}"
IDLE = "map 0 64;touch 0 {pages}"


@number("3.1")
@weight(0.5)
@clause("2, read: alive, not traced (never started, or stopped): ESRCH")
@observe("read_untraced", stopped=0, size=65536)
def test_never_traced(seen: Observation) -> None:
    """Reading the file of a process that was never traced answers ESRCH."""
    did = "read from the file of a living process that was never traced"
    expect_answer(did, last_read(seen, did, "ESRCH"), "ESRCH")


@number("3.2")
@weight(0.5)
@clause("2, read: alive, not traced (never started, or stopped): ESRCH")
@observe("read_untraced", stopped=1, size=65536)
def test_stopped(seen: Observation) -> None:
    """Reading after tracing was stopped answers ESRCH."""
    did = "read from the file of a living process whose trace was stopped"
    expect_answer(did, last_read(seen, did, "ESRCH"), "ESRCH")


@number("3.19")
@weight(0.5)
@clause("2, read: alive, not traced: ESRCH; EINVAL is for a record that waits and does not fit")
@hint("Look at what there is to read before you look at how much fits.")
@observe("read_untraced", stopped=0, size=1)
def test_small_buffer_and_no_trace(seen: Observation) -> None:
    """Reading where there is no trace answers ESRCH, however small the buffer."""
    did = "read of 1 byte from the file of a living process that was never traced"
    expect_answer(did, last_read(seen, did, "ESRCH"), "ESRCH")


@number("3.3")
@weight(1)
@clause("2, read: as many whole records as fit the caller's buffer; they leave the trace")
@hint("Look at what happens to the read position when a call takes several records.")
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
    events = events_of(seen)
    expect_no_loss("reading a trace far smaller than the buffer's least size", events)
    space_of("the trace that was read", events)
    touched = dict.fromkeys(seen.numbers("first") + seen.numbers("second"))
    expect_pages(
        "the pages touched before and after the first read",
        pages_in(events, area(seen)),
        list(touched),
    )


@number("3.4")
@weight(0.5)
@clause("2, read: one record a call into a large buffer is not (fine)")
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
        "reading 300 records and more with a buffer of 64 KiB",
        calls <= 40,
        expected="at most 40 calls",
        observed=f"{calls} calls",
    )


@number("3.5")
@weight(1)
@clause("2, read: whole records")
@hint("A record that does not fit any more stays for the next call, whole.")
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
    whole = [str(event) for event in events_of(seen)]
    touched = dict.fromkeys(seen.numbers("first") + seen.numbers("second"))
    expect_pages(
        "the pages touched, read with a small buffer",
        pages_in(events_of(seen), area(seen)),
        list(touched),
    )
    for label in [name for name in seen.files if name.endswith(".out") and name[:7] == "events."]:
        if label == "events.out":
            continue
        part = [str(event) for event in events_of(seen, label.removesuffix(".out"))]
        expect_that(
            "what the first calls read, taken as a trace",
            whole[: len(part)] == part,
            expected="the first events of the whole",
            observed=f"{len(part)} other events",
        )


@number("3.6")
@weight(1)
@clause("2, read: next record larger than the caller's buffer: EINVAL; the record stays")
@hint("Compare the record's size with the buffer's before anything is copied.")
@needs("pgfaultmap")
@observe("short_buffer", steps=IDLE, sizes="1,2,3,5,7,1,10", pages=Sample(20, of=64))
def test_short_buffer(seen: Observation) -> None:
    """A buffer too small for the next record answers EINVAL and loses nothing."""
    for call in seen.all("short_read"):
        did = f"read of {call.text('size')} bytes while records wait"
        if call.number("ret") <= 0 or call.number("size") == 1:
            expect_answer(did, call, "EINVAL")
    events = events_of(seen)
    space_of("the trace that was read", events)
    expect_pages(
        "the pages touched before the refused calls",
        pages_in(events, area(seen)),
        seen.numbers("pages"),
    )
    expect(
        "the regions in the trace that was read",
        [str(region) for region in space_of("the trace that was read", events).extents()],
        [str(region) for region in maps(seen.text("maps"))],
    )


@number("3.20")
@weight(0.5)
@clause("2, read: as many whole records as fit the caller's buffer")
@hint("A record fits where its size is at most what is left of the buffer.")
@observe("short_buffer", steps=IDLE, sizes="1,2,3,5,7,1,10", pages=Sample(20, of=64))
def test_exact_fit(seen: Observation) -> None:
    """A record fits a buffer of just its size."""
    *_, last = seen.all("growing_read")
    size = last.number("ret")
    expect_that(
        "reads with buffers that grow byte by byte",
        size > 0,
        expected=f"a record, at {last.text('size')} bytes at the latest",
        observed=last.answer,
    )
    expect_that(
        f"read of {size} bytes while a record of {size} bytes waits",
        last.number("size") == size,
        expected="the record",
        observed=f"EINVAL; it fits {last.text('size')} bytes only",
    )


@number("3.7")
@weight(1)
@clause("2, read: traced, no records, alive: the reader sleeps")
@hint("Return 0 only when the process has exited; otherwise wait.")
@observe("blocked_read", steps=IDLE, pages=Sample(5, of=64), by="fault", seconds=SECONDS)
def test_empty_trace_blocks(seen: Observation) -> None:
    """A read from an empty trace sleeps while the process lives."""
    expect_asleep(seen)


@number("3.8")
@weight(1)
@clause("2, read: ... and uses no processor time while it does")
@hint("wait_event_interruptible() sleeps until it is woken; a loop that looks again does not.")
@observe("blocked_read", steps=IDLE, pages=Sample(5, of=64), by="fault", seconds=SECONDS)
def test_sleeping_costs_nothing(seen: Observation) -> None:
    """A sleeping reader is not scheduled until something happens."""
    expect_asleep(seen)
    before, after = seen.one("idle"), seen.one("still_idle")
    switches = after.number("switches") - before.number("switches")
    expect_that(
        f"{SECONDS} s asleep: context switches of the reader",
        switches <= 2,
        expected="none",
        observed=switches,
    )
    used = after.real("cpu") - before.real("cpu")
    expect_that(
        f"{SECONDS} s asleep: processor time of the reader",
        used < 0.05,
        expected="none",
        observed=f"{used:.2f} s",
    )


@number("3.9")
@weight(1)
@clause("2, read: sleeps until one of these changes: a record")
@hint("Wake the wait queue after a record was stored.")
@needs("pgfaultmap")
@observe("blocked_read", steps=IDLE, pages=Sample(5, of=64), by="fault", seconds=SECONDS)
def test_wakes_on_a_record(seen: Observation) -> None:
    """A sleeping reader gets a new record at once."""
    expect_asleep(seen)
    did = "a fault of the traced process while a reader sleeps"
    expect_woken(seen, did, "the reader gets the record at once")
    expect_pages(did, pages_in(events_of(seen), area(seen)), seen.numbers("pages"))


@number("3.10")
@weight(1)
@clause("2, read: a reader sleeps and tracing is stopped: the reader wakes with ESRCH")
@hint("Stopping has to wake the wait queue too, and the woken reader to look why.")
@observe("blocked_read", steps="map 0 64", by="stop", seconds=SECONDS)
def test_wakes_on_stop(seen: Observation) -> None:
    """A sleeping reader wakes with ESRCH when tracing is stopped."""
    expect_asleep(seen)
    did = "stopping the trace while a reader sleeps"
    expect_answer(did, last_read(seen, did, "ESRCH"), "ESRCH")
    expect_woken(seen, did, "ESRCH at once")


@number("3.11")
@weight(1)
@clause("2, read: sleeps until one of these changes: the process exits; then end of file")
@hint("The exit path has to wake the wait queue.")
@observe("blocked_read", steps="map 0 64", by="exit", seconds=SECONDS)
def test_wakes_on_exit(seen: Observation) -> None:
    """A sleeping reader gets end of file when the process exits."""
    expect_asleep(seen)
    did = "exit of the traced process while a reader sleeps"
    expect_answer(did, last_read(seen, did, "0: end of file"), "0")
    expect_woken(seen, did, "end of file at once")


TURNS = ";".join(["map 0 600"] + [f"touchrange 0 {start} 60" for start in range(0, 360, 60)])


@number("3.12")
@weight(0.5)
@clause("2: two or more readers at once; 0 is never returned while the process lives")
@hint("A reader that was woken may find that another was faster: look again, in a loop.")
@observe("two_readers", times=6, by="exit", steps=TURNS)
def test_two_readers(seen: Observation) -> None:
    """Two readers of one trace do no harm, and both see its end."""
    for reader in ("first", "second"):
        did = f"the {reader} of two readers, after the process exited"
        last = last_read(seen, did, "0: end of file", reader)
        expect_answer(did, last, "0")
        expect_that(
            f"the {reader} of two readers, of which one gets the records",
            last.real("until") >= seen.one("ending").real("now"),
            expected="0 when the process has exited",
            observed="0 while it lives",
        )


@number("3.21")
@weight(0.5)
@clause("2, read: a reader sleeps and tracing is stopped: the reader wakes with ESRCH")
@hint("Whoever waits exclusively is woken alone: the end of a trace concerns all who wait.")
@observe("two_readers", times=2, by="stop", steps=TURNS)
def test_stop_wakes_all_readers(seen: Observation) -> None:
    """Stopping the trace wakes every reader that sleeps."""
    expect_answer('write of "0" while two readers sleep', seen.one("stop"), "1")
    for reader in ("first", "second"):
        did = f"the {reader} of two readers that sleep while tracing is stopped"
        expect_answer(did, last_read(seen, did, "ESRCH", reader), "ESRCH")


@number("3.13")
@weight(0.5)
@clause("3: the traced process never waits for a reader (here it is the reader)")
@hint(
    "copy_to_user() may fault, and the fault is recorded: hold no lock then that recording takes."
)
@needs("pgfaultmap")
@observe("self_reader", rounds=Integers(12, 1, 110))
def test_reading_ones_own_trace(seen: Observation) -> None:
    """A process may read its own trace into memory that it has not touched."""
    for call in seen.all("read"):
        expect_that(
            "read of the own trace into untouched memory",
            call.number("ret") > 0,
            expected="records",
            observed=call.answer,
        )
    expect_answer("stopping the own trace", seen.one("stop"), "1")
    expect_pages(
        "the pages that it touched between its reads",
        pages_in(events_of(seen), area(seen)),
        list(range(sum(seen.numbers("rounds")))),
    )


@number("3.14")
@weight(0.5)
@clause("2, not graded beyond 'no crash, no hang': EFAULT")
@observe("bad_buffer")
def test_bad_buffer(seen: Observation) -> None:
    """A read into memory that cannot be written answers EFAULT and does no harm."""
    expect_answer("read into unmapped memory", seen.one("nowhere"), "EFAULT")
    expect_answer("read into read-only memory", seen.one("readonly"), "EFAULT")


SLOW = "map 0 900;touch 0 {first};touchrange 0 500 {second}"


@number("3.15")
@weight(1)
@clause("3: the traced process never waits for a reader")
@hint("A reader may be in copy_to_user() for long: hold no lock there that a fault needs.")
@needs("pgfaultmap")
@observe(
    "slow_reader", meanwhile="step", steps=SLOW, first=Sample(150, of=400), second=Integer(200, 300)
)
def test_slow_reader(seen: Observation) -> None:
    """While a reader's copy takes its time the traced process goes on, and nothing is lost."""
    expect_that(
        "a step of the traced process while a reader's copy to user memory sleeps",
        seen.one("meanwhile").text("answered") == "1",
        expected="the step is taken",
        observed="the traced process waits",
    )
    expect_that(
        "the slow read",
        seen.one("copied").number("ret") > 0,
        expected="records",
        observed=seen.one("copied").answer,
    )
    second = seen.number("second")
    expect_pages(
        "the pages touched before and during the slow read",
        pages_in(events_of(seen), area(seen)),
        [*seen.numbers("first"), *range(500, 500 + second)],
    )


@number("3.16")
@weight(0.5)
@clause("2: has exited or has been reaped; 3: freed at the latest when the last one is closed")
@hint("The reader in copy_to_user() still uses the trace: it needs a reference of its own.")
@observe(
    "slow_reader", meanwhile="exit", steps="map 0 900;touch 0 {first}", first=Sample(150, of=400)
)
def test_slow_reader_and_exit(seen: Observation) -> None:
    """A process that exits and is reaped while a reader's copy sleeps does no harm."""
    expect_state("the traced process", seen.one("meanwhile"), "Z")
    expect_that(
        "the reader, after its process was reaped",
        seen.one("copied").text("state") in "Z-",
        expected="end of file",
        observed="the reader sleeps on",
    )


@number("3.17")
@weight(0.5)
@clause("2, write 0: tracing stops and unread records are discarded")
@hint("Stopping may free what a reader is just copying from.")
@observe("slow_reader", meanwhile="stop", steps=SLOW, first=Sample(150, of=400), second=20)
def test_slow_reader_and_stop(seen: Observation) -> None:
    """Stopping the trace while a reader's copy sleeps does no harm; it may wait for the reader."""
    did = "stopping the trace while a reader's copy sleeps"
    expect_that(
        did,
        seen.one("stopper").text("state") in "Z-",
        expected="it stops once the copy is done, if not before",
        observed="whoever stops it waits for ever",
    )
    expect_answer(did, seen.one("stop"), "1")
    expect_that(
        "the reader, after the trace was stopped",
        seen.one("copied").text("state") in "Z-",
        expected="ESRCH",
        observed="the reader sleeps on",
    )


@number("3.18")
@weight(0.5)
@clause("2, read: as many whole records as fit the caller's buffer")
@hint("Allocate no copy of the caller's buffer: its size is the caller's choice.")
@needs("pgfaultmap")
@observe("drain", unread=1, steps=DRAIN, buffer=16 << 20, first=Sample(40, of=799), second="799")
def test_huge_buffer(seen: Observation) -> None:
    """A read into a buffer of 16 MiB takes the records."""
    expect_pages(
        "the pages touched, read with a buffer of 16 MiB",
        pages_in(events_of(seen), area(seen)),
        [*seen.numbers("first"), 799],
    )

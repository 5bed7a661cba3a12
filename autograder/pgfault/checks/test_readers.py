# SPDX-License-Identifier: MIT
"""Readers beside each other, slow ones, and the traced process itself as its reader."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge import answers
from autograder.judge.answers import READ, WRITE
from autograder.judge.draw import Integer, Integers, Sample
from autograder.judge.expect import at_least_one, expect_state, expect_that, made
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.foundations import ENDS, READS, WAKES
from autograder.pgfault.checks.readers import last_read
from autograder.pgfault.checks.traces import area, events_of, expect_pages, pages_in

AREA = "Reading"
GROUP = "reading"
RESTS_ON = (READS,)
WAKE_ALL = "Wake all who wait at the end of a trace: a wakeup may reach one exclusive waiter only."
TURNS = ";".join(["map 0 600"] + [f"touchrange 0 {start} 60" for start in range(0, 360, 60)])


@number("3.12")
@weight(0.5)
@rule("R4")
@rests_on(WAKES, ENDS)
@observe("two_readers", times=6, by="exit", steps=TURNS)
def test_two_readers(seen: Observation) -> None:
    """Two readers of one trace do no harm, and both see its end."""
    for reader in ("first", "second"):
        did = f"two readers read one trace until its process exited; the {reader} of them"
        last = last_read(seen, did, "0", reader=reader)
        expect_answer(did, last, "0")
        expect_that(
            did,
            last.real("until") >= seen.one("ending").real("now"),
            expected="the read returns 0 after the process has exited",
            observed="the read returned 0 before the process has exited",
            hint="A reader that wakes up may find that another one was faster: look again, in a "
            "loop.",
        )


@number("3.21")
@weight(0.5)
@rule("R4")
@rests_on(WAKES, "reading/wakes_on_stop")
@observe("two_readers", times=2, by="stop", steps=TURNS)
def test_stop_wakes_all_readers(seen: Observation) -> None:
    """Stopping the trace wakes every reader that sleeps."""
    did = "the trace was stopped while two readers slept"
    expect_answer(did, seen.one("stop"), "1", of=WRITE)
    for reader in ("first", "second"):
        which = f"{did}; the {reader} of them"
        expect_answer(which, last_read(seen, which, "ESRCH", reader=reader), "ESRCH", hint=WAKE_ALL)


COPY_FAULTS = (
    "copy_to_user() may fault, and that fault is recorded too: hold no lock there that recording "
    "takes."
)


@number("3.13")
@weight(0.5)
@rule("R5")
@needs("pgfaultmap")
@observe("self_reader", rounds=Integers(12, 1, 110))
def test_reading_ones_own_trace(seen: Observation) -> None:
    """A process may read its own trace into memory that it has not touched yet."""
    did = "a process read its own trace into memory that it had not touched"
    calls = [call for call in seen.all("read") if not call.text("reader")]
    for call in at_least_one(calls, did, "read that returned"):
        expect_that(
            did,
            call.number("ret") > 0,
            expected="the read returns records",
            observed=answers.observed(READ, call.answer),
            hint=hints.for_read(call.answer, ()),
        )
    did = "a process stopped its own trace"
    expect_answer(did, seen.one("stop"), "1", of=WRITE)
    events = events_of(seen)
    expect_pages(
        "a process touched pages between reads of its own trace",
        pages_in(events, area(seen)),
        list(range(sum(seen.numbers("rounds")))),
        events=events,
        missing=COPY_FAULTS,
    )


@number("3.14")
@weight(0.5)
@rule("R5")
@observe("bad_buffer")
def test_bad_buffer(seen: Observation) -> None:
    """A read into memory that cannot be written fails with EFAULT and does no harm."""
    for name, memory in (("nowhere", "unmapped"), ("readonly", "read-only")):
        expect_answer(f"a process read into {memory} memory", seen.one(name), "EFAULT")


SLOW = "map 0 900;touch 0 {first};touchrange 0 500 {second}"


@number("3.15")
@weight(0.5)
@rule("B3")
@needs("pgfaultmap")
@observe(
    "slow_reader", meanwhile="step", steps=SLOW, first=Sample(150, of=400), second=Integer(200, 300)
)
def test_slow_reader(seen: Observation) -> None:
    """While a reader's copy takes its time, the traced process goes on and nothing is lost."""
    did = "the traced process touched pages while a reader's copy to its memory took long"
    expect_that(
        did,
        seen.one("meanwhile").text("answered") == "1",
        expected="the traced process goes on",
        observed="the traced process waits for the reader",
        hint=hints.TARGET_WAITS,
    )
    copied = seen.one("copied")
    expect_that(
        "a reader read into memory that takes long to be there",
        copied.number("ret") > 0,
        expected="the read returns records",
        observed=answers.observed(READ, copied.answer)
        if copied.number("reads")
        else "the read does not return",
        hint=hints.for_read(copied.answer, ()) if copied.number("reads") else hints.SLEEPS_ON,
    )
    second = seen.number("second")
    events = events_of(seen)
    expect_pages(
        did,
        pages_in(events, area(seen)),
        [*seen.numbers("first"), *range(500, 500 + second)],
        events=events,
        missing="What is recorded while a reader copies must neither be dropped nor overwrite what "
        "it copies.",
    )


@number("3.16")
@weight(0.5)
@rule("B2")
@observe(
    "slow_reader", meanwhile="exit", steps="map 0 900;touch 0 {first}", first=Sample(150, of=400)
)
def test_slow_reader_and_exit(seen: Observation) -> None:
    """A process that exits and is reaped while a reader's copy sleeps does no harm."""
    did = "the traced process exited and was reaped while a reader's copy took long"
    expect_state(did, seen.one("meanwhile"), "Z", "the traced process")
    expect_that(
        did,
        seen.one("copied").text("state") in "Z-",
        expected="the reader ends, after end of file",
        observed="the reader sleeps on",
        hint="The reader in copy_to_user() still uses the trace: it needs a reference of its own.",
    )


@number("3.17")
@weight(0.5)
@rule("B4")
@observe("slow_reader", meanwhile="stop", steps=SLOW, first=Sample(150, of=400), second=20)
def test_slow_reader_and_stop(seen: Observation) -> None:
    """A trace can be stopped, at once or a little later, while a reader's copy takes long."""
    did = "the check stopped the trace while a reader's copy took long"
    expect_that(
        did,
        seen.one("stopper").text("state") in "Z-",
        expected="the write returns when the copy is done, if not before",
        observed="the write does not return, although the copy is done",
        hint="Stopping may wait for a reader that copies, but not longer.",
    )
    expect_answer(did, made(seen, "stop", did, WRITE), "1", of=WRITE)
    expect_that(
        did,
        seen.one("copied").text("state") in "Z-",
        expected="the reader ends, after ESRCH",
        observed="the reader sleeps on",
        hint=hints.SLEEPS_ON,
    )

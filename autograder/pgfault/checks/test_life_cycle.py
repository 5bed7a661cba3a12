# SPDX-License-Identifier: MIT
"""Exit, zombies and signals."""

import signal

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge import answers
from autograder.judge.answers import READ
from autograder.judge.draw import Sample
from autograder.judge.expect import expect_state, expect_that
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.foundations import READS, SLEEPS, WAKES
from autograder.pgfault.checks.readers import EMPTY, expect_end_of_file, last_read, reads
from autograder.pgfault.checks.touches import expect_drawn
from autograder.pgfault.checks.traces import area, events_of, expect_pages, pages_in

AREA = "Life cycle"
RESTS_ON = (READS,)
STEPS = "map 0 64;touch 0 {pages}"
PAGES = Sample(12, of=64)
TARGET = "the traced process"
KEPT = "The trace belongs to the process until it is reaped, not until it exits."


@number("4.1")
@weight(1)
@rule("R7")
@needs("pgfaultmap")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=0, reaped=0, kill=0)
def test_zombie_with_records(seen: Observation) -> None:
    """The records of a zombie can be read; then comes end of file."""
    did = "a traced process exited, and a reader read its trace before it was reaped"
    expect_end_of_file(seen, did, hint=hints.NO_END)
    expect_drawn(seen, did, KEPT)


@number("4.2")
@weight(0.5)
@rule("R1")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=1, reaped=0, kill=0)
def test_zombie_drained(seen: Observation) -> None:
    """A zombie whose records were read returns end of file, again and again."""
    did = "a traced process exited while a reader waited for its records"
    expect_end_of_file(seen, did, "early")
    expect_end_of_file(seen, "another reader read the file of that zombie")


@number("4.3")
@weight(0.5)
@rule("R1")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=1, reaped=1, kill=0)
def test_reaped_drained(seen: Observation) -> None:
    """After the process was reaped, an open descriptor returns end of file."""
    did = "the process was reaped, and a reader read from a descriptor opened before"
    outlives = "An open file outlives the process: what the file uses must too."
    expect_end_of_file(seen, did, hint=outlives)


@number("4.4")
@weight(0.5)
@rule("R1")
@needs("pgfaultmap")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=0, reaped=1, kill=0)
def test_reaped_undrained(seen: Observation) -> None:
    """Unread records of a reaped process: a reader gets them or nothing, then end of file."""
    did = "the process was reaped with unread records, and a reader read from an open descriptor"
    expect_end_of_file(seen, did)
    if seen.one("late").number("bytes"):
        expect_drawn(seen, did)


@number("4.5")
@weight(0.5)
@rule("R1")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="no", drained=0, reaped=0, kill=0)
def test_never_traced_zombie(seen: Observation) -> None:
    """Reading a zombie that was never traced returns end of file or fails with ESRCH."""
    did = "a reader read the file of a zombie that was never traced"
    last = last_read(seen, did, "0", "ESRCH", reader="late")
    expect_answer(did, last, "0", "ESRCH")


@number("4.6")
@weight(0.5)
@rule("R1")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="stopped", drained=0, reaped=1, kill=0)
def test_stopped_and_reaped(seen: Observation) -> None:
    """Reading a reaped process whose trace was stopped returns end of file or fails with ESRCH."""
    did = "the trace was stopped, the process was reaped, and a reader read from an open descriptor"
    last = last_read(seen, did, "0", "ESRCH", reader="late")
    expect_answer(did, last, "0", "ESRCH")


@number("4.7")
@weight(0.5)
@rule("R1")
@needs("pgfaultmap")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=0, reaped=0, kill=9)
def test_killed_process(seen: Observation) -> None:
    """A traced process that is killed leaves its records and end of file."""
    did = "a traced process was killed by SIGKILL, and a reader read its trace"
    every = "Every exit must pass your hook, those by a signal too: put it into do_exit()'s way."
    expect_end_of_file(seen, did, hint=every)
    expect_drawn(seen, did, KEPT)


@number("4.8")
@weight(0.5)
@rule("R1")
@observe(
    "after_exit", steps=STEPS + ";crash", pages=PAGES, trace="yes", drained=1, reaped=0, kill=0
)
def test_crashed_process(seen: Observation) -> None:
    """A traced process that crashes gives its readers end of file."""
    did = "a traced process crashed by a segmentation fault while a reader waited"
    expect_state(did, seen.one("ended"), "Z", TARGET)
    expect_end_of_file(seen, did, "early")


def _reader_is_killed(seen: Observation, did: str) -> None:
    expect_state(EMPTY, seen.one("asleep"), "S")
    killed = seen.one("killed")
    name = signal.Signals(int(seen.params["signal"])).name
    expect_that(
        did,
        killed.number("reaped") == 1,
        expected="the reader dies at once",
        observed="the reader sleeps on",
        hint="Wait interruptibly, for records and for your own locks, and return when a signal is "
        "pending.",
    )
    expect_that(
        did,
        killed.text("signal") == seen.params["signal"],
        expected=f"the reader dies by {name}",
        observed=f"the reader dies by signal {killed.text('signal')}"
        if killed.number("signal")
        else "the reader exits by itself",
    )


@number("4.9")
@weight(0.5)
@rule("R3")
@rests_on(SLEEPS)
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=9, others=0)
def test_reader_dies_of_sigkill(seen: Observation) -> None:
    """SIGKILL ends a sleeping reader."""
    _reader_is_killed(seen, "SIGKILL was sent to a sleeping reader")


@number("4.10")
@weight(0.5)
@rule("R3")
@rests_on(SLEEPS)
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=2, others=0)
def test_reader_dies_of_sigint(seen: Observation) -> None:
    """SIGINT ends a sleeping reader."""
    _reader_is_killed(seen, "SIGINT was sent to a sleeping reader")


@number("4.11")
@weight(0.5)
@rule("R3")
@rests_on(SLEEPS)
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=15, others=0)
def test_reader_dies_of_sigterm(seen: Observation) -> None:
    """SIGTERM ends a sleeping reader."""
    _reader_is_killed(seen, "SIGTERM was sent to a sleeping reader")


UNTOUCHED = "A reader that dies must leave the trace as it found it."


@number("4.12")
@weight(0.5)
@rule("R3")
@rests_on("life_cycle/reader_dies_of_sigkill", WAKES)
@needs("pgfaultmap")
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=9, others=0)
def test_new_reader_goes_on(seen: Observation) -> None:
    """After a reader was killed, the process goes on, and a new reader reads on."""
    did = "a sleeping reader was killed, and the process touched pages"
    expect_state(did, seen.one("target"), "S", TARGET)
    did = f"{did}, which a new reader read"
    calls = reads(seen, "second")
    expect_that(
        did,
        seen.one("second").number("done") == 0,
        expected="the read returns the records, and the next read sleeps",
        observed=answers.observed(READ, calls[-1].answer) if calls else "the read never returned",
        hint=UNTOUCHED,
    )
    expect_that(
        did,
        seen.one("second").number("bytes") > 0,
        expected="the new reader gets the records of these faults",
        observed="the new reader gets no record (0 bytes)",
        hint=UNTOUCHED,
    )
    expect_drawn(seen, did)


RESTARTS = (
    "Return -ERESTARTSYS if a signal interrupted the wait: the kernel restarts the read or makes "
    "EINTR of it, as the handler asked."
)


@number("4.13")
@weight(0.5)
@rule("R3")
@rests_on(SLEEPS)
@observe("interrupted_read", restart=0, steps=STEPS, pages=PAGES)
def test_handler_interrupts(seen: Observation) -> None:
    """A signal handler without SA_RESTART interrupts a sleeping read with EINTR."""
    did = "a sleeping reader got a signal, for which it has a handler without SA_RESTART"
    after = seen.one("after_fault")
    expect_that(
        did,
        seen.one("after_signal").text("state") in "Z-",
        expected="the read fails with EINTR",
        observed="the read sleeps on",
        hint=RESTARTS,
    )
    expect_answer(did, after, "EINTR", hint=RESTARTS)


@number("4.14")
@weight(0.5)
@rule("R3")
@rests_on(SLEEPS, WAKES)
@observe("interrupted_read", restart=1, steps=STEPS, pages=PAGES)
def test_handler_restarts(seen: Observation) -> None:
    """A signal handler with SA_RESTART lets the read go on."""
    did = "a sleeping reader got a signal, for which it has a handler with SA_RESTART"
    asleep, after = seen.one("after_signal"), seen.one("after_fault")
    expect_that(
        did,
        asleep.text("state") == "S",
        expected="the read sleeps on",
        observed=answers.observed(READ, after.answer),
        hint=RESTARTS,
    )
    expect_that(
        f"{did}, and the traced process touched pages",
        after.number("ret") > 0 and after.text("ended") == "1" and after.text("status") == "0",
        expected="the read returns the record",
        observed=answers.observed(READ, after.answer)
        if after.text("ended") == "1"
        else "the read sleeps on",
        hint=RESTARTS,
    )


@number("4.21")
@weight(0.5)
@rule("X1")
@needs("pgfaultmap")
@observe("threads", threads=3, pages=4, order="1,0,2")
def test_threads_are_harmless(seen: Observation) -> None:
    """A traced process with several threads runs, ends and is reaped."""
    did = "the threads of a traced process ended, one after the other"
    expect_state(did, seen.one("whole_process"), "Z", "the process")


@number("4.22")
@weight(0.5)
@rule("R3")
@rests_on("life_cycle/reader_dies_of_sigkill")
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=9, others=1)
def test_second_reader_dies_of_sigkill(seen: Observation) -> None:
    """SIGKILL ends the second of two sleeping readers."""
    _reader_is_killed(seen, "SIGKILL was sent to the second of two sleeping readers")


@number("4.25")
@weight(0.5)
@rule("R1")
@rests_on("life_cycle/reaped_drained")
@needs("pgfaultmap")
@observe(
    "number_again",
    steps="map 0 64;touch 0 {before};touch 0 {after}",
    before=Sample(5, of=30),
    after="40,50,45",
)
def test_number_used_again(seen: Observation) -> None:
    """The descriptor of a reaped process is not that of the next one with its number."""
    of_file = (
        "A number names one process after another: keep what the file stands for, not the number."
    )
    did = "a traced process was reaped, and a reader read from a descriptor opened before"
    expect_end_of_file(seen, did, "of_first")
    did = f"{did}, while another process had its number"
    expect_end_of_file(seen, did, "later", hint=of_file)
    events = events_of(seen)
    expect_pages(
        "the other process with the same number touched pages",
        pages_in(events, area(seen)),
        [*seen.numbers("before"), *seen.numbers("after")],
        events=events,
        missing=of_file,
    )


@number("4.27")
@weight(0.5)
@rule("B4")
@observe("odd_calls")
def test_odd_calls(seen: Observation) -> None:
    """No call harms the kernel: poll at any time, a start of a process that has exited."""
    did = (
        "the check called poll() on the file, wrote 1 to it when the process had exited, opened it "
        "when the process had been reaped, and traced another process"
    )
    expect_that(
        did,
        seen.one("reader").number("bytes") > 0,
        expected="the reader gets records",
        observed="the reader gets 0 bytes",
    )

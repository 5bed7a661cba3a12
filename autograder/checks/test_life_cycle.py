# SPDX-License-Identifier: MIT
"""Exit, zombies, signals, fork and execve."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Sample
from autograder.checks.expect import expect, expect_answer, expect_state, expect_that
from autograder.checks.readers import last_read, reads
from autograder.checks.rubric import clause, hint, needs, observe
from autograder.checks.traces import (
    area,
    events_of,
    expect_pages,
    expect_pages_around,
    initial_regions,
    pages_in,
    space_of,
)
from autograder.guest.observation import Observation
from autograder.trace.address_space import maps

AREA = "Life cycle"
STEPS = "map 0 64;touch 0 {pages}"
PAGES = Sample(12, of=64)
EOF_ = "0: end of file"


def expect_end_of_file(seen: Observation, did: str, reader: str = "late") -> None:
    """Raise Mismatch unless a reader's last call answered 0."""
    expect_answer(did, last_read(seen, did, EOF_, reader), "0")


@number("4.1")
@weight(1)
@clause("2, read: has exited (a zombie), records waiting: the records; then 0")
@hint("The trace belongs to the process until it is reaped, not until it exits.")
@needs("pgfaultmap")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=0, reaped=0, kill=0)
def test_zombie_with_records(seen: Observation) -> None:
    """The records of a zombie can be read, then comes end of file."""
    expect_end_of_file(seen, "reading the trace of a zombie to its end")
    expect_pages(
        "the pages touched before the exit",
        pages_in(events_of(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("4.2")
@weight(1)
@clause("2, read: has exited, nothing left: 0")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=1, reaped=0, kill=0)
def test_zombie_drained(seen: Observation) -> None:
    """A zombie whose records were read gives end of file, again and again."""
    expect_end_of_file(seen, "reading on when the process exits", "early")
    expect_end_of_file(seen, "reading once more from a drained zombie")


@number("4.3")
@weight(0.5)
@clause("2, read: has been reaped, nothing left: 0")
@hint("An open file outlives the process: what it uses must too.")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=1, reaped=1, kill=0)
def test_reaped_drained(seen: Observation) -> None:
    """After the process was reaped an open descriptor gives end of file."""
    expect_end_of_file(seen, "reading from a descriptor opened before the process was reaped")


@number("4.4")
@weight(0.5)
@clause("2, read: has been reaped, records never read: 0 at once, or those records first")
@needs("pgfaultmap")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=0, reaped=1, kill=0)
def test_reaped_undrained(seen: Observation) -> None:
    """Unread records of a reaped process: they or nothing, then end of file."""
    expect_end_of_file(seen, "reading from a descriptor opened before the process was reaped")
    if seen.one("late").number("bytes"):
        expect_pages(
            "the pages in the records left",
            pages_in(events_of(seen), area(seen)),
            seen.numbers("pages"),
        )


@number("4.5")
@weight(0.5)
@clause("2, read: was stopped, or never traced, and has exited: 0 or ESRCH")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="no", drained=0, reaped=0, kill=0)
def test_never_traced_zombie(seen: Observation) -> None:
    """A zombie that was never traced gives end of file or ESRCH."""
    did = "reading from a zombie that was never traced"
    expect_answer(did, last_read(seen, did, "0 or ESRCH", "late"), "0", "ESRCH")


@number("4.6")
@weight(0.5)
@clause("2, read: was stopped, or never traced, and has exited: 0 or ESRCH")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="stopped", drained=0, reaped=1, kill=0)
def test_stopped_and_reaped(seen: Observation) -> None:
    """A process whose trace was stopped, and that was reaped, gives end of file or ESRCH."""
    did = "reading from a reaped process whose trace was stopped"
    expect_answer(did, last_read(seen, did, "0 or ESRCH", "late"), "0", "ESRCH")


@number("4.7")
@weight(0.5)
@clause("2, read: was traced, has exited: the records, then 0 (here by SIGKILL)")
@hint("Put the hook where every exit passes, not into a system call.")
@needs("pgfaultmap")
@observe("after_exit", steps=STEPS, pages=PAGES, trace="yes", drained=0, reaped=0, kill=9)
def test_killed_process(seen: Observation) -> None:
    """A traced process that is killed leaves its records and end of file."""
    expect_end_of_file(seen, "reading the trace of a killed process to its end")
    expect_pages(
        "the pages touched before the kill",
        pages_in(events_of(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("4.8")
@weight(0.5)
@clause("2, read: was traced, has exited: 0 (here by a segmentation fault)")
@observe(
    "after_exit", steps=STEPS + ";crash", pages=PAGES, trace="yes", drained=1, reaped=0, kill=0
)
def test_crashed_process(seen: Observation) -> None:
    """A traced process that crashes gives its readers end of file."""
    expect_state("the state of the crashed process", seen.one("ended"), "Z")
    expect_end_of_file(seen, "reading on when the process crashes", "early")


def _reader_is_killed(seen: Observation, name: str) -> None:
    did = f"{name} to a sleeping reader"
    expect_state(f"{did}: state before", seen.one("asleep"), "S")
    killed = seen.one("killed")
    expect_that(
        did, killed.number("reaped") == 1, expected="it dies at once", observed="it sleeps on"
    )
    expect(did, f"signal {killed.number('signal')}", f"signal {seen.params['signal']}")


@number("4.9")
@weight(1)
@clause("2: a sleeping reader can be killed (SIGKILL): it dies at once")
@hint("An uninterruptible sleep cannot be killed.")
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=9, others=0)
def test_reader_dies_of_sigkill(seen: Observation) -> None:
    """SIGKILL ends a sleeping reader."""
    _reader_is_killed(seen, "SIGKILL")


@number("4.10")
@weight(0.5)
@clause("2: a sleeping reader can be killed (SIGINT)")
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=2, others=0)
def test_reader_dies_of_sigint(seen: Observation) -> None:
    """SIGINT ends a sleeping reader."""
    _reader_is_killed(seen, "SIGINT")


@number("4.11")
@weight(0.5)
@clause("2: a sleeping reader can be killed (SIGTERM)")
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=15, others=0)
def test_reader_dies_of_sigterm(seen: Observation) -> None:
    """SIGTERM ends a sleeping reader."""
    _reader_is_killed(seen, "SIGTERM")


@number("4.12")
@weight(0.5)
@clause("2: the traced process does not notice, and a new reader can go on reading")
@needs("pgfaultmap")
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=9, others=0)
def test_new_reader_goes_on(seen: Observation) -> None:
    """After a reader was killed the process goes on, and so does a new reader."""
    expect("the state of the traced process", seen.one("target").text("state"), "S")
    expect_that(
        "the next read, by a new reader",
        seen.one("second").number("done") == 0,
        expected="records, then sleep",
        observed=reads(seen, "second")[-1].answer if reads(seen, "second") else "nothing",
    )
    expect_pages(
        "the pages touched after the reader was killed",
        pages_in(events_of(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("4.13")
@weight(0.5)
@clause("2: a signal with a handler interrupts the read (EINTR), as sigaction asked")
@hint("Return -ERESTARTSYS where the wait was interrupted: the kernel makes EINTR of it.")
@observe("interrupted_read", restart=0, steps=STEPS, pages=PAGES)
def test_handler_interrupts(seen: Observation) -> None:
    """A signal handler without SA_RESTART interrupts a sleeping read with EINTR."""
    did = "a signal with a handler, without SA_RESTART, to a sleeping reader"
    after = seen.one("after_fault")
    expect_that(
        did,
        seen.one("after_signal").text("state") in "Z-",
        expected="EINTR at once",
        observed="the read goes on",
    )
    expect_answer(did, after, "EINTR")


@number("4.14")
@weight(0.5)
@clause("2: ... or restarts it, as sigaction asked")
@hint("Return -ERESTARTSYS, not -EINTR, where the wait was interrupted.")
@observe("interrupted_read", restart=1, steps=STEPS, pages=PAGES)
def test_handler_restarts(seen: Observation) -> None:
    """A signal handler with SA_RESTART lets the read go on."""
    did = "a signal with a handler, with SA_RESTART, to a sleeping reader"
    asleep, after = seen.one("after_signal"), seen.one("after_fault")
    expect_that(
        did,
        asleep.text("state") == "S",
        expected="the read goes on and sleeps",
        observed=f"read answered {after.answer}",
    )
    expect_that(
        "the restarted read, after a fault",
        after.number("ret") > 0 and after.text("ended") == "1" and after.text("status") == "0",
        expected="the record",
        observed=after.answer,
    )


@number("4.15")
@weight(1)
@clause("3: a child made by fork is not traced: its file answers ESRCH")
@hint("copy_process() copies the whole task_struct: the child starts with the parent's pointer.")
@observe("fork_child", steps="map 0 64;hold;drop;touch 0 {pages}", pages=PAGES)
def test_fork_child_is_not_traced(seen: Observation) -> None:
    """The file of a traced process's child answers ESRCH."""
    did = "read from the file of a child of the traced process"
    expect_answer(did, last_read(seen, did, "ESRCH", "child"), "ESRCH")


@number("4.16")
@weight(1)
@clause("3: its exit leaves the parent's trace alone")
@hint("Whoever frees the trace at exit must know whose trace it is.")
@needs("pgfaultmap")
@observe("fork_child", steps="map 0 64;hold;drop;touch 0 {pages}", pages=PAGES)
def test_fork_child_exit_is_harmless(seen: Observation) -> None:
    """A child that faults and exits does not disturb its parent's trace or reader."""
    expect_state("the parent's reader while the child lives", seen.one("parent_reader"), "S")
    events = events_of(seen)
    space_of("the parent's trace", events)
    expect_pages(
        "the pages that the parent touched after its child's exit",
        pages_in(events, area(seen)),
        seen.numbers("pages"),
    )


@number("4.17")
@weight(0.5)
@clause("2, read: the reader sleeps until one of these changes (a fork is none of them)")
@observe("blocked_read", steps="map 0 64;fork", by="fork", seconds=60)
def test_fork_while_a_reader_sleeps(seen: Observation) -> None:
    """A child that comes and goes gives its parent's reader no end of file."""
    after = seen.one("after")
    expect_state("the parent's reader after the child's exit", after, "S")
    expect_state("the parent", seen.one("target"), "S")


EXEC = "map 0 64;touch 0 {early};exec;map 1 64;touch 1 {after}"


@number("4.18")
@weight(1)
@clause("3: tracing goes on across execve")
@needs("pgfaultmap")
@observe("steps", before="", steps=EXEC, early=Sample(7, of=64), after=Sample(9, of=64))
def test_execve_goes_on(seen: Observation) -> None:
    """After execve the process is still traced, and what it did before is kept."""
    expect_pages_around(seen, "execve")


@number("4.19")
@weight(0.5)
@clause("3: ... and execve; one that fails removes none")
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;badexec;touch 0 {pages}", pages=Sample(7, of=64))
def test_failed_execve(seen: Observation) -> None:
    """An execve that fails leaves the trace and the regions as they are."""
    failed = seen.all("step")[2]
    expect_answer("execve of a folder", failed, "EACCES", "ENOEXEC", "EISDIR")
    events = events_of(seen, "events.2")
    expect(
        "the regions after a failed execve",
        [str(extents) for extents in space_of("the trace so far", events).extents()],
        [str(extents) for extents in maps(seen.text("maps.2"))],
    )
    expect_pages(
        "the pages touched after the failed execve",
        pages_in(events_of(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("4.20")
@weight(0.5)
@clause("3: changes that a vfork child makes may be recorded or not; no crash")
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;spawn;touch 0 {pages}", pages=Sample(7, of=64))
def test_vfork_child(seen: Observation) -> None:
    """A vfork child that runs a program leaves its parent traced."""
    expect_answer("posix_spawn of a program by the traced process", seen.all("step")[2], "0")
    expect_pages(
        "the pages touched after the child's exit",
        pages_in(events_of(seen), area(seen)),
        seen.numbers("pages"),
    )


@number("4.21")
@weight(0.5)
@clause("3: a process with several threads is only asked not to crash, hang or harm anything")
@needs("pgfaultmap")
@observe("threads", threads=3, pages=4, order="1,0,2")
def test_threads_are_harmless(seen: Observation) -> None:
    """A traced process with several threads runs, ends and is reaped."""
    expect_state("the process after its last thread's exit", seen.one("whole_process"), "Z")


@number("4.22")
@weight(0.5)
@clause("2: a sleeping reader can be killed: it dies at once (also where another sleeps beside it)")
@hint("Wait for your own locks interruptibly too, or sleep without holding one.")
@observe("killed_reader", steps=STEPS, pages=PAGES, signal=9, others=1)
def test_second_reader_dies_of_sigkill(seen: Observation) -> None:
    """SIGKILL ends the second of two sleeping readers."""
    _reader_is_killed(seen, "SIGKILL, sent to the second of two readers,")


@number("4.23")
@weight(0.5)
@clause('2, write "1": tracing of process PID starts (here of a traced process\'s child)')
@hint("What fork leaves in the child must look like what a process has that was never traced.")
@needs("pgfaultmap")
@observe("fork_child", steps="map 0 64;hold;drop;touch 0 {pages}", pages=PAGES)
def test_fork_child_can_be_traced(seen: Observation) -> None:
    """The child of a traced process can be traced itself, into a trace of its own."""
    did = "tracing the child of a traced process"
    expect_answer(did, seen.one("start_child"), "1")
    events = events_of(seen, "own_events")
    expect(
        f"{did}: the regions that its trace begins with",
        [str(region) for region in space_of(did, initial_regions(events)).extents()],
        [str(region) for region in maps(seen.text("child_maps"))],
    )


@number("4.24")
@weight(0.5)
@clause("3: tracing goes on across execve: what was recorded before it stays")
@hint("execve adds to the trace; it does not begin a new one.")
@needs("pgfaultmap")
@observe(
    "drain",
    unread=3,
    buffer=65536,
    steps=EXEC,
    early=Sample(7, of=64),
    after=Sample(9, of=64),
)
def test_execve_keeps_unread_records(seen: Observation) -> None:
    """Records that nobody has read before execve can be read after it."""
    space_of("the trace", events_of(seen))
    expect_pages_around(seen, "execve, nobody reading")


@number("4.25")
@weight(0.5)
@clause("2, read: has been reaped, nothing left: 0")
@hint("A number names one process after another: keep what the file stands for, not its number.")
@needs("pgfaultmap")
@observe(
    "number_again",
    steps="map 0 64;touch 0 {before};touch 0 {after}",
    before=Sample(5, of=30),
    after="40,50,45",
)
def test_number_used_again(seen: Observation) -> None:
    """The descriptor of a reaped process is not that of the next one with its number."""
    expect_end_of_file(seen, "reading the trace of a reaped process", "of_first")
    expect_end_of_file(seen, "reading it again while another process has its number", "later")
    expect_pages(
        "the pages touched by the other process",
        pages_in(events_of(seen), area(seen)),
        [*seen.numbers("before"), *seen.numbers("after")],
    )


@number("4.26")
@weight(0.5)
@clause("2, read: was traced, has exited, nothing left: 0")
@hint("A vfork child shares its parent's memory: the end of the one is not that of the other.")
@observe("vfork_child")
def test_vfork_child_ends(seen: Observation) -> None:
    """The trace of a vfork child ends with the child, while its parent lives on."""
    expect_end_of_file(seen, "the exit of a traced vfork child", "only")

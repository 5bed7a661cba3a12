# SPDX-License-Identifier: MIT
"""/proc/PID/pgfault_history as a file, and what may be written to it."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation, Record
from autograder.judge.answers import WRITE
from autograder.judge.draw import Integer, Sample, Word
from autograder.judge.expect import at_least_one, expect, expect_error, expect_that, made
from autograder.judge.rubric import hint, needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.foundations import BEGINS, BOOTS, EXISTS, READS, STARTS
from autograder.pgfault.checks.readers import last_read
from autograder.pgfault.checks.traces import (
    area,
    events_of,
    expect_initial_regions,
    expect_pages,
    initial_regions,
    pages_in,
    space_of,
)
from autograder.pgfault.trace.events import EventKind

AREA = "The file"
RESTS_ON = (EXISTS,)
STATES = {"file_stat": {"uid": Integer(1000, 30000), "gid": Integer(1000, 30000)}}
POSITION = "A descriptor's position moves with each write: nothing may depend on it."
UNREADABLE = "copy_from_user() returns how many bytes it could not copy: look at it."
BAD_TEXTS = {
    "texts": "2|-1|10|on|x|yes|100|stop|1x|0x1|256|257|65537|{number}|{word}|1{word}",
    "number": Integer(20, 9_999_999),
    "word": Word(),
}


WHOSE = {
    "init": "the first process",
    "own": "the check's own process",
    "child": "its child",
    "user": "another user's process",
}


def files(seen: Observation) -> list[tuple[str, Record]]:
    """Whose file was looked at, and what was found."""
    records = at_least_one(seen.all("history"), "the check looked for the file", "process")
    return [(f"the file of {WHOSE.get(record.text('whose'))}", record) for record in records]


@number("2.1")
@weight(0.5)
@rule("F1")
@rests_on(BOOTS)
@observe("file_stat", **STATES["file_stat"])
def test_exists_for_every_process(seen: Observation) -> None:
    """Every process's directory has the file."""
    for name, record in files(seen):
        expect_that(
            "the check looked for pgfault_history in /proc/PID",
            record.text("errno") == "0",
            expected=f"{name} exists",
            observed=f"{name} does not exist",
            hint="Every process has the file if tgid_base_stuff in fs/proc/base.c has its entry.",
        )


@number("2.2")
@weight(0.5)
@rule("F1")
@hint("The mode is an argument of the entry in tgid_base_stuff.")
@observe("file_stat", **STATES["file_stat"])
def test_mode(seen: Observation) -> None:
    """The file is a regular file of mode 0600."""
    for name, record in files(seen):
        expect(
            "the check called stat() on the file",
            f"{name} has the type and mode {record.text('mode')} (octal)",
            f"{name} has the type and mode 100600 (octal)",
        )


@number("2.3")
@weight(0.5)
@rule("F1")
@observe("file_stat", **STATES["file_stat"])
def test_owner(seen: Observation) -> None:
    """The file belongs to the user and group that own its neighbors."""
    for name, record in files(seen):
        for which, called in (("uid", "user"), ("gid", "group")):
            expect(
                "the check compared the file's owner with that of /proc/PID/maps",
                f"{name} belongs to {called} {record.text(which)}",
                f"{name} belongs to {called} {record.text(f'maps_{which}')}",
            )


@number("2.4")
@weight(0.5)
@rule("F2")
@observe("file_access", uid=Integer(1000, 30000))
def test_other_users_are_refused(seen: Observation) -> None:
    """Another user can open the file neither for reading nor for writing."""
    did = "another user called open() on the file"
    records = [record for record in seen.all("open") if record.text("by") == "other"]
    for record in at_least_one(records, did, "open() that returned"):
        expect_answer(
            f"another user opened the file to {record.text('flags')}",
            record,
            "EACCES",
            "EPERM",
            of="open()",
        )


@number("2.5")
@weight(0.5)
@rule("F2")
@observe("file_access", uid=Integer(1000, 30000))
def test_owner_may_trace_itself(seen: Observation) -> None:
    """A process without privileges may open its own file and start its trace."""
    did = "a process without privileges opened its own file"
    records = [record for record in seen.all("open") if record.text("by") == "owner"]
    for record in at_least_one(records, did, "open() that returned"):
        expect_answer(did, record, "0", of="open()")
    did = "a process without privileges wrote 1 to its own file"
    expect_answer(did, made(seen, "own_write", did, WRITE), "1", of=WRITE)


@number("2.6")
@weight(1)
@rule("F3")
@observe("write_result")
def test_start_answers(seen: Observation) -> None:
    """Writing 1 starts tracing and returns the number of bytes."""
    expect_answer("the check wrote 1", seen.one("start"), "1", of=WRITE)
    did = "the check wrote 1 and a newline (2 bytes)"
    expect_answer(did, seen.one("start_newline"), "2", of=WRITE)


@number("2.7")
@weight(0.5)
@rule("F3")
@observe("write_result")
def test_stop_answers(seen: Observation) -> None:
    """Writing 0 returns the number of bytes, whether or not the process is traced."""
    for name, when in (
        ("stop_untraced", "to the file of a process that was never traced"),
        ("stop", "to the file of a traced process"),
        ("stop_again", "again, after the trace was stopped"),
        ("stop_after", "to the file of a process that started its own trace"),
    ):
        expect_answer(f"the check wrote 0 {when}", seen.one(name), "1", of=WRITE)
    did = "the check wrote 0 and a newline (2 bytes)"
    expect_answer(did, seen.one("stop_newline"), "2", of=WRITE)


@number("2.8")
@weight(0.5)
@rule("F2")
@rests_on(STARTS)
@observe("write_result")
def test_start_by_itself(seen: Observation) -> None:
    """A process may start its own trace."""
    did = "a process wrote 1 to its own file"
    expect_answer(did, seen.one("start_by_itself"), "1", of=WRITE)


def expect_refused(seen: Observation, whose: str) -> None:
    """Raise Mismatch unless each write of something else than 0 and 1 failed with EINVAL."""
    did = f"the check wrote to the file of {whose}"
    written = at_least_one(seen.all("written"), did, "write")
    for value, call in zip(seen.all("value"), written, strict=False):
        did = f"the check wrote '{value.text('text')}' to the file of {whose}"
        expect_answer(did, call, "EINVAL", of=WRITE)
    did = f"the check wrote 1, a newline and 0 to the file of {whose}"
    expect_answer(did, seen.one("two_lines"), "EINVAL", of=WRITE)
    did = f"the check wrote to the file of {whose}, from an address without memory"
    expect_answer(did, seen.one("nowhere"), "EFAULT", "EINVAL", of=WRITE, hint=UNREADABLE)


@number("2.9")
@weight(0.5)
@rule("F3")
@observe("write_values", traced=0, **BAD_TEXTS)
def test_other_values_are_refused(seen: Observation) -> None:
    """Writing anything else fails with EINVAL and starts nothing."""
    expect_refused(seen, "a process that is not traced")
    did = "the check read the file after the writes that should have failed"
    expect_answer(did, last_read(seen, did, "ESRCH"), "ESRCH", hint=hints.ONLY_0_AND_1)


@number("2.10")
@weight(0.5)
@rule("F3")
@rests_on(STARTS, "file/other_values_are_refused")
@needs("pgfaultmap")
@observe("write_values", traced=1, **BAD_TEXTS)
def test_other_values_change_nothing(seen: Observation) -> None:
    """Writing anything else to a traced process leaves its trace as it is."""
    expect_refused(seen, "a traced process")
    events = events_of(seen)
    expect_pages(
        "a process touched 3 pages before and 3 pages after the writes that should have failed",
        pages_in(events, area(seen)),
        [1, 2, 3, 4, 5, 6],
        events=events,
        missing=hints.ONLY_0_AND_1,
    )


@number("2.11")
@weight(0.5)
@rule("F3")
@rests_on(STARTS, READS)
@needs("pgfaultmap")
@observe("start_again", again="once", steps="map 0 64;touch 0 3,1,2;touch 0 7,5,6")
def test_start_twice_changes_nothing(seen: Observation) -> None:
    """Writing 1 while tracing keeps the records and records no regions again."""
    events = events_of(seen)
    expect_pages(
        "a process touched 3 pages before and 3 pages after the second write of 1",
        pages_in(events, area(seen)),
        [3, 1, 2, 7, 5, 6],
        events=events,
        missing="The second write of 1 must find the trace and leave it as it is.",
    )
    did = "the check wrote 1 twice and read the trace"
    space = space_of(did, events)
    adds = sum(event.kind is EventKind.ADD for event in events)
    all_ = len(space.ever)
    first = len(initial_regions(events))
    expect(
        did,
        f"the trace adds {adds} regions, the first {first} of them at its start",
        f"the trace adds {all_} regions, the first {all_} of them at its start",
        hint="The second write of 1 must find the trace and record no regions again.",
    )


@number("2.12")
@weight(0.5)
@rule("F4")
@rests_on(STARTS, "file/stop_answers", BEGINS)
@needs("pgfaultmap")
@observe("start_again", again="stop", steps="map 0 64;touch 0 3,1,2;touch 0 7,5,6")
def test_restart_is_fresh(seen: Observation) -> None:
    """After a stop and a start the trace begins anew, with the regions of that time."""
    events = events_of(seen)
    expect_pages(
        "a process touched 3 pages before the trace was stopped, 3 after it was started again",
        pages_in(events, area(seen)),
        [7, 5, 6],
        events=events,
        foreign="Stopping a trace discards its unread records: a new trace starts empty.",
    )
    expect_initial_regions(
        seen, "the trace was stopped and started again; its first regions", events
    )


@number("2.13")
@weight(0.5)
@rule("F3")
@observe("kernel_thread")
def test_kernel_threads(seen: Observation) -> None:
    """Writing 1 to a kernel thread's file fails."""
    did = "the check wrote 1 to the files of kernel threads"
    for record in at_least_one(seen.all("written"), did, "kernel thread"):
        did = f"the check opened the file of kernel thread {record.text('pid')} and wrote 1"
        expect_that(
            did,
            record.answer != "ENOENT",
            expected="the file exists",
            observed="the file does not exist",
            hint="The entry in tgid_base_stuff gives every process the file, kernel threads too.",
        )
        expect_error(did, record, WRITE, hint=hints.NO_ADDRESS_SPACE)


@number("2.14")
@weight(0.5)
@rule("F3")
@observe("write_values", traced=0, **BAD_TEXTS)
def test_long_text(seen: Observation) -> None:
    """Writing thousands of bytes fails with EINVAL and does no harm."""
    did = "the check wrote 5000 times the digit 1 in one call"
    expect_answer(
        did,
        seen.one("much"),
        "EINVAL",
        of=WRITE,
        hint="Look at the length before you copy: the text may be longer than your buffer.",
    )


@number("2.15")
@weight(0.5)
@rule("F3")
@observe("write_result")
def test_one_descriptor(seen: Observation) -> None:
    """One descriptor can start, stop and start again."""
    for name, nth, text, answer in (
        ("one_start", "first", "1", "1"),
        ("one_stop", "second", "0", "1"),
        ("one_start_again", "third", "1 and a newline", "2"),
    ):
        did = f"the {nth} write through one descriptor wrote {text}"
        expect_answer(did, seen.one(name), answer, of=WRITE, hint=POSITION)


@number("2.16")
@weight(0.5)
@rule("F2")
@rests_on("file/owner_may_trace_itself")
@observe("file_access", uid=Integer(1000, 30000))
def test_root_may_trace_others(seen: Observation) -> None:
    """Root may stop and start the trace of another user's process."""
    for record, text in (("stop_by_root", "0"), ("start_by_root", "1")):
        did = f"root wrote {text} to the file of another user's process"
        refused = seen.one(record).answer in ("EACCES", "EPERM")
        expect_answer(
            did,
            seen.one(record),
            "1",
            of=WRITE,
            hint="Who may write was settled when the file was opened: do not check again."
            if refused
            else "",
        )


@number("2.17")
@weight(0.5)
@rule("F2")
@rests_on(STARTS, BEGINS)
@hint("execve replaces the address space: look for it when the trace starts, not at open.")
@needs("pgfaultmap")
@observe("start_after_exec", steps="exec;map 0 64;touch 0 {pages}", pages=Sample(5, of=64))
def test_start_after_execve(seen: Observation) -> None:
    """A descriptor that was opened before an execve starts the trace after it."""
    did = "the check opened the file, the process called execve(), and the check wrote 1"
    expect_answer(did, seen.one("start"), "1", of=WRITE)
    events = events_of(seen)
    expect_initial_regions(seen, f"{did}; the first regions in the trace", events)
    expect_pages(
        "the process touched pages after its execve()",
        pages_in(events, area(seen)),
        seen.numbers("pages"),
        events=events,
    )

# SPDX-License-Identifier: MIT
"""/proc/PID/pgfault_history as a file, and what may be written to it."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Integer, Sample, Word
from autograder.checks.expect import expect, expect_answer, expect_error, expect_that, fail
from autograder.checks.rubric import clause, hint, needs, observe
from autograder.checks.traces import (
    area,
    events_of,
    expect_pages,
    initial_regions,
    pages_in,
    space_of,
)
from autograder.guest.observation import Observation
from autograder.trace.address_space import maps
from autograder.trace.events import Event, Kind

AREA = "The file"
STATES = {"file_stat": {"uid": Integer(1000, 30000), "gid": Integer(1000, 30000)}}
BAD_TEXTS = {
    "texts": "2|-1|10|on|x|yes|100|stop|1x|0x1|256|257|65537|{number}|{word}|1{word}",
    "number": Integer(20, 9_999_999),
    "word": Word(),
}


def expect_initial_regions(seen: Observation, did: str, events: list[Event]) -> None:
    """Raise Mismatch unless a trace begins with the regions in the maps of its start."""
    first = space_of(did, initial_regions(events))
    expect(
        did,
        [str(region) for region in first.extents()],
        [str(region) for region in maps(seen.text("maps"))],
    )


@number("2.1")
@weight(0.5)
@clause("2: one file in every process's directory")
@observe("file_stat", **STATES["file_stat"])
def test_exists_for_every_process(seen: Observation) -> None:
    """Every process's directory has the file."""
    for record in seen.all("history"):
        expect(
            f"stat of the file of the process '{record.text('whose')}'", record.text("errno"), "0"
        )


@number("2.2")
@weight(0.5)
@clause("2: mode 0600")
@hint("The mode is an argument of the entry in tgid_base_stuff.")
@observe("file_stat", **STATES["file_stat"])
def test_mode(seen: Observation) -> None:
    """The file is a regular file of mode 0600."""
    for record in seen.all("history"):
        expect("the mode in stat of the file", record.text("mode"), "100600")


@number("2.3")
@weight(0.5)
@clause("2: owned like the others there")
@observe("file_stat", **STATES["file_stat"])
def test_owner(seen: Observation) -> None:
    """The file belongs to the user and group that own its neighbours."""
    for record in seen.all("history"):
        for which in ("uid", "gid"):
            expect(
                f"the {which} of the file of the process '{record.text('whose')}'",
                record.text(which),
                record.text(f"maps_{which}"),
            )


@number("2.4")
@weight(0.5)
@clause("2, mode 0600: other users are refused")
@observe("file_access", uid=Integer(1000, 30000))
def test_other_users_are_refused(seen: Observation) -> None:
    """Another user can open the file neither for reading nor for writing."""
    for record in seen.all("open"):
        if record.text("by") == "other":
            expect_answer(
                f"open by another user, for {record.text('flags')}ing", record, "EACCES", "EPERM"
            )


@number("2.5")
@weight(0.5)
@clause("2, write: anyone whom the file's mode lets write may do so: the process itself ...")
@observe("file_access", uid=Integer(1000, 30000))
def test_owner_may_trace_itself(seen: Observation) -> None:
    """A process without privileges may open its own file and start its trace."""
    for record in seen.all("open"):
        if record.text("by") == "owner":
            expect_answer("open by the owner", record, "0")
    expect_answer(
        'write of "1" by an unprivileged process to its own file', seen.one("own_write"), "1"
    )


@number("2.6")
@weight(1)
@clause('2, write "1": tracing starts; the call returns the number of bytes written')
@observe("write_result")
def test_start_answers(seen: Observation) -> None:
    """Writing 1 starts tracing and answers the number of bytes."""
    expect_answer('write of "1"', seen.one("start"), "1")
    expect_answer('write of "1" and a newline', seen.one("start_newline"), "2")


@number("2.7")
@weight(0.5)
@clause('2, write "0": tracing stops; not tracing: succeeds')
@observe("write_result")
def test_stop_answers(seen: Observation) -> None:
    """Writing 0 answers the number of bytes, whether the process was traced or not."""
    for name, when in (
        ("stop_untraced", "to a process that was never traced"),
        ("stop", "to a traced process"),
        ("stop_again", "after the trace was stopped"),
        ("stop_after", "to a process that started its own trace"),
    ):
        expect_answer(f'write of "0" {when}', seen.one(name), "1")
    expect_answer('write of "0" and a newline', seen.one("stop_newline"), "2")


@number("2.8")
@weight(0.5)
@clause('2, write "1": ... the process itself or another')
@observe("write_result")
def test_start_by_itself(seen: Observation) -> None:
    """A process may start its own trace."""
    expect_answer('write of "1" by the process itself', seen.one("start_by_itself"), "1")


@number("2.9")
@weight(0.5)
@clause("2, write: anything else: EINVAL")
@hint("Compare the whole text: 10 is neither 1 nor 0, and -1 is not true.")
@observe("write_values", traced=0, **BAD_TEXTS)
def test_other_values_are_refused(seen: Observation) -> None:
    """Writing anything else answers EINVAL and starts nothing."""
    for value, written in zip(seen.all("value"), seen.all("written"), strict=False):
        expect_answer(f'write of "{value.text("text")}" to an untraced process', written, "EINVAL")
    expect_answer(
        'write of "1", a newline and "0" to an untraced process', seen.one("two_lines"), "EINVAL"
    )
    last = seen.all("read")
    if not last:
        fail("read after the refused writes", expected="ESRCH", observed="the reader sleeps")
    expect_answer("read after the refused writes", last[-1], "ESRCH")


@number("2.10")
@weight(0.5)
@clause("2, write: anything else: EINVAL, nothing changes")
@needs("pgfaultmap")
@observe("write_values", traced=1, **BAD_TEXTS)
def test_other_values_change_nothing(seen: Observation) -> None:
    """Writing anything else to a traced process leaves its trace as it is."""
    for value, written in zip(seen.all("value"), seen.all("written"), strict=False):
        expect_answer(f'write of "{value.text("text")}" to a traced process', written, "EINVAL")
    expect_answer(
        'write of "1", a newline and "0" to a traced process', seen.one("two_lines"), "EINVAL"
    )
    expect_pages(
        "the faults before and after the refused writes",
        pages_in(events_of(seen), area(seen)),
        [1, 2, 3, 4, 5, 6],
    )


@number("2.11")
@weight(0.5)
@clause('2, write "1": already tracing: succeeds, nothing changes')
@needs("pgfaultmap")
@observe("start_again", again="once", steps="map 0 64;touch 0 3,1,2;touch 0 7,5,6")
def test_start_twice_changes_nothing(seen: Observation) -> None:
    """Writing 1 while tracing keeps the records and records no regions again."""
    events = events_of(seen)
    expect_pages(
        "the faults before and after the second start",
        pages_in(events, area(seen)),
        [3, 1, 2, 7, 5, 6],
    )
    space = space_of("the whole trace", events)
    adds = [event for event in events if event.kind is Kind.ADD]
    expect_that(
        "the regions in the trace",
        len(adds) == len(space.ever) and len(initial_regions(events)) == len(adds),
        expected="one add for each region, at the start",
        observed=f"{len(adds)} adds, {len(initial_regions(events))} of them at the start",
    )


@number("2.12")
@weight(0.5)
@clause('2, write "0": unread records are discarded; starting again begins a new trace')
@hint("A second start must find an empty buffer and take the regions down once more.")
@needs("pgfaultmap")
@observe("start_again", again="stop", steps="map 0 64;touch 0 3,1,2;touch 0 7,5,6")
def test_restart_is_fresh(seen: Observation) -> None:
    """After a stop and a start the trace begins anew, with the regions of that time."""
    events = events_of(seen)
    expect_pages("the faults in the new trace", pages_in(events, area(seen)), [7, 5, 6])
    expect_initial_regions(seen, "the regions that the new trace begins with", events)


@number("2.13")
@weight(0.5)
@clause('2, write "1" to a kernel thread: an error; never a crash')
@hint("A kernel thread has no mm: get_task_mm() returns NULL for it.")
@observe("kernel_thread")
def test_kernel_threads(seen: Observation) -> None:
    """Writing 1 to a kernel thread's file answers an error."""
    written = seen.all("written")
    expect_that("finding kernel threads", bool(written), expected="some", observed="none")
    for record in written:
        expect_that(
            f"the file of kernel thread {record.text('pid')}",
            record.answer != "ENOENT",
            expected="it exists",
            observed="ENOENT",
        )
        expect_error(f'write of "1" to kernel thread {record.text("pid")}', record)


@number("2.14")
@weight(0.5)
@clause("2, write: anything else: EINVAL, nothing changes")
@hint("Look at the length before copying: the text may be longer than any buffer of yours.")
@observe("write_values", traced=0, **BAD_TEXTS)
def test_long_text(seen: Observation) -> None:
    """Writing thousands of bytes answers EINVAL and does no harm."""
    expect_answer("write of 5000 times 1", seen.one("much"), "EINVAL")


@number("2.15")
@weight(0.5)
@clause("2, write: the call returns the number of bytes written (whatever was written before)")
@hint("A descriptor's position moves with each write: nothing may depend on it.")
@observe("write_result")
def test_one_descriptor(seen: Observation) -> None:
    """One descriptor can start, stop and start again."""
    expect_answer('write of "1" through a new descriptor', seen.one("one_start"), "1")
    expect_answer('write of "0" through the same one', seen.one("one_stop"), "1")
    expect_answer('write of "1" and a newline, third', seen.one("one_start_again"), "2")


@number("2.16")
@weight(0.5)
@clause("2, write: anyone whom the file's mode lets write may do so: the process itself or another")
@hint("Who may write was settled when the file was opened.")
@observe("file_access", uid=Integer(1000, 30000))
def test_root_may_trace_others(seen: Observation) -> None:
    """Root may stop and start the trace of another user's process."""
    for record, text in (("stop_by_root", "0"), ("start_by_root", "1")):
        did = f'write of "{text}" by root to the file of another user\'s process'
        expect_answer(did, seen.one(record), "1")


@number("2.17")
@weight(0.5)
@clause("2, write: tracing of the process starts: the regions that it has now are recorded first")
@hint("execve replaces the address space: look for it when the trace starts, not at open.")
@needs("pgfaultmap")
@observe("start_after_exec", steps="exec;map 0 64;touch 0 {pages}", pages=Sample(5, of=64))
def test_start_after_execve(seen: Observation) -> None:
    """A descriptor that was opened before an execve starts the trace after it."""
    did = 'write of "1" to a descriptor opened before the process called execve'
    expect_answer(did, seen.one("start"), "1")
    events = events_of(seen)
    expect_initial_regions(seen, "the regions that the trace begins with", events)
    expect_pages("the faults after the execve", pages_in(events, area(seen)), seen.numbers("pages"))

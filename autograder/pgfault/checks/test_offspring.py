# SPDX-License-Identifier: MIT
"""fork, vfork and execve: children are not traced, a new program goes on being traced."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation, Record
from autograder.judge.answers import WRITE
from autograder.judge.draw import Sample
from autograder.judge.expect import expect_state, fail
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.foundations import BEGINS, ENDS, FORKS, MAPS, READS, SLEEPS
from autograder.pgfault.checks.readers import expect_end_of_file, last_read
from autograder.pgfault.checks.touches import expect_drawn
from autograder.pgfault.checks.traces import (
    AS_IN_MAPS,
    events_of,
    expect_initial_regions,
    expect_pages_around,
    expect_regions,
    space_of,
)
from autograder.pgfault.trace.address_space import maps

AREA = "Life cycle"
GROUP = "life_cycle"
RESTS_ON = (READS,)
PAGES = Sample(12, of=64)
FORK = "copy_process() copies the whole task_struct: the child starts with its parent's pointer."


def step(seen: Observation, index: int, did: str) -> Record:
    """The record of a step.  Errors: Mismatch where it was never taken."""
    steps = seen.all("step")
    if len(steps) <= index:
        fail(did, expected="the traced process goes on", observed="the traced process stopped")
    return steps[index]


@number("4.15")
@weight(1)
@rule("T7")
@observe("fork_child", steps="map 0 64;hold;drop;touch 0 {pages}", pages=PAGES)
def test_fork_child_is_not_traced(seen: Observation) -> None:
    """Reading the file of a traced process's child fails with ESRCH."""
    did = "a traced process forked, and a reader read the child's file"
    expect_answer(did, last_read(seen, did, "ESRCH", reader="child"), "ESRCH", hint=FORK)


@number("4.16")
@weight(0.5)
@rule("T7")
@rests_on(READS, FORKS)
@needs("pgfaultmap")
@observe("fork_child", steps="map 0 64;hold;drop;touch 0 {pages}", pages=PAGES)
def test_fork_child_exit_is_harmless(seen: Observation) -> None:
    """A child that faults and exits does not disturb its parent's trace or reader."""
    did = "a traced process forked a child while a reader slept"
    expect_state(did, seen.one("parent_reader"), "S", "the parent's reader")
    space_of(f"{did}; the parent's trace", events_of(seen))
    expect_drawn(
        seen,
        "the child of a traced process exited, and the parent touched pages",
        "The code that frees the trace at exit must know whose trace it is.",
    )


@number("4.17")
@weight(0.5)
@rule("T7")
@rests_on(SLEEPS, "life_cycle/fork_child_exit_is_harmless")
@observe("blocked_read", steps="map 0 64;fork", by="fork", seconds=60)
def test_fork_while_a_reader_sleeps(seen: Observation) -> None:
    """A child that comes and goes does not end its parent's trace."""
    did = "a traced process forked a child, which exited, while a reader slept"
    expect_state(did, seen.one("after"), "S", "the parent's reader")
    expect_state(did, seen.one("target"), "S", "the parent")


EXEC = "map 0 64;touch 0 {early};exec;map 1 64;touch 1 {after}"


@number("4.18")
@weight(1)
@rule("T6")
@needs("pgfaultmap")
@observe("steps", before="", steps=EXEC, early=Sample(7, of=64), after=Sample(9, of=64))
def test_execve_goes_on(seen: Observation) -> None:
    """After execve() the process is still traced, and its earlier records are kept."""
    expect_pages_around(seen, "execve()")


@number("4.19")
@weight(0.5)
@rule("T6")
@rests_on("life_cycle/execve_goes_on", MAPS)
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;badexec;touch 0 {pages}", pages=Sample(7, of=64))
def test_failed_execve(seen: Observation) -> None:
    """An execve that fails leaves the trace and the regions as they are."""
    did = "the traced process called execve() on a folder and on a file that is no program"
    failed = step(seen, 2, did)
    expect_answer(did, failed, "EACCES", "ENOEXEC", "EISDIR", of="execve()")
    stays = "Record what execve() changes only when it can no longer fail."
    events = events_of(seen, "events.2")
    expect_regions(
        f"{did}; the regions in the trace {AS_IN_MAPS}",
        space_of(did, events).extents(),
        maps(seen.text("maps.2")),
        hint=stays,
    )
    expect_drawn(seen, f"{did}, then touched pages", stays)


SHARED = "A vfork child shares its parent's memory: its end is not that of its parent's trace."


@number("4.20")
@weight(0.5)
@rule("T7")
@rests_on(READS, FORKS)
@needs("pgfaultmap")
@observe("steps", before="", steps="map 0 64;spawn;touch 0 {pages}", pages=Sample(7, of=64))
def test_vfork_child(seen: Observation) -> None:
    """A vfork child that runs a program leaves its parent traced."""
    did = "a traced process ran a program with posix_spawn()"
    expect_answer(did, step(seen, 2, did), "0", of="posix_spawn()")
    expect_drawn(seen, f"{did}, then touched pages", SHARED)


@number("4.23")
@weight(0.5)
@rule("T7")
@rests_on(BEGINS, FORKS)
@needs("pgfaultmap")
@observe("fork_child", steps="map 0 64;hold;drop;touch 0 {pages}", pages=PAGES)
def test_fork_child_can_be_traced(seen: Observation) -> None:
    """The child of a traced process can be traced itself, into a trace of its own."""
    did = "the check wrote 1 to the file of a traced process's child"
    started = seen.one("start_child")
    expect_answer(did, started, "1", of=WRITE, hint=FORK if started.number("ret") < 0 else "")
    events = events_of(seen, "own_events")
    expect_initial_regions(seen, f"{did}; the first regions in its trace", events, "child_maps")


@number("4.24")
@weight(0.5)
@rule("T6")
@rests_on("life_cycle/execve_goes_on")
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
    """Records that nobody has read before execve() can be read after it."""
    space_of("a traced process called execve() before anybody read its trace", events_of(seen))
    expect_pages_around(seen, "execve(), while nobody read")


@number("4.26")
@weight(0.5)
@rule("R1")
@rests_on(ENDS)
@observe("vfork_child")
def test_vfork_child_ends(seen: Observation) -> None:
    """The trace of a vfork child ends with the child, while its parent lives on."""
    did = "a traced vfork child exited while its parent lived on"
    expect_end_of_file(seen, did, "only", hint=SHARED)

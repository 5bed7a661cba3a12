# SPDX-License-Identifier: MIT
"""The regions: whenever the process is between system calls, they are those in its maps."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer
from autograder.judge.expect import expect_that
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.agreement import expect_agreement, was_replaced
from autograder.pgfault.checks.foundations import BEGINS, MAPS, READS, SPLITS
from autograder.pgfault.checks.traces import area, events_of, expect_initial_regions, region_called
from autograder.pgfault.trace.address_space import Extents, maps
from autograder.pgfault.trace.events import PAGE, EventKind
from autograder.pgfault.trace.steps import happened

AREA = "Regions"
RESTS_ON = (BEGINS, MAPS)


@number("6.1")
@weight(1)
@rule("T2")
@rests_on(READS)
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 {a};shared 1 {b};reserve 2 {c};file 3 8;protect 0 2 2 r",
    steps="none",
    a=Integer(5, 30),
    b=Integer(2, 30),
    c=Integer(2, 30),
)
def test_initial_regions(seen: Observation) -> None:
    """A trace begins with all regions that the process has."""
    expect_agreement(seen)
    events = events_of(seen, "events.0")
    expect_initial_regions(seen, "tracing started; the regions added first", events, "maps.0")


@number("6.19")
@weight(0.5)
@rule("T2")
@rests_on(BEGINS)
@needs("pgfaultmap")
@observe("steps", before="stripes 0 {many}", steps="none", many=Integer(260, 330))
def test_many_initial_regions(seen: Observation) -> None:
    """A trace begins with all regions, even if there are hundreds."""
    expect_agreement(seen)


@number("6.2")
@weight(1)
@rule("T3")
@rests_on(BEGINS)
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 {a};shared 1 {b};file 2 {c};reserve 3 {a}",
    a=Integer(2, 40),
    b=Integer(2, 40),
    c=Integer(2, 20),
)
def test_mmap(seen: Observation) -> None:
    """New mappings of every kind are recorded."""
    expect_agreement(seen)


@number("6.3")
@weight(1)
@rule("T3")
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 {a}",
    steps="map 1 {b};unmap 1 0 {b};unmap 0 0 {a}",
    a=Integer(2, 40),
    b=Integer(2, 40),
)
def test_munmap_all(seen: Observation) -> None:
    """Unmapping a whole region is recorded."""
    expect_agreement(seen)


@number("6.4")
@weight(0.5)
@rule("T3")
@rests_on(MAPS, SPLITS)
@needs("pgfaultmap")
@observe("steps", before="map 0 40", steps="unmap 0 0 {a};touch 0 39", a=Integer(2, 20))
def test_munmap_head(seen: Observation) -> None:
    """Unmapping the head of a region is recorded."""
    expect_agreement(seen)


@number("6.5")
@weight(0.5)
@rule("T3")
@rests_on(MAPS, SPLITS)
@needs("pgfaultmap")
@observe("steps", before="map 0 40", steps="unmap 0 {a} 20;touch 0 0", a=Integer(20, 38))
def test_munmap_tail(seen: Observation) -> None:
    """Unmapping the tail of a region is recorded."""
    expect_agreement(seen)


@number("6.6")
@weight(0.5)
@rule("T3")
@rests_on(MAPS, SPLITS)
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 40",
    steps="unmap 0 {a} {b};touch 0 0,39",
    a=Integer(2, 20),
    b=Integer(2, 16),
)
def test_munmap_middle(seen: Observation) -> None:
    """Unmapping the middle of a region leaves two."""
    expect_agreement(seen)


@number("6.7")
@weight(1)
@rule("T3")
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 40;map 1 40;map 2 40",
    steps="protect 0 {a} 9 r;protect 1 0 {a} none;protect 2 {a} 20 r",
    a=Integer(11, 20),
)
def test_mprotect_splits(seen: Observation) -> None:
    """Changing the protection of a part splits a region, in the middle and at both ends."""
    expect_agreement(seen)


@number("6.8")
@weight(0.5)
@rule("T3")
@rests_on(MAPS, SPLITS)
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 40",
    steps="protect 0 {a} 9 r;protect 0 {a} 9 rw;protect 0 0 {a} r;protect 0 {a} 5 r;"
    "protect 0 {a} 5 rw;protect 0 0 40 rw",
    a=Integer(3, 20),
)
def test_mprotect_merges(seen: Observation) -> None:
    """Giving parts the same protection again merges their regions."""
    expect_agreement(seen)


@number("6.9")
@weight(0.5)
@rule("T3")
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 20;over 0 40 20",
    steps="over 0 20 {a};over 0 {b} 2;over 0 20 20",
    a=Integer(2, 9),
    b=Integer(35, 38),
)
def test_mmap_merges(seen: Observation) -> None:
    """A mapping that joins its neighbors makes them grow, into one region in the end."""
    expect_agreement(seen)


@number("6.10")
@weight(0.5)
@rule("T3")
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 20",
    steps="resize 0 20 {a};touch 0 20;resize 0 {a} {b}",
    a=Integer(25, 60),
    b=Integer(3, 19),
)
def test_mremap_in_place(seen: Observation) -> None:
    """A region that mremap grows or shrinks is recorded with its new end."""
    expect_agreement(seen)


@number("6.11")
@weight(0.5)
@rule("T3")
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 20;touch 0 3,4;map 1 20;touch 1 5",
    steps="move 0 20 {a};move 1 20 {b}",
    a=Integer(25, 60),
    b=Integer(3, 19),
)
def test_mremap_moves(seen: Observation) -> None:
    """A region that mremap() moves disappears in one place and appears in another."""
    expect_agreement(seen)


@number("6.12")
@weight(1)
@rule("T3")
@needs("pgfaultmap")
@observe(
    "steps", before="", steps="brk {a};heap 0,1;brk {a};brk -{b}", a=Integer(2, 40), b=Integer(1, 3)
)
def test_brk(seen: Observation) -> None:
    """The heap grows and shrinks in the trace as brk moves its end."""
    expect_agreement(seen)


@number("6.13")
@weight(0.5)
@rule("T3")
@needs("pgfaultmap")
@observe("steps", before="", steps="stack {a};stack {b}", a=Integer(50, 90), b=Integer(100, 200))
def test_stack_growth(seen: Observation) -> None:
    """The stack grows in the trace as it does in the process."""
    expect_agreement(seen)
    before, after = (region_called(seen, f"maps.{step}", "[stack]") for step in (0, 2))
    expect_that(
        happened(seen.params, 2),
        before != after,
        expected="the stack grows",
        observed="the stack stays as it was",
    )


@number("6.14")
@weight(1)
@rule("T6")
@rests_on(BEGINS, "life_cycle/execve_goes_on")
@needs("pgfaultmap")
@observe("steps", before="map 0 20", steps="map 1 10;exec;map 2 {a};exec;none", a=Integer(3, 30))
def test_execve(seen: Observation) -> None:
    """After execve() only the new program's regions are left."""
    expect_agreement(seen)
    before, after = (events_of(seen, f"events.{step}") for step in (1, 2))
    gone = sum(event.kind is EventKind.REMOVE for event in after[len(before) :])
    old = len(maps(seen.text("maps.1")))
    expect_that(
        "the traced process called execve() on the program that it ran before",
        gone >= old,
        expected=f"{old} regions are removed",
        observed=f"{gone} regions are removed",
        hint=hints.EXECVE,
    )


@number("6.15")
@weight(0.5)
@rule("T3")
@needs("pgfaultmap")
@observe("steps", before="", steps="reserve 0 {a};over 0 0 {a};touch 0 1", a=Integer(3, 30))
def test_replaced_in_place(seen: Observation) -> None:
    """A mapping over another, in the very same place, shows as removed and added."""
    expect_agreement(seen)
    start = area(seen)
    place = Extents(start, start + seen.number("a") * PAGE)
    expect_that(
        happened(seen.params, 2),
        was_replaced(events_of(seen, "events.3"), place),
        expected=f"the trace removes the region {place} and adds it again",
        observed=f"the trace does not both remove the region {place} and add it again",
        hint=hints.REPLACED,
    )


@number("6.16")
@weight(0.5)
@rule("T3")
@rests_on(MAPS, SPLITS, "regions/replaced_in_place")
@needs("pgfaultmap")
@observe(
    "steps",
    before="reserve 0 40;reserve 1 40;reserve 2 40",
    steps="over 0 0 {a};over 1 {a} 5;over 2 {a} 30",
    a=Integer(10, 20),
)
def test_replaced_in_part(seen: Observation) -> None:
    """Mappings over parts of others, their heads, middles and tails, are recorded."""
    expect_agreement(seen)


@number("6.17")
@weight(0.5)
@rule("T3")
@rests_on(MAPS, SPLITS)
@needs("pgfaultmap")
@observe("steps", before="map 0 40", steps="lock 0 {a} 5;touch 0 0;lock 0 0 40", a=Integer(3, 20))
def test_mlock_splits(seen: Observation) -> None:
    """Locking a part of a region splits it; locking the rest merges it."""
    expect_agreement(seen)


@number("6.18")
@weight(0.5)
@rule("T4")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps=";".join(
        f"map {slot} {slot + 2};unmap {slot} 1 1;protect {slot} 0 1 r" for slot in range(8)
    )
    + ";unmap 3 0 5;map 9 4;fork;exec;map 10 3",
)
def test_identities(seen: Observation) -> None:
    """Through many changes no two living regions have the same identity."""
    expect_agreement(seen)


@number("6.20")
@weight(0.5)
@rule("T3")
@needs("pgfaultmap")
@observe(
    "steps",
    before="map 0 60",
    steps="touch 0 0;overfail 0 10 {a};overfail 0 0 60;touch 0 30;over 0 10 {a}",
    a=Integer(10, 30),
)
def test_failed_mmap(seen: Observation) -> None:
    """A mapping that fails leaves in the trace what it was to replace."""
    expect_agreement(seen)


@number("6.21")
@weight(0.5)
@rule("T3")
@rests_on(MAPS)
@needs("pgfaultmap")
@observe("steps", before="", steps="attach 0 {a};touch 0 0;detach 0;map 0 {a}", a=Integer(2, 20))
def test_attached_memory(seen: Observation) -> None:
    """System V memory comes with shmat and goes with shmdt."""
    expect_agreement(seen)


@number("6.22")
@weight(0.5)
@rule("T3")
@rests_on("regions/stack_growth")
@needs("pgfaultmap")
@observe("steps", before="", steps="stack {a};overstack;stack {b}", a=Integer(50, 90), b="200")
def test_failed_stack_growth(seen: Observation) -> None:
    """A stack that RLIMIT_STACK keeps from growing stays as it is in the trace."""
    expect_agreement(seen)

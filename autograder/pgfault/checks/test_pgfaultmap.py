# SPDX-License-Identifier: MIT
"""pgfaultmap: what it makes of a trace."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer, Integers
from autograder.judge.expect import counted, expect_that, fail, some
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.drawings import (
    LONGEST,
    OF_ITS_TIME,
    ONE_LINE_EACH,
    PRINTED,
    drawing,
    expect_line,
    expected_map,
    fits,
    map_lines,
    undivided,
)
from autograder.pgfault.checks.foundations import BEGINS, FAULTS, READS
from autograder.pgfault.checks.traces import (
    area,
    events_of,
    expect_status,
    region_called,
)
from autograder.pgfault.trace.events import PAGE, EventKind

AREA = "Tools"
RESTS_ON = (READS,)
MAP_STEPS = "map 0 {a};touch 0 {pages};map 1 {b};touch 1 {others};unmap 1 0 {b};map 2 5;touch 2 2"
MAP = {
    "before": "",
    "steps": MAP_STEPS,
    "a": Integer(12, 60),
    "b": Integer(12, 60),
    "pages": Integers(6, 0, 11),
    "others": Integers(6, 0, 11),
}


@number("9.10")
@weight(0.5)
@rule("P3")
@rests_on(BEGINS)
@needs("pgfaultmap")
@observe("steps", **MAP)
def test_map_format(seen: Observation) -> None:
    """pgfaultmap prints its lines exactly as specified, and the right ones."""
    expect_status(seen, "map", PRINTED, 0)
    lines = map_lines(seen)
    text = seen.text("map.out")
    expect_that(
        PRINTED,
        text.endswith("\n"),
        expected="a newline at the end of the last line",
        observed=f"no newline at the end of the last line, '{lines[-1][-20:]}'",
        hint=hints.MAP_LINE,
    )
    regions = list(filter(undivided, expected_map(seen)))
    if not regions:
        fail(PRINTED, expected="at least one region that never changed", observed="no such region")
    for region in regions:
        expect_line(region, lines)


@number("9.11")
@weight(0.5)
@rule("P3")
@rests_on("pgfaultmap/map_format")
@needs("pgfaultmap")
@observe("steps", **MAP)
def test_map_order(seen: Observation) -> None:
    """pgfaultmap prints each region that ever existed once, in the order they were added."""
    lines = map_lines(seen)
    regions = expected_map(seen)
    expect_that(
        PRINTED,
        len(lines) == len(regions),
        expected=counted(len(regions), "line"),
        observed=counted(len(lines), "line"),
        hint=ONE_LINE_EACH,
    )
    for number_, (line, region) in enumerate(zip(lines, regions, strict=True), start=1):
        if undivided(region):
            expect_that(
                PRINTED,
                f"{region.extents.start:08x}" in line.lower(),
                expected=f"line {number_} is for the region that starts at "
                f"{region.extents.start:08x}",
                observed=f"line {number_} is '{line[:60]}'",
                hint=ONE_LINE_EACH,
            )


@number("9.12")
@weight(0.5)
@rule("P3")
@rests_on("pgfaultmap/map_format", FAULTS)
@needs("pgfaultmap")
@observe("steps", **MAP)
def test_map_pages(seen: Observation) -> None:
    """The pages marked X are those that were touched, also in regions that are gone."""
    lines = map_lines(seen)
    for slot, pages, size in ((0, "pages", "a"), (1, "others", "b")):
        start = area(seen, slot)
        touched = set(seen.numbers(pages))
        did = f"a process touched {len(touched)} pages at {start:x}; {PRINTED}"
        found = [line for line in lines if line.startswith(f"Region: {start:08x} - ")]
        expect_that(
            did,
            bool(found),
            expected=f"a line that starts with 'Region: {start:08x} - '",
            observed="no such line",
            hint=ONE_LINE_EACH,
        )
        drawn = "".join("X" if i in touched else "." for i in range(seen.number(size)))
        expect_that(
            did,
            f"|{drawn}|" in found[0],
            expected=f"|{drawn}|",
            observed=drawing(found[0]),
            hint=OF_ITS_TIME,
        )


GROW = {
    "before": "",
    "steps": "map 0 10;touch 0 3,9;resize 0 10 {a};touch 0 {last}",
    "a": Integer(20, 40),
    "last": Integer(11, 19),
}


@number("9.13")
@weight(0.5)
@rule("P3")
@rests_on("pgfaultmap/map_format")
@needs("pgfaultmap")
@observe("steps", **GROW)
def test_map_last_extents(seen: Observation) -> None:
    """A region that grew is printed with its last extents."""
    start = area(seen)
    end = start + seen.number("a") * PAGE
    lines = [line for line in map_lines(seen) if f"{start:08x} -" in line]
    wanted = "".join(
        "X" if i in (3, 9, seen.number("last")) else "." for i in range(seen.number("a"))
    )
    whole = f"Region: {start:08x} - {end:08x} ({seen.number('a'):4d} pages): |{wanted}|"
    did = f"a region of 10 pages grew to {seen.number('a')} in place; {PRINTED}"
    told_as_one = [
        region
        for region in expected_map(seen)
        if region.extents.start == start and len(region.faulted) == 3
    ]
    ends_there = any(f"- {end:08x} " in line for line in lines)
    expect_that(
        did,
        whole in lines if told_as_one else ends_there,
        expected=f"'{whole}'" if told_as_one else f"a line for a region that ends at {end:08x}",
        observed=f"'{lines[0][:LONGEST]}'" if lines else f"no line that starts at {start:08x}",
        hint="A region that grew is printed with the size that it had last.",
    )


@number("9.24")
@weight(0.5)
@rule("P3")
@rests_on("pgfaultmap/map_pages", "regions/stack_growth")
@needs("pgfaultmap")
@observe("steps", before="", steps="stack {a};stack {b}", a=Integer(40, 60), b=Integer(80, 99))
def test_map_of_growing_stack(seen: Observation) -> None:
    """The pages that faulted stay where they were when a region grows at its start."""
    stack = region_called(seen, "maps.2", "[stack]")
    faults = {event.page for event in events_of(seen) if event.kind is EventKind.FAULT}
    head = f"Region: {stack.start:08x} - {stack.end:08x} ({stack.pages:4d} pages): |"
    lines = [line for line in map_lines(seen) if f"- {stack.end:08x} " in line]
    expect_that(
        f"the stack of a process grew; {PRINTED}",
        bool(lines),
        expected=f"a line for a region that ends at {stack.end:08x}, the stack's end",
        observed="no such line",
        hint=ONE_LINE_EACH,
    )
    for region in expected_map(seen):
        if region.extents != stack or undivided(region):
            continue  # of the stack a trace may also say that it went and came
        pages = range(stack.start, stack.end, PAGE)
        # A fault may stand before the growth that it causes: either is right for its page.
        may_be = [
            "X" if page in region.faulted else "X." if page in faults else "." for page in pages
        ]
        expect_that(
            f"the stack of a process grew; {PRINTED}",
            any(fits(line.removeprefix(head), may_be) for line in lines),
            expected=f"'{head}{''.join(one[0] for one in may_be)}|'",
            observed=f"'{lines[-1]}'",
            hint="A stack grows downwards: keep the addresses of its pages, not their distance "
            "from its start.",
        )


@number("9.14")
@weight(0.5)
@rule("P3")
@rests_on("pgfaultmap/map_pages", "regions/replaced_in_place")
@needs("pgfaultmap")
@observe(
    "steps",
    before="",
    steps="map 0 12;touch 0 {a};over 0 0 12;touch 0 {b}",
    a=Integers(4, 0, 5),
    b=Integers(4, 6, 11),
)
def test_map_of_replaced_region(seen: Observation) -> None:
    """A fault belongs to the region that was there when it happened."""
    start = area(seen)
    head = f"Region: {start:08x} - {start + 12 * PAGE:08x}"
    drawn = []
    for name in ("a", "b"):
        touched = set(seen.numbers(name))
        drawn.append("|" + "".join("X" if i in touched else "." for i in range(12)) + "|")
    observed = [drawing(line) for line in map_lines(seen) if line.startswith(head)]
    expect_that(
        f"mmap(MAP_FIXED) replaced a region, with faults before and after; {PRINTED}",
        observed == drawn,
        expected=f"2 lines with that range: {some(drawn)}",
        observed=f"{counted(len(observed), 'line')} with that range: {some(observed)}",
        hint=OF_ITS_TIME,
    )


@number("9.23")
@weight(0.5)
@rule("P3")
@needs("pgfaultmap")
@observe(
    "steps",
    before="stripes 0 {many};map 1 {large}",
    steps="touch 1 {pages}",
    many=Integer(260, 330),
    large=Integer(9000, 12000),
    pages=Integer(8000, 8999),
)
def test_large_map(seen: Observation) -> None:
    """Hundreds of regions, and one region of thousands of pages, are printed in full."""
    lines = map_lines(seen)
    regions = expected_map(seen)
    large, page = seen.number("large"), seen.number("pages")
    size = "No array of a fixed size holds every trace, and no line is too long."
    expect_that(
        PRINTED,
        len(lines) == len(regions),
        expected=counted(len(regions), "line"),
        observed=counted(len(lines), "line"),
        hint=size,
    )
    did = f"a process touched page {page} of a region of {large} pages; {PRINTED}"
    start = area(seen, 1)
    head = f"Region: {start:08x} - {start + large * PAGE:08x} ({large:4d} pages): |"
    found = [line for line in lines if line.startswith(head)]
    expect_that(
        did,
        bool(found),
        expected=f"a line that starts with '{head}'",
        observed="no such line",
        hint=hints.MAP_LINE,
    )
    drawn = found[0].removeprefix(head)
    marks = [at for at, sign in enumerate(drawn) if sign == "X"]
    expect_that(
        did,
        drawn == "." * page + "X" + "." * (large - page - 1) + "|",
        expected=f"{large} pages, {counted(1, 'X', 'X')} at page {page}",
        observed=f"{len(drawn) - 1} pages, {counted(len(marks), 'X', 'X')} at page {some(marks)}",
        hint=size,
    )


@number("9.25")
@weight(0.5)
@rule("P3")
@rests_on("pgfaultmap/map_pages")
@needs("pgfaultmap")
@observe("steps", before="", steps="file 0 {a};over 0 {a} 9;touch 0 {a}", a=Integer(5, 30))
def test_map_of_neighbours(seen: Observation) -> None:
    """A fault on the first page after a region is drawn only in the next region."""
    lines = map_lines(seen)
    start = area(seen)
    border = start + seen.number("a") * PAGE
    found = [one for one in expected_map(seen) if one.extents.start in (start, border)]
    expect_that(
        f"mmap() added two regions side by side; {PRINTED}",
        bool(found),
        expected=f"regions that start at {start:x} and {border:x}",
        observed="no such regions in the trace",
        hint=hints.ADDED,
    )
    for region in filter(undivided, found):
        expect_line(region, lines)

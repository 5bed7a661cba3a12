# SPDX-License-Identifier: MIT
"""pgfaultmap: what it makes of a trace."""

import operator

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Integer, Integers
from autograder.checks.expect import expect, expect_that, fail, some
from autograder.checks.rubric import clause, hint, needs, observe
from autograder.checks.traces import area, events_of, space_of, tool_status
from autograder.guest.observation import Observation
from autograder.trace.address_space import Region, named
from autograder.trace.events import PAGE, Kind

AREA = "Tools"


def expected_map(seen: Observation) -> list[Region]:
    """The regions of a trace, from its events."""
    return space_of("the trace", events_of(seen)).ever


def undivided(region: Region) -> bool:
    """Whether a region's last extents do not depend on how a change was told."""
    return len(set(region.history)) == 1


def expect_line(region: Region, lines: list[str]) -> None:
    """Raise Mismatch unless the line of ``region`` is among the ``lines`` of a map."""
    if region.map_line() not in lines:
        near = [line for line in lines if f"{region.extents.start:x}" in line.lower()]
        fail(
            f"the line for the region {region.extents}",
            expected=region.map_line()[:200],
            observed=near[0][:200] if near else "no line for it",
        )


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
@weight(1)
@clause('4: "Region: %08lx - %08lx (%4lu pages): |%s|\\n", to the byte')
@hint("Compare byte by byte with `cat -A`: the widths, the blanks, the last newline.")
@needs("pgfaultmap")
@observe("steps", **MAP)
def test_map_format(seen: Observation) -> None:
    """pgfaultmap prints its lines exactly as asked, and the right ones."""
    expect("pgfaultmap", tool_status(seen, "map"), "status 0")
    text = seen.text("map.out")
    expect_that(
        "the end of pgfaultmap's output",
        text.endswith("\n"),
        expected="a newline",
        observed=repr(text[-20:]),
    )
    lines = text.splitlines()
    for region in filter(undivided, expected_map(seen)):
        expect_line(region, lines)


@number("9.11")
@weight(0.5)
@clause("4: one line for each region that the trace ever shows, in the order they were added")
@needs("pgfaultmap")
@observe("steps", **MAP)
def test_map_order(seen: Observation) -> None:
    """pgfaultmap prints every region that ever was, once, in the order of their adding."""
    lines = seen.text("map.out").splitlines()
    regions = expected_map(seen)
    expect("the number of lines", len(lines), len(regions))
    for number_, (line, region) in enumerate(zip(lines, regions, strict=True), start=1):
        if undivided(region):
            expect_that(
                f"line {number_}",
                f"{region.extents.start:08x}" in line.lower(),
                expected=f"the region {region.extents}",
                observed=line[:60],
            )


@number("9.12")
@weight(1)
@clause("4: X is a page that faulted while it was part of that region, . one that did not")
@needs("pgfaultmap")
@observe("steps", **MAP)
def test_map_pages(seen: Observation) -> None:
    """The pages marked X are those that were touched, also in regions that are gone."""
    lines = seen.text("map.out").splitlines()
    for slot, pages, size in ((0, "pages", "a"), (1, "others", "b")):
        start = area(seen, slot)
        found = [line for line in lines if line.startswith(f"Region: {start:08x} - ")]
        expect_that(
            f"the line for the area at {start:x}", bool(found), expected="one line", observed="none"
        )
        touched = set(seen.numbers(pages))
        drawn = "".join("X" if i in touched else "." for i in range(seen.number(size)))
        expect_that(
            f"the pages of the area at {start:x}",
            f"|{drawn}|" in found[0],
            expected=f"|{drawn}|",
            observed=found[0][found[0].find("|") :],
        )


GROW = {
    "before": "",
    "steps": "map 0 10;touch 0 3,9;resize 0 10 {a};touch 0 {last}",
    "a": Integer(20, 40),
    "last": Integer(11, 19),
}


@number("9.13")
@weight(0.5)
@clause("4: ... with its last extents")
@hint("A region that grew is printed with the size that it had last.")
@needs("pgfaultmap")
@observe("steps", **GROW)
def test_map_last_extents(seen: Observation) -> None:
    """A region that grew is printed with its last extents."""
    start = area(seen)
    end = start + seen.number("a") * PAGE
    lines = [line for line in seen.text("map.out").splitlines() if f"{start:08x} -" in line]
    wanted = "".join(
        "X" if i in (3, 9, seen.number("last")) else "." for i in range(seen.number("a"))
    )
    whole = f"Region: {start:08x} - {end:08x} ({seen.number('a'):4d} pages): |{wanted}|"
    told_as_one = [
        region
        for region in expected_map(seen)
        if region.extents.start == start and len(region.faulted) == 3
    ]
    if told_as_one:
        expect_that(
            "a region that grew in place", whole in lines, expected=whole, observed=some(lines)
        )
    else:
        expect_that(
            "a region that grew in place, told as removed and added",
            any(f"- {end:08x} " in line for line in lines),
            expected=f"a line that ends at {end:08x}",
            observed=some(lines),
        )


@number("9.24")
@weight(0.5)
@clause("4: X is a page that faulted while it was part of that region ... with its last extents")
@hint("A stack grows downwards: keep the addresses of pages, not their distance from the start.")
@needs("pgfaultmap")
@observe("steps", before="", steps="stack {a};stack {b}", a=Integer(40, 60), b=Integer(80, 99))
def test_map_of_growing_stack(seen: Observation) -> None:
    """The pages that faulted stay where they were when a region grows at its start."""
    stack = named(seen.text("maps.2"), "[stack]")
    faults = {event.page for event in events_of(seen) if event.kind is Kind.FAULT}
    head = f"Region: {stack.start:08x} - {stack.end:08x} ({stack.pages:4d} pages): |"
    lines = [line for line in seen.text("map.out").splitlines() if f"- {stack.end:08x} " in line]
    for region in expected_map(seen):
        if region.extents != stack or undivided(region):
            continue  # of the stack it may also be told that it went and came
        pages = range(stack.start, stack.end, PAGE)
        # A fault may be told before the growth that it causes: either is right for its page.
        may_be = [
            "X" if page in region.faulted else "X." if page in faults else "." for page in pages
        ]
        expect_that(
            "the line of a stack that grew",
            any(fits(line.removeprefix(head), may_be) for line in lines),
            expected=head + "".join(one[0] for one in may_be) + "|",
            observed=some(lines),
        )


def fits(drawn: str, may_be: list[str]) -> bool:
    """Whether each page is drawn as it may be, and nothing follows but the bar."""
    return len(drawn) == len(may_be) + 1 and all(map(operator.contains, may_be, drawn))


@number("9.14")
@weight(0.5)
@clause("4: a region's pages are those of its own time (MAP_FIXED in the same place)")
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
    lines = [
        line
        for line in seen.text("map.out").splitlines()
        if line.startswith(f"Region: {start:08x} - {start + 12 * PAGE:08x}")
    ]
    drawn = []
    for name in ("a", "b"):
        touched = set(seen.numbers(name))
        drawn.append("|" + "".join("X" if i in touched else "." for i in range(12)) + "|")
    observed = [line[line.find("|") :] for line in lines]
    expect("the two regions in the same place", some(observed), some(drawn))


@number("9.23")
@weight(0.5)
@clause("4: one line for each region that the trace ever shows; X or . for each page")
@hint("No array of a fixed size holds every trace.")
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
    """Hundreds of regions, and one of thousands of pages, are printed in full."""
    lines = seen.text("map.out").splitlines()
    expect("the number of lines", len(lines), len(expected_map(seen)))
    start, large, page = area(seen, 1), seen.number("large"), seen.number("pages")
    end = start + large * PAGE
    head = f"Region: {start:08x} - {end:08x} ({large:4d} pages): |"
    found = [line for line in lines if line.startswith(head)]
    expect_that(
        f"the line of a region of {large} pages",
        bool(found),
        expected=f"a line that begins with {head}",
        observed="none",
    )
    drawn = found[0].removeprefix(head)
    expect_that(
        "the pages drawn there",
        drawn == "." * page + "X" + "." * (large - page - 1) + "|",
        expected=f"{large} of them, an X for page {page} alone",
        observed=f"{len(drawn) - 1}, X at {some(i for i, c in enumerate(drawn) if c == 'X')}",
    )


@number("9.15")
@weight(0.5)
@clause("4: a trace that is cut short: everything up to there, a message, status 1")
@needs("pgfaultmap")
@observe("damaged", how="cut", at=Integers(6, 300, 995))
def test_cut_trace(seen: Observation) -> None:
    """A trace cut inside a record: the events up to there, a message and status 1."""
    whole = seen.text("whole.out").splitlines()
    noticed = 0
    for index in range(len(seen.numbers("at"))):
        label = f"try.{index}"
        status = tool_status(seen, label)
        lines = seen.text(f"{label}.out").splitlines()
        did = (
            f"pgfaultmap --events on a trace cut after {seen.all('at')[index].text('place')} bytes"
        )
        if status not in ("status 0", "status 1"):
            fail(did, expected="status 1", observed=status)
        noticed += status == "status 1"
        if status == "status 1":
            expect_that(
                f"{did}: standard error",
                bool(seen.text(f"{label}.err").strip()),
                expected="a message",
                observed="nothing",
            )
        kept = lines[: len(lines) - 1] if lines and lines[-1] not in whole else lines
        expect_that(
            f"{did}: standard output",
            bool(kept) and whole[: len(kept)] == kept,
            expected="the events before the cut",
            observed=f"{len(kept)} lines",
        )
        expect_that(
            f"{did}, without --events: standard output",
            "Region: " in seen.text(f"{label}.map.out"),
            expected="the regions before the cut",
            observed=seen.text(f"{label}.map.out")[:200] or "nothing",
        )
    expect_that(
        "six traces cut at different places",
        noticed >= 1,
        expected="status 1 for a cut record",
        observed="status 0 for all",
    )


@number("9.16")
@weight(0.5)
@clause("4: a trace that is damaged: never a crash")
@needs("pgfaultmap")
@observe("damaged", how="overwrite", at=Integers(8, 0, 950))
def test_damaged_trace(seen: Observation) -> None:
    """A trace with overwritten bytes never crashes pgfaultmap."""
    expect_no_crash(seen)


@number("9.17")
@weight(0.5)
@clause("4: a trace that is damaged: never a crash")
@needs("pgfaultmap")
@observe("damaged", how="random", at=Integers(6, 1, 999))
def test_random_file(seen: Observation) -> None:
    """A file of random bytes never crashes pgfaultmap."""
    expect_no_crash(seen)


def expect_no_crash(seen: Observation) -> None:
    """Raise Mismatch where pgfaultmap was ended by a signal or did not end by itself."""
    for index in range(len(seen.numbers("at"))):
        for label, command in (
            (f"try.{index}", "pgfaultmap --events"),
            (f"try.{index}.map", "pgfaultmap"),
        ):
            status = tool_status(seen, label)
            if status not in ("status 0", "status 1"):
                fail(f"{command} on a damaged trace", expected="status 1 or 0", observed=status)


@number("9.25")
@weight(0.5)
@clause("4: X is a page that faulted while it was part of that region")
@hint("A region's end is the first address that is no longer part of it.")
@needs("pgfaultmap")
@observe("steps", before="", steps="file 0 {a};over 0 {a} 9;touch 0 {a}", a=Integer(5, 30))
def test_map_of_neighbours(seen: Observation) -> None:
    """A fault on the first page after a region is drawn in the next one only."""
    lines = seen.text("map.out").splitlines()
    start = area(seen)
    border = start + seen.number("a") * PAGE
    for region in filter(undivided, expected_map(seen)):
        if region.extents.start in (start, border):
            expect_line(region, lines)


@number("9.26")
@weight(0.5)
@clause("4: a trace that is damaged, or that another program read: never a crash")
@hint("What a record says of a region counts only where the region was added before.")
@needs("pgfaultmap")
@observe("damaged", how="late", at="0")
def test_late_trace(seen: Observation) -> None:
    """A trace whose first regions another reader took never crashes pgfaultmap."""
    expect_no_crash(seen)

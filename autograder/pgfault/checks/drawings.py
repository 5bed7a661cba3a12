# SPDX-License-Identifier: MIT
"""What checks share for looking at the map that pgfaultmap printed."""

from __future__ import annotations

import operator

from autograder.guest.observation import Observation
from autograder.judge.expect import fail
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.traces import events_of, quoted, space_of, tool_status
from autograder.pgfault.trace.address_space import Region

PRINTED = "pgfaultmap printed the map of a trace"
MOST_PAGES = 1 << 20  # of a region whose line is looked at: no check makes a larger one
LONGEST = 200  # characters of a line of the map, quoted
ONE_LINE_EACH = (
    "Print one line for each region that the trace ever shows, in the order in which they were "
    "added, those that are gone by the end too."
)
OF_ITS_TIME = (
    "A page is marked X if it faulted while it was part of that region: apply the events one "
    "after the other."
)


def expected_map(seen: Observation) -> list[Region]:
    """The regions of a trace, from its events."""
    return space_of("pgfaultmap --events printed a trace", events_of(seen)).ever


def map_lines(seen: Observation) -> list[str]:
    """The lines that pgfaultmap printed.  Errors: Mismatch where there are none."""
    lines = seen.text("map.out").splitlines()
    if not lines:
        said = quoted(seen.text("map.err"))
        fail(
            PRINTED,
            expected="at least one line on standard output",
            observed="nothing on standard output; the tool ends with "
            + tool_status(seen, "map", PRINTED)
            + (f", and {said} on standard error" if said else ""),
            hint=hints.TOOL_SILENT,
        )
    return lines


def undivided(region: Region) -> bool:
    """Whether a region's last extents do not depend on how a change was reported."""
    return len(set(region.history)) == 1


def expect_line(region: Region, lines: list[str]) -> None:
    """Raise Mismatch unless the line of ``region`` is among the ``lines`` of a map."""
    if region.extents.pages > MOST_PAGES:
        fail(
            "pgfaultmap --events printed a trace",
            expected="regions such as those that the process had",
            observed=f"a region of {region.extents.pages} pages ({region.extents})",
            hint=hints.BAD_RANGE,
        )
    if region.map_line() not in lines:
        near = [line for line in lines if f"{region.extents.start:x}" in line.lower()]
        fail(
            PRINTED,
            expected=f"'{region.map_line()[:LONGEST]}'",
            observed=f"'{near[0][:LONGEST]}'" if near else f"no line for {region.extents}",
            hint=hints.MAP_LINE if near else ONE_LINE_EACH,
        )


def drawing(line: str) -> str:
    """The pages in a line of a map, with the bars around them."""
    return line[line.find("|") :] if "|" in line else "no bars"


def fits(drawn: str, may_be: list[str]) -> bool:
    """Whether each page is drawn as it may be, and nothing follows but the bar."""
    return len(drawn) == len(may_be) + 1 and all(map(operator.contains, may_be, drawn))

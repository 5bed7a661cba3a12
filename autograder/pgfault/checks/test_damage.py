# SPDX-License-Identifier: MIT
"""pgfaultmap: what it makes of a trace that is damaged, cut short, or begins late."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integers
from autograder.judge.expect import at_least_one, counted, expect_that, fail
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks.damage import expect_an_end, expect_no_crash
from autograder.pgfault.checks.drawings import LONGEST
from autograder.pgfault.checks.foundations import READS
from autograder.pgfault.checks.traces import events_of, expect_status, quoted, tool_status

AREA = "Tools"
GROUP = "pgfaultmap"
RESTS_ON = (READS,)


@number("9.15")
@weight(0.5)
@rule("P5")
@rests_on(READS)
@needs("pgfaultmap")
@observe("damaged", how="cut", at=Integers(6, 300, 995))
def test_cut_trace(seen: Observation) -> None:
    """A trace cut inside a record: the events up to there, a message and status 1."""
    whole = seen.text("whole.out").splitlines()
    if not whole:
        events_of(seen, "whole")
    noticed = 0
    cuts = at_least_one(seen.all("at"), "the check cut a trace short", "cut")
    up_to_there = "Read record by record, and print each one before you try to read the next."
    for index, cut in enumerate(cuts):
        label = f"try.{index}"
        did = f"pgfaultmap --events read a trace cut after {cut.text('place')} bytes"
        expect_status(seen, label, did, 1, 0)
        is_noticed = tool_status(seen, label, did) == "status 1"
        noticed += is_noticed
        lines = seen.text(f"{label}.out").splitlines()
        if is_noticed:
            expect_that(
                did,
                bool(seen.text(f"{label}.err").strip()),
                expected="a message on standard error",
                observed="nothing on standard error",
            )
        kept = lines[: len(lines) - 1] if lines and lines[-1] not in whole else lines
        same = next((i for i, one in enumerate(kept) if whole[i : i + 1] != [one]), len(kept))
        if same < len(kept) or not kept:
            fail(
                did,
                expected="the events before the cut, as in the whole trace",
                observed=f"line {same + 1} is '{kept[same][:LONGEST]}', unlike in the whole trace"
                if kept
                else "no event",
                hint=up_to_there,
            )
        expect_that(
            f"pgfaultmap read a trace cut after {cut.text('place')} bytes",
            "Region: " in seen.text(f"{label}.map.out"),
            expected="the lines of the regions before the cut",
            observed=quoted(seen.text(f"{label}.map.out")) or "no line",
            hint=up_to_there,
        )
    expect_that(
        f"pgfaultmap --events read {counted(len(cuts), 'trace')} cut at different places",
        noticed >= 1,
        expected="the tool ends with status 1 if a record is cut",
        observed="the tool ends with status 0 for every cut",
        hint="A last record that is shorter than it should be is damage: say so and end with 1.",
    )


@number("9.16")
@weight(0.5)
@rule("P5")
@needs("pgfaultmap")
@observe("damaged", how="overwrite", at=Integers(8, 0, 950))
def test_damaged_trace(seen: Observation) -> None:
    """A trace with overwritten bytes never crashes pgfaultmap."""
    expect_no_crash(seen)


@number("9.28")
@weight(0.5)
@rule("P5")
@needs("pgfaultmap")
@observe("damaged", how="huge", at="")
def test_huge_region(seen: Observation) -> None:
    """A region that no address space can hold is damage: pgfaultmap does not draw it."""
    expect_an_end(seen)


@number("9.17")
@weight(0.5)
@rule("P5")
@needs("pgfaultmap")
@observe("damaged", how="random", at=Integers(6, 1, 999))
def test_random_file(seen: Observation) -> None:
    """A file of random bytes never crashes pgfaultmap."""
    expect_no_crash(seen)


@number("9.26")
@weight(0.5)
@rule("P9")
@needs("pgfaultmap")
@observe("damaged", how="late", at="0")
def test_late_trace(seen: Observation) -> None:
    """A trace whose first regions another reader took never crashes pgfaultmap."""
    expect_no_crash(seen)

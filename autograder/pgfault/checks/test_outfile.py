# SPDX-License-Identifier: MIT
"""tracepgfault: what becomes of OUTFILE where the disk is full or somebody stops the trace."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.answers import WRITE
from autograder.judge.draw import Integer
from autograder.judge.expect import counted, expect_that
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.calls import expect_answer
from autograder.pgfault.checks.commands import FAR, is_address, printed_address
from autograder.pgfault.checks.foundations import FOLLOWS_COMMAND, RUNS
from autograder.pgfault.checks.traces import events_of, pages_in, quoted, tool_status

AREA = "Tools"
GROUP = "tracepgfault"
RESTS_ON = (RUNS,)
DISK = "/tmp/disk/out"


@number("9.29")
@weight(0.5)
@rule("P7")
@rests_on(FOLLOWS_COMMAND)
@needs("tracepgfault")
@observe("full_disk", room="0,1", bursts=20, pages=240, at=FAR)
def test_full_disk(seen: Observation) -> None:
    """If OUTFILE cannot be written to its end, the tool says so; the command is not disturbed."""
    for index, room in enumerate(seen.numbers("room")):
        label = f"tool.{index}"
        did = f"tracepgfault wrote OUTFILE to a disk with room for {counted(room, 'page')}"
        ended = tool_status(seen, label, did)
        said = quoted(seen.text(f"{label}.err"))
        expect_that(
            did,
            ended.startswith("status") and ended != "status 0",
            expected="the tool ends with a status other than 0",
            observed=f"the tool ends with {ended}",
            hint="Look at what write() returns: less than you asked for, or -1, is no success.",
        )
        expect_that(
            did,
            DISK in said,
            expected=f"a message on standard error with the name '{DISK}'",
            observed=f"{said or 'nothing'} on standard error",
        )
        printed = seen.text(f"printed.{index}").strip()
        expect_that(
            did,
            is_address(printed),
            expected="the command runs to its end and prints a line",
            observed=f"the command prints {quoted(printed) or 'nothing'}",
            hint="Go on reading, or let go of the trace, but do not end the command.",
        )


@number("9.30")
@weight(0.5)
@rule("P8")
@rests_on(FOLLOWS_COMMAND)
@needs("tracepgfault", "pgfaultmap")
@observe("stopped_tool", bursts=20, pages=Integer(5, 40), at=FAR)
def test_stopped_meanwhile(seen: Observation) -> None:
    """If somebody stops the trace, OUTFILE keeps what was read; the tool ends with its command."""
    stopped = "while tracepgfault ran a command, another process wrote 0"
    expect_answer(stopped, seen.one("stop"), "1", of=WRITE)
    did = f"{stopped} to stop the trace"
    ended = tool_status(seen, "tool", did)
    expect_that(
        did,
        ended.startswith("status"),
        expected="the tool ends with any status",
        observed=f"the tool ends with {ended}",
        hint=hints.TOOL_CRASH,
    )
    address = printed_address(seen, did)  # printed at its end, and looked at when the tool ended
    touched = seen.number("bursts") * seen.number("pages")
    found = pages_in(events_of(seen), address, touched)
    expect_that(
        did,
        len(found) >= seen.number("pages"),
        expected="OUTFILE has the faults that were read before that",
        observed=f"OUTFILE has {counted(len(found), 'fault')} in the command's memory",
        hint="Write what you have read, also if the next read() fails with ESRCH.",
    )

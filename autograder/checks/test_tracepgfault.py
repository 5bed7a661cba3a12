# SPDX-License-Identifier: MIT
"""tracepgfault: how it runs a command, and what it writes."""

import re

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.checks.draw import Integer
from autograder.checks.expect import expect, expect_that
from autograder.checks.rubric import clause, hint, needs, observe
from autograder.checks.traces import events_of, expect_pages, pages_in, tool_status
from autograder.guest.observation import Observation
from autograder.trace.events import Kind

AREA = "Tools"
OUT = "/tmp/out"
HELPER = "/bin/{name}"
TRACE = "/bin/tracepgfault"
FAR = Integer(0x20_0000, 0x80_0000)  # the number of a page, where nothing else is mapped


@number("9.1")
@weight(0.5)
@clause("4: exits as COMMAND did (its status)")
@needs("tracepgfault")
@observe(
    "tool",
    command=f"{TRACE}|{OUT}|{HELPER}|exit|{{number}}",
    outfile=OUT,
    before=0,
    events=0,
    number=Integer(3, 250),
)
def test_exit_status(seen: Observation) -> None:
    """tracepgfault exits with its command's status."""
    status = 255 - seen.number("number")  # helper.c
    expect(
        f"tracepgfault on a command that exits with {status}",
        tool_status(seen, "tool"),
        f"status {status}",
    )


@number("9.2")
@weight(0.5)
@clause("4: exits as COMMAND did (128+N where signal N ended it)")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|{HELPER}|signal|49", outfile=OUT, before=0, events=0)
def test_exit_by_signal(seen: Observation) -> None:
    """tracepgfault exits with 128+N where signal N ended its command."""
    expect("tracepgfault on a command that SIGTERM ends", tool_status(seen, "tool"), "status 143")


@number("9.3")
@weight(0.5)
@clause("4: exits with 127 where COMMAND cannot be run")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|/bin/there-is-none", outfile=OUT, before=0, events=0)
def test_command_missing(seen: Observation) -> None:
    """tracepgfault exits with 127 where its command cannot be run."""
    expect("tracepgfault on a command that does not exist", tool_status(seen, "tool"), "status 127")


@number("9.4")
@weight(0.5)
@clause("4: 2 with a usage line on standard error where arguments are missing")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}", outfile=OUT, before=0, events=0)
def test_usage(seen: Observation) -> None:
    """tracepgfault without a command prints a usage line and exits with 2."""
    expect("tracepgfault without a command", tool_status(seen, "tool"), "status 2")
    expect_that(
        "the same: standard error",
        bool(seen.text("tool.err").strip()),
        expected="a usage line",
        observed="nothing",
    )
    expect("the same: standard output", seen.text("tool.out"), "")


@number("9.5")
@weight(0.5)
@clause("4: OUTFILE that cannot be created: a message naming it, status 1, before COMMAND runs")
@needs("tracepgfault")
@observe(
    "tool",
    command=f"{TRACE}|/tmp/no/such/out|{HELPER}|mark|/tmp/marker",
    outfile="/tmp/no/such/out",
    before=0,
    events=0,
)
def test_outfile_unwritable(seen: Observation) -> None:
    """An OUTFILE that cannot be created is an error, and the command does not run."""
    did = "tracepgfault with an OUTFILE in a folder that does not exist"
    expect(did, tool_status(seen, "tool"), "status 1")
    expect_that(
        f"{did}: standard error",
        "/tmp/no/such/out" in seen.text("tool.err"),
        expected="a message with the name of OUTFILE",
        observed=seen.text("tool.err")[:200],
    )
    expect_that(
        f"{did}: the command",
        seen.one("marker").number("errno") != 0,
        expected="it does not run",
        observed="it ran",
    )


@number("9.6")
@weight(0.5)
@clause("4: COMMAND keeps its own standard output and error; its arguments reach it")
@needs("tracepgfault")
@observe(
    "tool",
    command=f"{TRACE}|{OUT}|{HELPER}|echo|{{one}}|two words||-x",
    outfile=OUT,
    before=0,
    events=0,
    one=Integer(1000, 9999),
)
def test_output_is_kept(seen: Observation) -> None:
    """The command's arguments, standard output and standard error are its own."""
    expect(
        "standard output of a command that prints its arguments",
        seen.text("tool.out"),
        f"[{seen.params['one']}][two words][-x]",
    )
    expect("its standard error", seen.text("tool.err"), "to standard error\n")


@number("9.19")
@weight(0.5)
@clause("4: tracepgfault OUTFILE COMMAND [ARG...]")
@needs("tracepgfault")
@observe(
    "tool",
    command=f"{TRACE}|{OUT}|{HELPER}|echo|" + "|".join("abcdefghijklmnopqr"),
    outfile=OUT,
    before=0,
    events=0,
)
def test_many_arguments(seen: Observation) -> None:
    """A command gets all of its arguments, however many there are."""
    expect(
        "standard output of a command that prints its 18 arguments",
        seen.text("tool.out"),
        "".join(f"[{letter}]" for letter in "abcdefghijklmnopqr"),
    )


@number("9.20")
@weight(0.5)
@clause("4: exits with 127 where COMMAND cannot be run")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|/proc/version", outfile=OUT, before=0, events=0)
def test_command_that_is_no_program(seen: Observation) -> None:
    """tracepgfault exits with 127 also where its command is a file without permission to run."""
    expect(
        "tracepgfault on a file that may not be executed", tool_status(seen, "tool"), "status 127"
    )


@number("9.21")
@weight(0.5)
@clause("4: exits as COMMAND did")
@hint("Wait for the process that you started, by its number.")
@needs("tracepgfault")
@observe(
    "tool",
    command=f"{HELPER}|parent|{TRACE}|{OUT}|{HELPER}|exit|{{number}}",
    outfile=OUT,
    before=0,
    events=0,
    number=Integer(3, 170),
)
def test_other_children(seen: Observation) -> None:
    """A child that tracepgfault did not start itself is not taken for its command."""
    expect(
        "tracepgfault, started with a child that has ended, on a command of its own",
        tool_status(seen, "tool"),
        f"status {255 - seen.number('number')}",
    )


@number("9.22")
@weight(0.5)
@clause("4: writes the bytes that it read ... to OUTFILE (which may be there already)")
@hint("Open OUTFILE with O_CREAT and O_TRUNC.")
@needs("tracepgfault", "pgfaultmap")
@observe(
    "tool",
    command=f"{TRACE}|{OUT}|{HELPER}|touch|{{pages}}|{{at}}",
    outfile=OUT,
    before=1 << 20,
    events=1,
    pages=Integer(20, 90),
    at=FAR,
)
def test_outfile_is_replaced(seen: Observation) -> None:
    """What was in OUTFILE before is gone."""
    expect("tracepgfault with an OUTFILE that is there", tool_status(seen, "tool"), "status 0")
    pages = seen.number("pages")
    expect_pages(
        "the pages in an OUTFILE that held something else before",
        pages_in(events_of(seen), printed_address(seen), pages),
        list(range(pages)),
    )


@number("9.7")
@weight(0.5)
@clause("4: COMMAND keeps its own standard input")
@needs("tracepgfault")
@observe("tool_input", text="some text of {number}", number=Integer(1000, 9999))
def test_input_is_kept(seen: Observation) -> None:
    """The command reads tracepgfault's standard input."""
    expect("a command that copies its standard input", seen.text("output"), seen.params["text"])


def printed_address(seen: Observation) -> int:
    """Where the command says that its memory is: all that it prints on standard output."""
    text = seen.text("tool.out").strip()
    expect_that(
        "standard output of the command",
        re.fullmatch("[0-9a-f]{1,16}", text) is not None,
        expected="what the command prints, and nothing else",
        observed=text[:200] or "nothing",
    )
    return int(text, 16)


TOUCH = {
    "command": f"{HELPER}|idle|{TRACE}|{OUT}|{HELPER}|touch|{{pages}}|{{at}}",
    "outfile": OUT,
    "before": 0,
    "events": 1,
    "pages": Integer(20, 90),
    "at": FAR,
}


@number("9.8")
@weight(1)
@clause("4: runs COMMAND traced from its first instruction and writes the bytes to OUTFILE")
@hint("The child must wait with exec until the parent has started the trace.")
@needs("tracepgfault", "pgfaultmap")
@observe("tool", **TOUCH)
def test_traces_the_command(seen: Observation) -> None:
    """OUTFILE holds the command's whole trace, from its execve to its exit."""
    expect("tracepgfault", tool_status(seen, "tool"), "status 0")
    events = events_of(seen)
    start = printed_address(seen)
    pages = seen.number("pages")
    expect_pages(
        "the pages that the command touched", pages_in(events, start, pages), list(range(pages))
    )
    removed = [event for event in events if event.kind is Kind.REMOVE]
    expect_that(
        "the regions of tracepgfault's own child, before execve",
        len(removed) >= 4,
        expected="added, then removed",
        observed=f"{len(removed)} regions removed",
    )


BURSTS, BURST = 20, 240


@number("9.9")
@weight(0.5)
@clause("4: runs COMMAND traced and writes the bytes that it read, in order")
@hint("Read while the command runs: the kernel's buffer does not hold everything.")
@needs("tracepgfault", "pgfaultmap")
@observe(
    "tool",
    command=f"{TRACE}|{OUT}|{HELPER}|bursts|{BURSTS}|{BURST}|{{at}}",
    outfile=OUT,
    before=0,
    events=1,
    at=FAR,
)
def test_traces_much(seen: Observation) -> None:
    """A command with more faults than any buffer holds is traced to its end."""
    events = events_of(seen)
    start = printed_address(seen)
    pages = BURSTS * BURST
    expect_pages(
        f"the {pages} pages that the command touched, a few at a time",
        pages_in(events, start, pages),
        list(range(pages)),
    )


@number("9.18")
@weight(0.5)
@clause("4: exits as COMMAND did")
@hint("A pipe that COMMAND's children inherit stays open as long as they live.")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|{HELPER}|orphan|300", outfile=OUT, before=0, events=0)
def test_ends_with_its_command(seen: Observation) -> None:
    """tracepgfault ends when its command does, whatever children that leaves behind."""
    did = "tracepgfault on a command that leaves a child behind for 300 s"
    expect(did, tool_status(seen, "tool"), "status 0")
    seconds = seen.one("ended").real("now") - seen.one("started").real("now")
    expect_that(did, seconds < 5, expected="it ends at once", observed=f"it took {seconds:.0f} s")


@number("9.27")
@weight(0.5)
@clause("4: exits as COMMAND did (128+N where signal N ended it)")
@hint("What the tool ignores its command ignores too, unless that is undone before execve.")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|{HELPER}|signal|62", outfile=OUT, before=0, events=0)
def test_exit_by_interrupt(seen: Observation) -> None:
    """SIGINT ends the command as it would without tracepgfault."""
    expect("tracepgfault on a command that SIGINT ends", tool_status(seen, "tool"), "status 130")

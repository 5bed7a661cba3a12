# SPDX-License-Identifier: MIT
"""tracepgfault: how it runs a command, and what it writes."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer
from autograder.judge.expect import expect_that
from autograder.judge.rubric import needs, observe, rests_on, rule
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.commands import FAR, printed_address
from autograder.pgfault.checks.foundations import ENDS, FAULTS, FOLLOWS_COMMAND, READS, RUNS, WAKES
from autograder.pgfault.checks.traces import (
    events_of,
    expect_pages,
    expect_status,
    pages_in,
    quoted,
)
from autograder.pgfault.trace.events import Event, EventKind

AREA = "Tools"
RESTS_ON = (RUNS,)
OUT = "/tmp/out"
HELPER = "/bin/{name}"
TRACE = "/bin/tracepgfault"
SIGNALS = "A shell's convention: a command that signal N ended gives the status 128+N."
CANNOT_RUN = "If execve() fails, the child exits with 127, and so does the tool."


@number("9.1")
@weight(0.5)
@rule("P2")
@rests_on(READS)
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
    did = f"tracepgfault ran a command that exits with status {status}"
    expect_status(seen, "tool", did, status, hint=hints.COMMAND_STATUS)


@number("9.2")
@weight(0.5)
@rule("P2")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|{HELPER}|signal|49", outfile=OUT, before=0, events=0)
def test_exit_by_signal(seen: Observation) -> None:
    """tracepgfault exits with 128+N if signal N ended its command."""
    did = "tracepgfault ran a command that SIGTERM (15) ends"
    expect_status(seen, "tool", did, 143, hint=SIGNALS)


@number("9.3")
@weight(0.5)
@rule("P2")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|/bin/there-is-none", outfile=OUT, before=0, events=0)
def test_command_missing(seen: Observation) -> None:
    """tracepgfault exits with 127 if its command cannot be run."""
    did = "tracepgfault got a command that does not exist"
    expect_status(seen, "tool", did, 127, hint=CANNOT_RUN)


@number("9.4")
@weight(0.5)
@rule("P2")
@rests_on(READS)
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}", outfile=OUT, before=0, events=0)
def test_usage(seen: Observation) -> None:
    """tracepgfault without a command prints a usage line and exits with 2."""
    did = "tracepgfault was started without a command"
    expect_status(seen, "tool", did, 2)
    expect_that(
        did,
        bool(seen.text("tool.err").strip()),
        expected="a usage line on standard error",
        observed="nothing on standard error",
    )
    expect_that(
        did,
        not seen.text("tool.out"),
        expected="nothing on standard output",
        observed=f"{quoted(seen.text('tool.out')) or 'blanks'} on standard output",
    )


@number("9.5")
@weight(0.5)
@rule("P2")
@rests_on(READS)
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
    did = "tracepgfault was given an OUTFILE in a folder that does not exist"
    expect_status(seen, "tool", did, 1)
    expect_that(
        did,
        "/tmp/no/such/out" in seen.text("tool.err"),
        expected="a message on standard error with the name '/tmp/no/such/out'",
        observed=f"{quoted(seen.text('tool.err')) or 'nothing'} on standard error",
    )
    expect_that(
        did,
        seen.one("marker").number("errno") != 0,
        expected="the command does not run",
        observed="the command runs",
        hint="Open OUTFILE before you start the command.",
    )


def expect_output(seen: Observation, did: str, name: str, stream: str, expected: str) -> None:
    """Raise Mismatch unless what came out is what the command printed."""
    observed = seen.text(name)
    expect_that(
        did,
        observed == expected,
        expected=f"{quoted(expected)} on {stream}",
        observed=f"{quoted(observed) or 'nothing'} on {stream}",
        hint=hints.COMMAND_STREAMS,
    )


@number("9.6")
@weight(0.5)
@rule("P1")
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
    did = "tracepgfault ran a command that prints its arguments"
    words = f"[{seen.params['one']}][two words][-x]"
    expect_output(seen, did, "tool.out", "standard output", words)
    expect_output(seen, did, "tool.err", "standard error", "to standard error\n")


@number("9.19")
@weight(0.5)
@rule("P1")
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
    did = "tracepgfault ran a command that prints its 18 arguments"
    words = "".join(f"[{letter}]" for letter in "abcdefghijklmnopqr")
    expect_output(seen, did, "tool.out", "standard output", words)


@number("9.20")
@weight(0.5)
@rule("P2")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|/proc/version", outfile=OUT, before=0, events=0)
def test_command_that_is_no_program(seen: Observation) -> None:
    """tracepgfault exits with 127 also if its command is a file without permission to run."""
    did = "tracepgfault got a command that is a file without permission to run"
    expect_status(seen, "tool", did, 127, hint=CANNOT_RUN)


@number("9.21")
@weight(0.5)
@rule("P2")
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
    status = 255 - seen.number("number")
    did = f"tracepgfault, which had another child already, ran a command that exits with {status}"
    waits = "Wait for the process that you started, by its number."
    expect_status(seen, "tool", did, status, hint=waits)


@number("9.22")
@weight(0.5)
@rule("P1")
@rests_on(FOLLOWS_COMMAND)
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
    did = "tracepgfault ran a command, with an OUTFILE that held 1 MiB of something else"
    expect_status(seen, "tool", did, 0)
    expect_pages_of_command(seen, did, seen.number("pages"), "Open OUTFILE with O_TRUNC.")


@number("9.7")
@weight(0.5)
@rule("P1")
@needs("tracepgfault")
@observe("tool_input", text="some text of {number}", number=Integer(1000, 9999))
def test_input_is_kept(seen: Observation) -> None:
    """The command reads tracepgfault's standard input."""
    did = "tracepgfault ran a command that copies its standard input to its standard output"
    expect_output(seen, did, "output", "standard output", seen.params["text"])


def expect_pages_of_command(
    seen: Observation, did: str, pages: int, missing: str = ""
) -> list[Event]:
    """The trace in OUTFILE.  Errors: Mismatch where it lacks pages that the command touched."""
    events = events_of(seen)
    expect_pages(
        f"{did}; the command touched {pages} pages",
        pages_in(events, printed_address(seen, did), pages),
        list(range(pages)),
        events=events,
        missing=missing,
    )
    return events


TOUCH = {
    "command": f"{HELPER}|idle|{TRACE}|{OUT}|{HELPER}|touch|{{pages}}|{{at}}",
    "outfile": OUT,
    "before": 0,
    "events": 1,
    "pages": Integer(20, 90),
    "at": FAR,
}


GATE = "The child must wait before execve() until its parent has started the trace."


@number("9.8")
@weight(0.5)
@rule("P1")
@rests_on(RUNS, WAKES, ENDS, "life_cycle/execve_goes_on", FAULTS)
@needs("tracepgfault", "pgfaultmap")
@observe("tool", **TOUCH)
def test_traces_the_command(seen: Observation) -> None:
    """OUTFILE holds the command's whole trace, from its execve() to its exit."""
    did = "tracepgfault ran a command"
    expect_status(seen, "tool", did, 0)
    events = expect_pages_of_command(seen, did, seen.number("pages"), GATE)
    removed = sum(event.kind is EventKind.REMOVE for event in events)
    expect_that(
        did,
        removed >= 4,
        expected="the regions of tracepgfault's child are removed by execve(), at least 4",
        observed=f"the trace removes {removed} regions",
        hint=GATE,
    )


BURSTS, BURST = 20, 240


@number("9.9")
@weight(0.5)
@rule("P1")
@rests_on(FOLLOWS_COMMAND)
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
    did = "tracepgfault ran a command with more faults than the kernel's buffer holds"
    whole = "Read while the command runs: the kernel's buffer does not hold everything."
    expect_pages_of_command(seen, did, BURSTS * BURST, whole)


@number("9.18")
@weight(0.5)
@rule("P1")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|{HELPER}|orphan|300", outfile=OUT, before=0, events=0)
def test_ends_with_its_command(seen: Observation) -> None:
    """tracepgfault ends when its command does, whatever children the command leaves behind."""
    did = "tracepgfault ran a command that exits and leaves a child behind for 300 s"
    pipe = "A pipe that the command's children inherit stays open as long as they live."
    expect_status(seen, "tool", did, 0, hint=pipe)
    took = seen.one("ended").real("now") - seen.one("started").real("now")
    expect_that(
        did,
        took < 5,
        expected="tracepgfault ends at once",
        observed=f"tracepgfault ends after {took:.0f} s",
        hint=pipe,
    )


@number("9.27")
@weight(0.5)
@rule("P2")
@rests_on("tracepgfault/exit_by_signal")
@needs("tracepgfault")
@observe("tool", command=f"{TRACE}|{OUT}|{HELPER}|signal|62", outfile=OUT, before=0, events=0)
def test_exit_by_interrupt(seen: Observation) -> None:
    """SIGINT ends the command as it would without tracepgfault."""
    did = "tracepgfault ran a command that SIGINT (2) ends"
    expect_status(
        seen,
        "tool",
        did,
        130,
        hint="Signals that the tool ignores stay ignored after execve(): undo that in the child.",
    )

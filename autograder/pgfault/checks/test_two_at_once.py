# SPDX-License-Identifier: MIT
"""Two processes in the submission's code at once: one is held there while others act."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer
from autograder.judge.rubric import (
    any_outcome,
    hint,
    needs,
    observe,
    rests_on,
    rule,
)
from autograder.pgfault.checks.foundations import READS
from autograder.pgfault.checks.meetings import expect_no_harm
from autograder.pgfault.checks.slow_tool import RUNS, expect_whole_traces

AREA = "Two at once"
GROUP = "two_at_once"
RESTS_ON = (READS,)


@number("11.1")
@weight(1)
@rule("F3")
@hint("Starting needs a reference to all that it uses: the task, its address space, the trace.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="start:reap,open:reap", holds=1)
def test_start_and_exit(seen: Observation) -> None:
    """A trace can be started while the process exits and is reaped."""
    expect_no_harm(seen)


@number("11.2")
@weight(0.5)
@rule("T6")
@hint("The lock signal->exec_update_lock keeps a process from changing its address space.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="start:exec,exec-untraced:start", holds=1)
def test_start_and_execve(seen: Observation) -> None:
    """A trace can be started while the process calls execve()."""
    expect_no_harm(seen)


@number("11.3")
@weight(0.5)
@rule("T2")
@hint("Hold mmap_lock while you record the regions and until the hooks see the trace.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="start:touch+map+unmap", holds=1)
def test_start_and_fault(seen: Observation) -> None:
    """A trace can be started while the process faults and changes its regions."""
    expect_no_harm(seen)


@number("11.4")
@weight(0.5)
@rule("F3")
@hint("Look again under the lock whether there is a trace already: somebody may have been faster.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="start:start+touch,stop:stop,open:start+touch,open:open", holds=1)
def test_start_and_start(seen: Observation) -> None:
    """Two processes can open the file, and start and stop a trace, at the same time."""
    expect_no_harm(seen)


@number("11.5")
@weight(0.5)
@rule("F4")
@hint("A stop may free what a hook uses: a lock or a reference has to keep it.")
@needs("pgfaultmap")
@any_outcome
@observe(
    "meeting",
    pairs="touch:stop,touch-unread:stop+start,map:stop,unmap:stop+start,protect:stop+start",
    holds=1,
)
def test_stop_and_fault(seen: Observation) -> None:
    """A trace can be stopped and started anew in the middle of a fault or a change of regions."""
    expect_no_harm(seen)


@number("11.6")
@weight(0.5)
@rule("T6")
@hint("Between the old and the new address space a trace may end and another begin.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="exec:stop+start", holds=1)
def test_stop_and_execve(seen: Observation) -> None:
    """A trace can be stopped, and started anew, in the middle of execve()."""
    expect_no_harm(seen)


@number("11.7")
@weight(0.5)
@rule("F4")
@hint("After the copy, ask whether it is still the same trace before you take the records out.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="read:stop,read:stop+start+touch,stop-unread:read", holds=1)
def test_stop_and_read(seen: Observation) -> None:
    """A trace can be stopped, and started anew, while a reader copies records."""
    expect_no_harm(seen)


@number("11.8")
@weight(0.5)
@rule("R3")
@hint("After it is in the queue, a reader must look once more: wait_event_interruptible() does.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="wait:stop,wait:stop+start+touch,stop:touch", holds=1)
def test_stop_and_sleep(seen: Observation) -> None:
    """A trace can be stopped while a reader goes to sleep."""
    expect_no_harm(seen)


@number("11.9")
@weight(0.5)
@rule("R3")
@hint("Between a reader's look and its sleep a record may come: it must not sleep then.")
@needs("pgfaultmap")
@any_outcome
@observe(
    "meeting",
    pairs="read:touch,wait:touch,touch:open,map:open,touch-unread:read,read:read",
    holds=1,
)
def test_read_and_fault(seen: Observation) -> None:
    """A record can come while a reader looks for one."""
    expect_no_harm(seen)


@number("11.10")
@weight(0.5)
@rule("R1")
@hint("A reader that found no record must look once more for the end after it is in the queue.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="read:reap,wait:reap,wait:touch+exit,exit:read,close:reap", holds=1)
def test_read_and_exit(seen: Observation) -> None:
    """The process can exit and be reaped while a reader looks for records."""
    expect_no_harm(seen)


@number("11.11")
@weight(0.5)
@rule("P1")
@rests_on(RUNS)
@hint("The child must wait before execve() until its parent has started the trace.")
@needs("tracepgfault", "pgfaultmap")
@observe("slow_tool", pages=Integer(5, 20), at=Integer(0x20_0000, 0x80_0000), holds=1)
def test_slow_tool(seen: Observation) -> None:
    """tracepgfault traces the whole command, however slow the tool itself is."""
    expect_whole_traces(seen)

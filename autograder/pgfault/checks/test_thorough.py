# SPDX-License-Identifier: MIT
"""More meetings of two processes, for the area "Two at once": only where they are asked for.

They find in more ways what the checks of every grade find, and take twice as long.
"""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.rubric import any_outcome, hint, needs, observe, rule
from autograder.pgfault.checks.foundations import READS
from autograder.pgfault.checks.meetings import expect_no_harm

AREA = "Two at once"
GROUP = "thorough"
RESTS_ON = (READS,)
ON_REQUEST = True


@number("11.12")
@weight(0)
@rule("F3")
@hint("A start needs a reference to all that it uses, and looks again once it holds the lock.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="start:exit,start:stop,start:touch,start:map,start:unmap", holds=1)
def test_start(seen: Observation) -> None:
    """A trace can be started, whatever one other process does meanwhile."""
    expect_no_harm(seen)


@number("11.13")
@weight(0)
@rule("T6")
@hint("execve() replaces the address space: a process that uses the old one needs a reference.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="exec:stop,exec:start", holds=1)
def test_execve(seen: Observation) -> None:
    """A trace can be started or stopped in the middle of execve()."""
    expect_no_harm(seen)


@number("11.14")
@weight(0)
@rule("R1")
@hint("A process that comes late finds the trace gone: look for it under the lock that guards it.")
@needs("pgfaultmap")
@any_outcome
@observe(
    "meeting",
    pairs="read:exit,wait:exit,wait:touch+read,exit:stop,exit:stop+start,stop:reap,close:open",
    holds=1,
)
def test_exit(seen: Observation) -> None:
    """The process can exit in the middle of a read, a stop or the last close."""
    expect_no_harm(seen)


@number("11.15")
@weight(0)
@rule("F1")
@hint("What open() finds must stay until the file is closed.")
@needs("pgfaultmap")
@any_outcome
@observe("meeting", pairs="open:exit,open:exec", holds=1)
def test_open(seen: Observation) -> None:
    """The file can be opened while the process exits or calls execve()."""
    expect_no_harm(seen)

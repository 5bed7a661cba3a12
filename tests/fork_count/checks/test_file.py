# SPDX-License-Identifier: MIT
"""What /proc/PID/fork_count contains."""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer
from autograder.judge.expect import counted, expect, expect_that, fail
from autograder.judge.rubric import hint, observe, rests_on, rule

AREA = "The file"
RESTS_ON = ("file/exists",)


def count(seen: Observation, when: str, did: str) -> int:
    """The number that the file had at a moment of the probe, which noted its text."""
    text = next(record.text("text") for record in seen.all("count") if record.text("when") == when)
    if not text.isdecimal():
        fail(did, expected="the file contains a number", observed=f"the file contains '{text}'")
    return int(text)


@number("2.1")
@weight(1)
@rule("C1")
@rests_on("build/boots")
@observe("fork_count", children=1, threads=0)
def test_exists(seen: Observation) -> None:
    """Every process has the file, and anyone may read it."""
    mode = seen.one("file").text("mode")
    did = "the check looked for /proc/PID/fork_count of a process"
    expect(did, f"a file of mode {mode}", "a file of mode 444")


@number("2.2")
@weight(2)
@rule("C2")
@hint("Every child comes from kernel_clone() in kernel/fork.c: count there, once it is made.")
@observe("fork_count", children=Integer(2, 9), threads=0)
def test_counts_children(seen: Observation) -> None:
    """The number grows by one for each child."""
    made = int(seen.params["children"])
    did = f"a process made {counted(made, 'child', 'children')}"
    grown = count(seen, "forked", did) - count(seen, "start", did)
    expect(did, f"the number grew by {grown}", f"the number grew by {made}")


@number("2.3")
@weight(2)
@rule("C3")
@hint("fork() copies the task_struct: what is to begin with 0 must be set to 0, or live elsewhere.")
@observe("fork_count", children=Integer(2, 9), threads=0)
def test_child_begins_with_none(seen: Observation) -> None:
    """The number of a new process is 0."""
    did = f"a process that had made {counted(int(seen.params['children']), 'child', 'children')}"
    did += " made one more"
    child = count(seen, "child", did)
    expect(did, f"the new child's number is {child}", "the new child's number is 0")


@number("2.4")
@weight(2)
@rule("C4")
@hint("kernel_clone() makes threads too: CLONE_THREAD is set for these.")
@observe("fork_count", children=1, threads=Integer(2, 9))
def test_threads(seen: Observation) -> None:
    """Threads do not count, and the children that they make count for the process."""
    threads = int(seen.params["threads"])
    did = f"a process started {threads} threads, and each of them made one child"
    grown = count(seen, "threads", did) - count(seen, "forked", did)
    expect_that(
        did,
        grown == threads,
        expected=f"the number grew by {threads}",
        observed=f"the number grew by {grown}",
    )

# SPDX-License-Identifier: MIT
"""Does the submission become a kernel that boots, and two tools?"""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.build_checks import (
    expect_applied,
    expect_boot,
    expect_kernel,
    expect_tools,
)
from autograder.judge.expect import expect_that, some
from autograder.judge.rubric import any_outcome, hint, observe, rests_on, rule
from autograder.judge.stages import KERNEL_CHECK, PATCH_CHECK, Stages
from autograder.pgfault.checks.foundations import BOOTS

AREA = "Build"
RESTS_ON = (BOOTS,)
USUAL_FILES = ("stat", "status", "maps", "cmdline", "comm", "statm", "limits")


@number("1.1")
@weight(0.5)
@rule("K1")
@rests_on()
@hint("Change the source in linux/; `make patch` then writes what differs from the original.")
def test_patch_applies(stages: Stages) -> None:
    """The patch applies to the pristine source and stays in its folders."""
    expect_applied(stages)


@number("1.2")
@weight(1)
@rule("K2")
@rests_on(PATCH_CHECK)
@hint("Fix the compiler's first error first; the others may come of it.")
def test_kernel_builds(stages: Stages) -> None:
    """The patched kernel compiles and links."""
    expect_kernel(stages)


@number("1.3")
@weight(1)
@rule("P6")
@rests_on()
@hint("Try `make -C tools clean all CC=gcc CFLAGS=-O2`, and `file tools/pgfaultmap`.")
def test_tools_build(stages: Stages) -> None:
    """The two tools build and are statically linked."""
    expect_tools(stages, "two statically linked programs")


@number("1.4")
@weight(1)
@rule("K3")
@rests_on(KERNEL_CHECK)
@hint("The kernel's log ends where the boot stopped; `make boot` boots the same kernel.")
@observe("proc_entries")
@any_outcome
def test_boots(seen: Observation) -> None:
    """The patched kernel boots and shuts down."""
    expect_boot(seen)


@number("1.5")
@weight(0.5)
@rule("K3")
@hint("Compare your change to fs/proc/base.c with the entries around it.")
@observe("proc_entries")
def test_proc_is_unharmed(seen: Observation) -> None:
    """The other files in /proc/PID are there and can be read as before."""
    names = {record.text("name") for record in seen.all("entry")}
    missing = [name for name in USUAL_FILES if name not in names]
    expect_that(
        "the check listed /proc/PID of a process",
        not missing,
        expected=f"the usual files are there: {some(USUAL_FILES)}",
        observed=f"some of the usual files are missing: {some(missing)}",
    )
    empty = [record.text("name") for record in seen.all("file") if not record.number("size")]
    expect_that(
        "the check read the usual files in /proc/PID of a process",
        not empty,
        expected="each of the files has some text",
        observed=f"some of the files are empty: {some(empty)}",
    )

# SPDX-License-Identifier: MIT
"""Does the submission become a kernel that boots?"""

from gradescope_utils.autograder_utils.decorators import number, weight

from autograder.guest.observation import Observation
from autograder.judge.build_checks import expect_applied, expect_boot, expect_kernel
from autograder.judge.rubric import any_outcome, observe, rests_on, rule
from autograder.judge.stages import KERNEL_CHECK, PATCH_CHECK, Stages

AREA = "Build"
RESTS_ON = ()


@number("1.1")
@weight(1)
@rule("K1")
def test_patch_applies(stages: Stages) -> None:
    """The patch applies and stays in its folders."""
    expect_applied(stages)


@number("1.2")
@weight(1)
@rule("K1")
@rests_on(PATCH_CHECK)
def test_kernel_builds(stages: Stages) -> None:
    """The patched kernel compiles and links."""
    expect_kernel(stages)


@number("1.3")
@weight(1)
@rule("K1")
@rests_on(KERNEL_CHECK)
@observe("fork_count", children=1, threads=0)
@any_outcome
def test_boots(seen: Observation) -> None:
    """The patched kernel boots and shuts down."""
    expect_boot(seen)

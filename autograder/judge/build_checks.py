# SPDX-License-Identifier: MIT
"""What the checks of the area Build expect, whatever the assignment: from patch to boot.

Their ids are those in :mod:`autograder.judge.stages`; the check of the boot is the one that
the assignment names.
"""

from __future__ import annotations

from autograder.guest.observation import Ending, Observation
from autograder.judge.expect import Mismatch, NotReached
from autograder.judge.stages import Stages
from autograder.results import Finding


def expect_applied(stages: Stages) -> None:
    """Raise Mismatch unless the patch applies."""
    if stages.patch_problem:
        raise Mismatch(
            "kernel.patch was applied to the pristine source",
            "it applies",
            stages.patch_problem,
            finding=Finding.REFUSED,
        )


def expect_kernel(stages: Stages) -> None:
    """Raise Mismatch unless the patched kernel was built."""
    if stages.patch_problem:
        raise NotReached(stages.obstacle, stages.obstacle_check)
    if stages.kernel_problem:
        raise Mismatch(
            "the patched kernel was compiled and linked",
            "it builds",
            stages.kernel_problem,
            finding=Finding.NOT_BUILT,
        )


def expect_tools(stages: Stages, wanted: str) -> None:
    """Raise Mismatch unless the tools were built; ``wanted`` says what make should give."""
    if stages.tools_problem:
        raise Mismatch(
            "make -C tools was run", wanted, stages.tools_problem, finding=Finding.NOT_BUILT
        )


def expect_boot(seen: Observation) -> None:
    """Raise Mismatch unless the kernel boots and shuts down; the check is for any outcome."""
    if seen.outcome.kind is not Ending.COMPLETED:
        raise Mismatch(
            "the kernel was booted",
            "it boots, runs a process and shuts down",
            seen.outcome,
            finding=Finding.PANIC if seen.panicked else Finding.NO_BOOT,
        )

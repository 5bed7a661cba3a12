# SPDX-License-Identifier: MIT
"""Make of a submission a kernel that can be booted, with its tools, or say why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from autograder.cache import Cache
from autograder.errors import UsageError
from autograder.guest.machine import Kernel
from autograder.intake.submission import Submission, take_in
from autograder.judge.patchlines import PatchedLines
from autograder.judge.stages import KERNEL_CHECK, PATCH_CHECK, TOOLS_CHECK, UNREAD, Stages
from autograder.kernel.build import (
    Baseline,
    KernelBuild,
    ToolsBuild,
    build_tools,
    kept_or_built,
)
from autograder.progress import Progress
from autograder.results import Evidence
from autograder.sandbox.sandbox import Sandbox

LOG_SHOWN = 8000  # characters, from the end

KernelMaker = Callable[[Baseline, bytes, Path, Cache, Sandbox, Progress], KernelBuild]
"""Makes the kernel of a patch; what is wrong with the patch is in the value returned."""


def build(
    submission: Submission,
    baseline: Baseline,
    work: Path,
    cache: Cache,
    sandbox: Sandbox,
    progress: Progress,
    kernel_of: KernelMaker = kept_or_built,
) -> tuple[Stages, Kernel | None]:
    """Build tools and kernel; what is wrong with them is in the stages."""
    if submission.refused is not None:
        reason = submission.refused.message  # told once, by the first check
        return Stages(patch_problem=reason, tools_problem=UNREAD, unread=True), None
    stages = Stages(
        patch_problem=submission.patch_problem.message if submission.patch_problem else "",
        tools_problem=submission.tools_problem.message if submission.tools_problem else "",
    )
    tools = None
    if submission.tools is not None:
        progress("building the tools", None)
        tools = build_tools(submission.tools, work / "tools", sandbox)
        stages = _with_tools(stages, tools)
    if submission.patch is None:
        return stages, None
    kernel = kernel_of(baseline, submission.patch, work / "kernel", cache, sandbox, progress)
    stages = _with_kernel(stages, kernel)
    if kernel.linux is None:
        return stages, None
    added = PatchedLines(submission.patch).added()
    return stages, Kernel(kernel.linux, tools.built if tools else {}, added)


def build_for_boot(
    path: Path,
    baseline: Baseline,
    work: Path,
    cache: Cache,
    sandbox: Sandbox,
    progress: Progress,
) -> Kernel:
    """The kernel of the submission at ``path``.  Errors: UsageError where it does not build."""
    submission = take_in(path, work / "submission", baseline.series)
    stages, kernel = build(submission, baseline, work, cache, sandbox, progress)
    if kernel is None:
        raise UsageError(stages.obstacle)
    return kernel


def _with_tools(stages: Stages, build: ToolsBuild) -> Stages:
    log = Evidence(kind="compiler", title="make -C tools", text=build.log[-LOG_SHOWN:])
    return replace(
        stages,
        tools=frozenset(build.built),
        tools_problem="" if build.ok else build.message,
        evidence={**stages.evidence, TOOLS_CHECK: [log]},
    )


def _with_kernel(stages: Stages, build: KernelBuild) -> Stages:
    if build.ok:
        return stages
    log = Evidence(kind="compiler", title="the end of the log", text=build.log[-LOG_SHOWN:])
    if build.patch_failed:
        evidence = {**stages.evidence, PATCH_CHECK: [log]}
        return replace(stages, patch_problem=build.message, evidence=evidence)
    evidence = {**stages.evidence, KERNEL_CHECK: [log]}
    return replace(stages, kernel_problem=build.message, evidence=evidence)

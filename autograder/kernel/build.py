# SPDX-License-Identifier: MIT
"""Everything that is compiled for a grade: the names that the rest of the kit uses."""

from autograder.kernel.baseline import Baseline, build_baseline
from autograder.kernel.kept import kept_or_built
from autograder.kernel.make import make_jobs
from autograder.kernel.submission import BuildStatus, KernelBuild, build_submission
from autograder.kernel.tools import ToolsBuild, ToolsStatus, build_tools

__all__ = [
    "Baseline",
    "BuildStatus",
    "KernelBuild",
    "ToolsBuild",
    "ToolsStatus",
    "build_baseline",
    "build_submission",
    "build_tools",
    "kept_or_built",
    "make_jobs",
]

# SPDX-License-Identifier: MIT
"""A baseline to work with: its source is fetched and it is built, unless that was done before."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.cache import Cache
from autograder.kernel.baseline import Baseline, build_baseline
from autograder.kernel.options import Variant
from autograder.kernel.source import VARIABLE, KernelSource, fetch
from autograder.progress import Progress
from autograder.sandbox.sandbox import Sandbox


def source(series: str, cache: Cache, progress: Progress) -> KernelSource:
    """The source of ``series``: the tarball that the environment names, or what fetch finds."""
    named = os.environ.get(VARIABLE)
    return fetch(series, cache, Path(named) if named else None, progress)


def baseline(
    series: str,
    cache: Cache,
    sandbox: Sandbox,
    progress: Progress,
    variant: Variant | None = None,
) -> Baseline:
    """The baseline kernel of ``series``; ``variant``: another kernel than that for grading.

    Errors: UsageError for a tarball that is no kernel of the series, GraderError if there is
    no source to be had or it does not build.
    """
    return build_baseline(source(series, cache, progress), cache, sandbox, progress, variant)

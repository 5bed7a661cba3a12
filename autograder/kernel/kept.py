# SPDX-License-Identifier: MIT
"""Kernels that were built before, for the same patch on the same baseline.

Only a finished kernel is kept, a file that no sandbox can write: the same submission
graded again is not compiled again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from autograder.cache import PARTIAL, Cache, complete_or_nothing
from autograder.kernel.baseline import Baseline
from autograder.kernel.submission import BuildStatus, KernelBuild, build_submission
from autograder.progress import Progress
from autograder.sandbox.sandbox import Sandbox

RULES = 2  # counted up when a patch that was built before may not build any more
MOST = 100  # kernels, of some 17 MB each; the ones used longest ago go first


def kept_or_built(
    baseline: Baseline,
    patch: bytes,
    workdir: Path,
    cache: Cache,
    sandbox: Sandbox,
    progress: Progress,
) -> KernelBuild:
    """The kernel of ``patch``: from the cache, or built now.  Errors: see build_submission."""
    key = hashlib.sha256(f"{RULES} {baseline.tree}\0".encode() + patch).hexdigest()
    kept = cache.built / key[:32]
    if kept.exists():
        os.utime(kept)
        progress("taking the kernel that was built before", None)
        return KernelBuild(BuildStatus.OK, linux=kept)
    build = build_submission(baseline, patch, workdir, sandbox, progress)
    if build.linux is not None:
        with cache.lock("built"):
            for unfinished in cache.built.glob(f"{PARTIAL}*"):  # of a run that was killed
                unfinished.unlink()
            with complete_or_nothing(kept) as partial:
                shutil.copy2(build.linux, partial)
            _forget_the_oldest(cache.built)
    return build


def _forget_the_oldest(folder: Path) -> None:
    kernels = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in kernels[:-MOST]:
        path.unlink()

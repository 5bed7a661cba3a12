# SPDX-License-Identifier: MIT
"""A correct submission as a kernel tree with its objects, for building mutants from."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from autograder.cache import Cache, complete_or_nothing
from autograder.course import KIT_COURSE, load
from autograder.errors import GraderError
from autograder.kernel.build import Baseline, build_submission
from autograder.progress import Progress
from autograder.sandbox.sandbox import Sandbox
from tests.corpus import REFERENCE

SERIES = load(KIT_COURSE).series


def series_patch() -> bytes:
    """The reference's patch series, joined."""
    series = REFERENCE / "kernel" / SERIES
    return b"".join(path.read_bytes() for path in sorted(series.glob("*.patch")))


def patch_of(correct: Path) -> bytes:
    """The whole patch of a correct submission: the reference, or a folder of the solutions."""
    return series_patch() if correct == REFERENCE else (correct / "kernel.patch").read_bytes()


def kept_build(
    correct: Path, baseline: Baseline, cache: Cache, sandbox: Sandbox, progress: Progress
) -> Baseline:
    """A correct submission built from ``baseline``, and kept in the cache as another baseline.

    Errors: GraderError where it does not build.
    """
    patch = patch_of(correct)
    key = hashlib.sha256(patch + str(baseline.tree).encode()).hexdigest()[:16]
    home = cache.root / "reference" / key
    with cache.lock(f"reference-{key}"):
        if not home.exists():
            with complete_or_nothing(home) as partial:
                built = build_submission(baseline, patch, partial, sandbox, progress)
                if not built.ok:
                    raise GraderError(f"{correct.name} does not build: {built.message}")
    # Its sources use fields that the survey of the baseline did not see used.
    return replace(baseline, unmoved=frozenset(), tree=home / "tree", linux=home / "linux")


def reference_build(
    baseline: Baseline, cache: Cache, sandbox: Sandbox, progress: Progress
) -> Baseline:
    """The same of the reference."""
    return kept_build(REFERENCE, baseline, cache, sandbox, progress)

# SPDX-License-Identifier: MIT
"""Run the kernel's own checkpatch.pl over the reference's patch series.

``python -m tests.checkpatch``; the script is taken from the kernel source in the cache.
"""

from __future__ import annotations

import subprocess
import sys

from autograder.cache import Cache
from autograder.kernel import ready
from autograder.progress import ProgressLines
from autograder.sandbox.sandbox import choose
from tests.corpus import REFERENCE
from tests.reference import SERIES

# FILE_PATH_CHANGES asks for an entry in MAINTAINERS, which a submission may not touch.
OPTIONS = ["--strict", "--no-tree", "--quiet", "--ignore", "FILE_PATH_CHANGES"]


def main() -> int:
    """The exit status of checkpatch.pl: 0 where it has nothing to say."""
    cache, lines = Cache.default(), ProgressLines()
    baseline = ready.baseline(SERIES, cache, choose(), lines)
    patches = sorted((REFERENCE / "kernel" / SERIES).glob("*.patch"))
    script = baseline.tree / "scripts" / "checkpatch.pl"
    return subprocess.run(["perl", script, *OPTIONS, *patches], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""``kernel fetch`` and ``kernel build``: the source and the baseline."""

from __future__ import annotations

from autograder.cli import frame
from autograder.progress import ProgressLines

kernel_app = frame.new_app("The kernel's source and the baseline build.")


@kernel_app.command()
def fetch(series: frame.SeriesOption = None) -> None:
    """Get the kernel's source, unless it is in the cache."""
    from autograder.cache import Cache
    from autograder.kernel import ready

    with ProgressLines() as lines:
        source = ready.source(frame.series(series), Cache.default(), lines)
    print(f"Linux {source.version}, {source.origin}\n{source.tarball}")


@kernel_app.command()
def build(series: frame.SeriesOption = None, sandbox: frame.SandboxOption = None) -> None:
    """Build the baseline kernel, unless it is in the cache."""
    from autograder.cache import Cache
    from autograder.kernel import ready

    shut = frame.sandbox(sandbox)
    with ProgressLines() as lines:
        baseline = ready.baseline(frame.series(series), Cache.default(), shut, lines)
    print(f"Linux {baseline.version}, built with {baseline.compiler}\n{baseline.linux}")

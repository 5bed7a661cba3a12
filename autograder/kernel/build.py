# SPDX-License-Identifier: MIT
"""Build kernels: the unpatched baseline once, and each submission from its objects.

The baseline is built inside its source tree, so that objects and the records of how they
were made name files relative to the tree: in a copy that keeps modification times, make
compiles only what a patch affects.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.cache import Cache, complete_or_nothing
from autograder.errors import GraderError
from autograder.files import write_atomically
from autograder.kernel import options, tree
from autograder.kernel.progress import Progress
from autograder.kernel.source import KernelSource
from autograder.sandbox import Bind, Completed, Limits, Sandbox

INSIDE = "/kernel"
"""Where the sandbox shows the tree that is being built."""

FLAGS = (
    "ARCH=um",
    # Only line numbers: for stacks that name file and line, without slowing the build.
    "KCFLAGS=-g1",
    # The same source gives the same kernel.
    "KBUILD_BUILD_TIMESTAMP=1970-01-01 00:00:00 UTC",
    "KBUILD_BUILD_USER=course",
    "KBUILD_BUILD_HOST=grading",
    "KBUILD_BUILD_VERSION=1",
)
LIMITS = Limits(cpu_seconds=3600, wall_seconds=3600, output_bytes=1 << 20)
COMPILED = re.compile(rb"^  (?:CC|AS|AR|HOSTCC) ", re.M)
EXPECTED = 700  # lines of COMPILED in a build from nothing; only the progress depends on it
LAYOUT = 1  # counted up when the shape of a kept baseline changes


@dataclass(frozen=True)
class Baseline:
    """The unpatched kernel, built, and the tree that submissions are copied from."""

    version: str
    tree: Path
    linux: Path
    config_sha256: str
    source_sha256: str
    compiler: str


def jobs() -> int:
    """How many processes make may run at once: the processors that this process has."""
    return len(os.sched_getaffinity(0))


def make(*arguments: str) -> list[str]:
    """The command that runs make in a kernel tree; output of one target stays together."""
    return ["make", "-C", INSIDE, *FLAGS, "--output-sync=target", *arguments]


def build_baseline(
    source: KernelSource, cache: Cache, sandbox: Sandbox, progress: Progress
) -> Baseline:
    """The baseline for ``source``; built unless one from the same inputs is there.

    Errors: GraderError where it does not build or an option of the fragment is refused.
    """
    fragment = options.GRADING.read_text()
    compiler = _compiler()
    inputs = json.dumps([LAYOUT, source.sha256, fragment, compiler, FLAGS, tree.recipe()])
    key = hashlib.sha256(inputs.encode()).hexdigest()[:16]
    home = cache.kernels / source.version / key
    if not home.exists():
        with cache.lock(f"baseline-{key}"):
            if not home.exists():
                with complete_or_nothing(home) as partial:
                    _build_baseline(source, fragment, compiler, partial, sandbox, progress)
    return _read(home)


def _build_baseline(
    source: KernelSource,
    fragment: str,
    compiler: str,
    home: Path,
    sandbox: Sandbox,
    progress: Progress,
) -> None:
    home.mkdir()
    top = home / "tree"
    tree.unpack(source.tarball, top, progress)
    (top / ".grading.config").write_text(fragment)
    sandbox.hand_over(top)
    configure = make(f"KCONFIG_ALLCONFIG={INSIDE}/.grading.config", "allnoconfig")
    _must(_run(sandbox, top, configure), "configured", home)
    config = (top / ".config").read_text()
    refused = options.missing(fragment, config)
    if refused:
        raise GraderError(
            f"this kernel's configuration refuses {', '.join(refused)}: a dependency in "
            f"{options.GRADING.name} is not met"
        )
    command = make(f"-j{jobs()}", "linux")
    counter = counting("compiling the baseline kernel", EXPECTED, progress)
    _must(_run(sandbox, top, command, counter), "built", home)
    facts = {
        "version": source.version,
        "config_sha256": hashlib.sha256(config.encode()).hexdigest(),
        "source_sha256": source.sha256,
        "compiler": compiler,
    }
    write_atomically(home / "baseline.json", json.dumps(facts, indent=2) + "\n")


def _read(home: Path) -> Baseline:
    facts = json.loads((home / "baseline.json").read_text())
    return Baseline(tree=home / "tree", linux=home / "tree" / "linux", **facts)


def _run(
    sandbox: Sandbox,
    top: Path,
    command: list[str],
    on_output: Callable[[bytes], None] | None = None,
) -> Completed:
    binds = [Bind(top, INSIDE, writable=True)]
    return sandbox.run(command, binds=binds, cwd=INSIDE, limits=LIMITS, on_output=on_output)


def _must(done: Completed, what: str, home: Path) -> None:
    if not done.ok:
        # The folder goes away with the failed attempt, the log must not.
        log = home.parent / "failed-build.log"
        write_atomically(log, done.output)
        raise GraderError(f"the baseline kernel cannot be {what}: see {log}")


def _compiler() -> str:
    try:
        told = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise GraderError("gcc is missing: install it (Debian: apt-get install gcc)") from error
    return told.stdout.splitlines()[0]


def counting(phrase: str, total: int, progress: Progress) -> Callable[[bytes], None]:
    """Something that counts make's lines and tells ``progress`` about them."""
    seen = 0

    def count(data: bytes) -> None:
        nonlocal seen
        seen += len(COMPILED.findall(data))
        progress(phrase, min(seen / total, 1.0))

    return count

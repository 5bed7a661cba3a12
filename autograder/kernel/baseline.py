# SPDX-License-Identifier: MIT
"""The baseline: the unpatched kernel, built once.

It is built inside its source tree, so that objects and the records of how they were made
name files relative to the tree: in a copy that keeps modification times, make compiles
only what a patch affects.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.cache import Cache, complete_or_nothing
from autograder.errors import GraderError
from autograder.files import PUBLIC, write_atomically
from autograder.kernel import options, tree
from autograder.kernel.make import INSIDE, counting, flags, make, make_jobs, marking, run_makefile
from autograder.kernel.options import Variant
from autograder.kernel.source import KernelSource
from autograder.kernel.speedups import headstart, layout
from autograder.progress import Progress
from autograder.sandbox.command import Bind, Completed, Limits
from autograder.sandbox.sandbox import Sandbox

RECORD = "baseline.json"
FRAGMENT = ".grading.config"
LIMITS = Limits(cpu_seconds=7200, wall_seconds=7200, output_bytes=1 << 20)
EXPECTED = 620  # files that a build from nothing compiles; only the progress depends on it
LINKED = (".tmp_vmlinux*", "vmlinux.o", "vmlinux.unstripped")
WAITING = "waiting for another process that builds the baseline kernel"
LAYOUT = 2  # counted up when the shape of a kept baseline changes


@dataclass(frozen=True)
class Baseline:
    """The unpatched kernel, built, and the tree that submissions are copied from."""

    version: str
    tree: Path
    linux: Path
    config_sha256: str
    source_sha256: str
    compiler: str
    unmoved: frozenset[str] = frozenset()  # objects that more fields do not change: layout.py

    @property
    def series(self) -> str:
        """The kernel series that submissions are patches for, such as '7.3'."""
        return tree.series_of(self.version)


def build_baseline(
    source: KernelSource,
    cache: Cache,
    sandbox: Sandbox,
    progress: Progress,
    variant: Variant | None = None,
) -> Baseline:
    """The baseline for ``source``; built unless one from the same inputs is there.

    ``variant``: another kernel than that for grading.

    Errors: GraderError where it does not build or an option of the fragment is refused.
    """
    variant = variant or Variant(options.GRADING)
    fragment = variant.fragment.read_text()
    compiler = _compiler()
    recipe = tree.recipe(variant.more)
    surveyed = repr(layout.structures())
    inputs = json.dumps([LAYOUT, source.sha256, fragment, compiler, flags(), recipe, surveyed])
    key = hashlib.sha256(inputs.encode()).hexdigest()[:16]
    home = cache.kernels / source.version / f"{variant.name}-{key}"
    if not home.exists():
        with cache.lock(f"baseline-{key}", lambda: progress(WAITING, None)):
            if not home.exists():
                with complete_or_nothing(home) as partial:
                    _build(source, variant, compiler, partial, sandbox, progress)
    record = home / RECORD
    if record.stat().st_mtime > time.time():
        # make would take what a submission changes now for older than what was built then.
        raise GraderError(
            f"the clock of this machine was set back since {home} was made: set it right, "
            "or remove that folder"
        )
    facts = json.loads(record.read_text())
    facts["unmoved"] = frozenset(facts["unmoved"])
    return Baseline(tree=home / "tree", linux=home / "tree" / "linux", **facts)


def latest(cache: Cache, series: str) -> Path | None:
    """The folder of the baseline for grading that was built last; None where there is none."""
    folders = cache.kernels.glob(f"{series}*/{Variant(options.GRADING).name}-*")
    return max(folders, key=lambda folder: (folder / RECORD).stat().st_mtime, default=None)


def _build(
    source: KernelSource,
    variant: Variant,
    compiler: str,
    home: Path,
    sandbox: Sandbox,
    progress: Progress,
) -> None:
    home.mkdir()
    top = home / "tree"
    tree.unpack(source.tarball, top, progress, variant.more)
    fragment = variant.fragment.read_text()
    (top / FRAGMENT).write_text(fragment)
    sandbox.hand_over(top)
    progress("configuring the baseline kernel", None)
    configure = make(f"KCONFIG_ALLCONFIG={INSIDE}/{FRAGMENT}", "allnoconfig")
    _must(_run(sandbox, top, configure), "configured", home)
    config = (top / ".config").read_text()
    refused = options.missing(fragment, config)
    if refused:
        raise GraderError(
            f"kernel {source.version} refuses {', '.join(refused)}: a dependency in "
            f"{variant.fragment.name} is not met"
        )
    counter = counting("compiling the baseline kernel", EXPECTED, progress)
    _must(_run(sandbox, top, make(f"-j{make_jobs()}", "linux"), counter), "built", home)
    # Submissions are built from no other variant.
    grading = variant.fragment == options.GRADING
    unmoved = _survey(top, home / "survey", sandbox, progress) if grading else []
    # Submissions are built by other users of this machine than the baseline was, and every
    # one of them is linked anew.
    share = f"cd {INSIDE} && chmod -R a+rX . && rm -f {' '.join(LINKED)}"
    _must(_run(sandbox, top, ["sh", "-c", share]), "shared", home)
    sandbox.take_back(top)
    facts = {
        "version": source.version,
        "config_sha256": hashlib.sha256(config.encode()).hexdigest(),
        "source_sha256": source.sha256,
        "compiler": compiler,
        "unmoved": unmoved,
    }
    write_atomically(home / RECORD, json.dumps(facts, indent=2) + "\n", PUBLIC)


def _survey(top: Path, folder: Path, sandbox: Sandbox, progress: Progress) -> list[str]:
    """The objects of the tree ``top`` that are the same when structures get more fields."""
    units = headstart.stale(top, layout.surveyed_headers())
    if not units:
        return []
    layout.write_survey(units, top, folder)
    counter = marking("comparing objects", layout.DONE, len(units), progress)
    binds = [Bind(folder, layout.INSIDE)]
    done = _run(sandbox, top, run_makefile(layout.INSIDE), counter, binds)
    shutil.rmtree(folder)
    return layout.read_survey(done.output)


def _run(
    sandbox: Sandbox,
    top: Path,
    command: list[str],
    on_output: Callable[[bytes], None] | None = None,
    more: Sequence[Bind] = (),
) -> Completed:
    binds = [Bind(top, INSIDE, writable=True), *more]
    return sandbox.run(command, binds=binds, cwd=INSIDE, limits=LIMITS, on_output=on_output)


def _must(done: Completed, what: str, home: Path) -> None:
    if not done.ok:
        # The folder goes away with the failed attempt, the log must not.
        log = home.parent / "failed-build.log"
        write_atomically(log, done.output, PUBLIC)
        raise GraderError(f"the baseline kernel cannot be {what}: see {log}")


def _compiler() -> str:
    try:
        told = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise GraderError("gcc is missing: install it (Debian: apt-get install gcc)") from error
    return told.stdout.splitlines()[0]

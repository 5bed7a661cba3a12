# SPDX-License-Identifier: MIT
"""Kernels as somebody would run them: without instrumentation, in real time.

How much a patch slows down the fault path can only be told of such kernels: in the grading
kernel a fault costs several times as much.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from autograder.cache import complete_or_nothing
from autograder.errors import GraderError
from autograder.kernel import options
from autograder.kernel.make import INSIDE, make, make_jobs
from autograder.kernel.patching import COMMAND
from autograder.sandbox.command import Bind, Limits
from tests.bench.setting import Setting

INSTRUMENTATION = (
    *("DEBUG_", "FAIL", "FAULT_", "KASAN", "PROVE_", "DETECT_", "STACKTRACE", "UML_TIME_TRAVEL"),
)
"""Beginnings of the options that the plain kernel does without."""

LIMITS = Limits(cpu_seconds=3600, wall_seconds=3600, disk_bytes=4 << 30)


def fragment() -> str:
    """The grading kernel's options without those that watch."""
    watched = tuple(f"CONFIG_{name}" for name in INSTRUMENTATION)
    lines = options.GRADING.read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.removeprefix("# ").startswith(watched)]
    return "".join(kept)


def kernel(setting: Setting, patch: bytes) -> Path:
    """The plain kernel with ``patch``, built by make alone; kept in the cache.

    The baseline's objects were compiled with other options: none of them is used again.
    """
    asked = fragment()
    inputs = [str(setting.baseline.tree), asked, hashlib.sha256(patch).hexdigest()]
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:16]
    home = setting.cache.root / "bench" / f"plain-{key}"
    with setting.cache.lock(f"plain-{key}"):
        if not home.exists():
            with complete_or_nothing(home) as partial, setting.cache.workdir("plain") as work:
                partial.write_bytes(_build(setting, patch, asked, work).read_bytes())
                partial.chmod(0o755)
    return home


def _build(setting: Setting, patch: bytes, asked: str, work: Path) -> Path:
    top = setting.copy_of_baseline(work / "tree")
    (top / ".plain.config").write_text(asked)
    (work / "kernel.patch").write_bytes(patch)
    apply = [*COMMAND, f"--input={INSIDE}.patch"]
    commands = [
        make(f"KCONFIG_ALLCONFIG={INSIDE}/.plain.config", "allnoconfig"),
        *([apply] if patch else []),
        make("olddefconfig"),  # what the patch adds takes its default
        make(f"-j{make_jobs()}", "linux"),
    ]
    for command in commands:
        done = setting.sandbox.run(
            command,
            binds=[
                Bind(top, INSIDE, writable=True),
                Bind(work / "kernel.patch", f"{INSIDE}.patch"),
            ],
            cwd=INSIDE,
            limits=LIMITS,
        )
        if not done.ok:
            raise GraderError(f"a plain kernel does not build: {done.output[-2000:]}")
    config = (top / ".config").read_text()
    if "CONFIG_KASAN=y" in config or (refused := options.missing(asked, config)):
        raise GraderError(f"a plain kernel is not plain: {refused}")
    return top / "linux"

# SPDX-License-Identifier: MIT
"""Compile the student's tree, only what changed, and show the first error in their lines."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderError
from autograder.kernel import diagnosis, options
from autograder.kernel.baseline import FRAGMENT, Baseline
from autograder.kernel.make import counting, flags, make_jobs
from autograder.kernel.submission import EXPECTED, BuildStatus, KernelBuild
from autograder.progress import Progress

STAMP = ".config-made-from"
RECORD = ".built-from"
MOST_WARNINGS = 10

_TOUCHED = re.compile(rb"^\+\+\+ b/(.+)$", re.M)
_WARNING = re.compile(r"^(?P<file>[^\s:]+):\d+:\d+: warning: .*$", re.M)


@dataclass(frozen=True)
class Tree:
    """A kernel tree that is built where it lies."""

    path: Path
    extra: tuple[str, ...] = ()  # settings for make

    @property
    def linux(self) -> Path:
        """The kernel, once it is built."""
        return self.path / "linux"

    def build(self, baseline: Baseline, patch: bytes, progress: Progress) -> KernelBuild:
        """Bring the kernel up to date with the sources; ``patch`` is what was changed."""
        touched = [name.decode(errors="replace") for name in _TOUCHED.findall(patch)]
        freshen(self.path, touched)
        problem = self._configure(baseline, touched, progress)
        return problem or self.make(progress, touched)

    def make(self, progress: Progress, touched: Sequence[str] = ()) -> KernelBuild:
        """Compile and link, as the tree is configured."""
        started = time.monotonic()
        counter = counting("compiling the kernel", EXPECTED, progress)
        status, log = self._make([f"-j{make_jobs()}", "linux"], counter)
        notes = tuple(_warnings(log, touched))
        if status:
            error = diagnosis.compilation(log, touched)
            linking = error is not None and error.linking
            return KernelBuild(
                BuildStatus.LINK_FAILED if linking else BuildStatus.COMPILE_FAILED,
                f"the kernel does not {'link' if linking else 'compile'}: {error or 'see the log'}",
                log,
                notes,
                error,
            )
        seconds = time.monotonic() - started
        return KernelBuild(
            BuildStatus.OK, log=log, notes=notes, linux=self.linux, wall_seconds=seconds
        )

    def _configure(
        self, baseline: Baseline, touched: Sequence[str], progress: Progress
    ) -> KernelBuild | None:
        """Make .config as for a submission, unless that was done from the same inputs."""
        digest = hashlib.sha256((baseline.tree / ".config").read_bytes())
        for name in sorted(touched):
            if Path(name).name.startswith("Kconfig") and (self.path / name).is_file():
                digest.update(name.encode() + (self.path / name).read_bytes())
        stamp, config = self.path / STAMP, self.path / ".config"
        if config.is_file() and stamp.is_file():
            made_from = f"{digest.hexdigest()} {_sha256(config)}\n"
            if stamp.read_text() == made_from:
                return None
        progress("configuring the kernel", None)
        config.write_bytes((baseline.tree / ".config").read_bytes())
        status, log = self._make(["olddefconfig"])
        if status:
            error = diagnosis.configuration(log)
            message = f"Kconfig cannot be read: {error or 'see the log'}"
            return KernelBuild(BuildStatus.CONFIG_FAILED, message, log, error=error)
        asked = (baseline.tree / FRAGMENT).read_text()
        if refused := options.missing(asked, config.read_text()):
            return KernelBuild(
                BuildStatus.CONFIG_FAILED,
                f"the patch changes options of the grading kernel: {', '.join(refused)} is no "
                "longer so",
                log,
            )
        stamp.write_text(f"{digest.hexdigest()} {_sha256(config)}\n")
        return None

    def _make(
        self, goals: Sequence[str], on_output: Callable[[bytes], None] | None = None
    ) -> tuple[int, str]:
        # With LOCALVERSION given, that the source is a git repository changes no version.
        command = ["make", *flags(), "LOCALVERSION=", *self.extra, "--output-sync=target", *goals]
        kept = bytearray()
        try:
            with subprocess.Popen(
                command,
                cwd=self.path,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(),
            ) as process:
                assert process.stdout is not None
                while data := os.read(process.stdout.fileno(), 1 << 16):
                    kept += data
                    if on_output is not None:
                        on_output(data)
        except OSError as error:
            raise GraderError(f"make cannot be run: {error}") from error
        return process.returncode, kept.decode(errors="replace")


def freshen(tree: Path, touched: Sequence[str]) -> None:
    """Make what was changed since the last build younger than that, as make expects it.

    A file that was put back with its old time would be taken for built already, and so would
    one that was changed before the unpatched objects were made which a tree begins with.
    """
    record = tree / RECORD
    known: dict[str, str] = json.loads(record.read_text()) if record.is_file() else {}
    now = {name: _sha256(tree / name) for name in {*known, *touched} if (tree / name).is_file()}
    for name, digest in now.items():
        new = record.is_file() and (tree / name).stat().st_mtime > record.stat().st_mtime
        if not new and known.get(name) != digest:
            os.utime(tree / name)
    record.write_text(json.dumps(now))


def take(tree: Tree, build: KernelBuild, folder: Path) -> KernelBuild:
    """The same build with a copy of its kernel in ``folder``: the next edit leaves it alone."""
    if build.linux is None:
        return build
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / "linux"
    shutil.copyfile(tree.linux, copy)
    copy.chmod(0o755)
    return KernelBuild(build.status, log=build.log, notes=build.notes, linux=copy)


def _environment() -> dict[str, str]:
    # What the user's shell says about make or compilers is not said to the grader's.
    kept = {"PATH", "HOME", "TMPDIR", "USER", "LOGNAME"}
    return {**{k: v for k, v in os.environ.items() if k in kept}, "LC_ALL": "C"}


def _warnings(log: str, touched: Sequence[str]) -> list[str]:
    found = [match[0] for match in _WARNING.finditer(log) if match["file"] in touched]
    return found[:MOST_WARNINGS]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()

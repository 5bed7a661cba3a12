# SPDX-License-Identifier: MIT
"""The kit's own programs for the guest, compiled once and kept in the cache."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import current
from autograder.errors import GraderError

LIB = Path(__file__).parent / "lib"
"""What every assignment's probes share."""
PROBE = re.compile(r"^PROBE\((\w+)\)", re.M)
"""A probe in its source, by its name."""
FLAGS = ["-D_GNU_SOURCE", "-static", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread"]


@dataclass(frozen=True)
class Programs:
    """Static programs: ``init`` holds the probes, ``helper`` is what probes run."""

    init: Path
    helper: Path


def compile_programs(cache: Path) -> Programs:
    """Compile the assignment's probes into ``cache``, unless that was done for the same sources."""
    compiler = shutil.which("gcc")
    if compiler is None:
        raise GraderError("gcc is missing: install it (Debian: apt-get install gcc libc6-dev)")
    sources = [*sorted(LIB.glob("*.[ch]")), *sorted(current().probes.glob("*.[ch]"))]
    digest = hashlib.sha256(" ".join(FLAGS).encode())
    for source in sources:
        digest.update(source.name.encode() + source.read_bytes())
    folder = cache / "probes" / digest.hexdigest()[:16]
    programs = Programs(folder / "init", folder / "helper")
    if programs.init.exists() and programs.helper.exists():
        return programs
    folder.mkdir(parents=True, exist_ok=True)
    helper = [LIB / "helper.c"]
    init = [source for source in sources if source.suffix == ".c" and source not in helper]
    for output, parts in ((programs.init, init), (programs.helper, helper)):
        _compile(compiler, output, parts)
    return programs


def _compile(compiler: str, output: Path, sources: list[Path]) -> None:
    partial = output.with_name(f".{output.name}.{os.getpid()}")
    done = subprocess.run(
        [compiler, *FLAGS, f"-I{LIB}", "-o", partial, *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise GraderError(f"the probes do not compile:\n{done.stderr[:2000]}")
    partial.replace(output)

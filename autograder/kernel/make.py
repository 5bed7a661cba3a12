# SPDX-License-Identifier: MIT
"""How make is called in a kernel tree."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from functools import cache

from autograder.progress import Progress

INSIDE = "/kernel"
"""Where the sandbox shows the tree that is being built."""

LARGE_DATA = "-mlarge-data-threshold=2147483647"
"""Keeps everything that is written to in .data and .bss.

The kernel for UML is compiled with -mcmodel=large.  From version 14 gcc then puts arrays of more
than 64 KiB into .ldata and .lbss, which the kernel's linker script does not know: kmemleak does
not search them for pointers, and reports what only they point to as lost.
"""

_COMPILED = re.compile(rb"^  (?:CC|AS|AR|HOSTCC) ", re.M)


def flags(gcc: int | None = None) -> tuple[str, ...]:
    """The variables that make is given with version ``gcc`` of the compiler, or this machine's."""
    gcc = gcc_version() if gcc is None else gcc
    return (
        "ARCH=um",
        # Only line numbers: for stacks that name file and line, without slowing the build.
        f"KCFLAGS=-g1 {LARGE_DATA}" if gcc >= 14 else "KCFLAGS=-g1",
        # The same source gives the same kernel.
        "KBUILD_BUILD_TIMESTAMP=1970-01-01 00:00:00 UTC",
        "KBUILD_BUILD_USER=course",
        "KBUILD_BUILD_HOST=grading",
        "KBUILD_BUILD_VERSION=1",
    )


@cache
def gcc_version() -> int:
    """The main version of this machine's gcc; 0 if there is none."""
    try:
        told = subprocess.run(["gcc", "-dumpversion"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(told.stdout.strip().partition(".")[0])


def make_jobs() -> int:
    """How many processes make may run at once: the processors that this process has."""
    return len(os.sched_getaffinity(0))


def make(*arguments: str) -> list[str]:
    """The command that runs make in a kernel tree; output of one target stays together."""
    return ["make", "-C", INSIDE, *flags(), "--output-sync=target", *arguments]


def run_makefile(folder: str) -> list[str]:
    """The command that makes all it can of the Makefile in ``folder``, in a kernel tree."""
    return ["make", "-C", INSIDE, "-f", f"{folder}/Makefile", "-k", f"-j{make_jobs()}"]


def counting(phrase: str, total: int, progress: Progress) -> Callable[[bytes], None]:
    """Something that counts make's lines and tells ``progress`` about them."""
    seen = 0

    def count(data: bytes) -> None:
        nonlocal seen
        seen += len(_COMPILED.findall(data))
        progress(phrase, min(seen / total, 1.0))

    return count


def marking(phrase: str, mark: bytes, total: int, progress: Progress) -> Callable[[bytes], None]:
    """Something that counts ``mark`` in what a command prints and tells ``progress``."""
    seen = 0

    def count(data: bytes) -> None:
        nonlocal seen
        seen += data.count(mark)
        progress(phrase, min(seen / total, 1.0))

    return count

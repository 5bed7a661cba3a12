# SPDX-License-Identifier: MIT
"""The cache, disk, memory and the clock."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.cache import VARIABLE, Cache
from autograder.doctor.finding import Finding, missing, ok, warning
from autograder.kernel.baseline import RECORD, latest

GIB = 1 << 30
LEAST_MEMORY, GOOD_MEMORY = GIB // 2, 3 * GIB // 2  # bytes: one guest; a grade with its compilers
BUILD_ROOM, GRADE_ROOM = 3 * GIB, GIB  # bytes: source, baseline and a grade; a grade
CGROUPS = ("memory.max", "memory/memory.limit_in_bytes")  # what a container may use


def cache_folder(root: Path) -> Iterator[Finding]:
    """Whether it can be written, and what is in it be run."""
    elsewhere = f"Set {VARIABLE} to another folder."
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        yield missing("cache", f"{root} cannot be written: {error.strerror}.", elsewhere)
        return
    if os.statvfs(root).f_flag & os.ST_NOEXEC:
        yield missing(
            "cache",
            f"{root} is mounted noexec, so the kernels in it cannot be started.",
            elsewhere,
        )
    else:
        yield ok("cache", f"{root} can be used.")


def disk(cache: Cache, series: str) -> Iterator[Finding]:
    """Whether there is room for a grade, and for a baseline if there is none."""
    place = _existing(cache.root)
    free = shutil.disk_usage(place).free
    built = latest(cache, series) is not None
    needed = GRADE_ROOM if built else BUILD_ROOM
    seen = f"{free / GIB:.1f} GiB are free for the cache"
    if free < needed:
        yield missing(
            "disk",
            f"{seen}, and {needed / GIB:.0f} GiB are needed.",
            f"Free some space on the disk that holds {place}, or set {VARIABLE} to a "
            "folder on another disk.",
        )
    else:
        yield ok("disk", f"{seen}.")


def memory() -> Iterator[Finding]:
    """Whether a build fits into it."""
    free = _free_memory()
    seen = f"{free / GIB:.1f} GiB are available"
    remedy = "End other programs, or use a machine with more memory."
    if free < LEAST_MEMORY:
        yield missing("memory", f"{seen}, and the linker alone needs 0.5 GiB.", remedy)
    elif free < GOOD_MEMORY:
        yield warning(
            "memory", f"{seen}, and grading takes up to 1.5 GiB: a build may be killed.", remedy
        )
    else:
        yield ok("memory", f"{seen}.")


def clock(cache: Cache, series: str) -> Iterator[Finding]:
    """Whether it shows a time before the baseline was made; nothing if it does not."""
    folder = latest(cache, series)
    with tempfile.NamedTemporaryFile(dir=_existing(cache.root)) as now:
        if folder and (folder / RECORD).stat().st_mtime > os.fstat(now.fileno()).st_mtime:
            yield missing(
                "clock",
                f"It shows a time before {folder} was made.",
                "Set the clock, or remove that folder.",
            )


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.absolute().parents) if each.exists())


def _free_memory() -> int:
    """Bytes that are available: on the machine, and in the container if there is one."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    facts = dict(line.split(":") for line in lines)
    found = [int(facts["MemAvailable"].split()[0]) << 10]
    for name in CGROUPS:
        path = Path("/sys/fs/cgroup", name)
        if path.exists() and (text := path.read_text().strip()).isdecimal():
            found.append(int(text))
    return min(found)

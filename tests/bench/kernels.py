# SPDX-License-Identifier: MIT
"""Compiling a submission's kernel from the warm baseline, against compiling all of it."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import GraderError
from autograder.kernel.build import build_submission
from autograder.kernel.make import INSIDE, make, make_jobs
from autograder.kernel.patching import COMMAND
from autograder.sandbox.command import Bind, Limits
from tests.bench.row import BenchRow
from tests.bench.setting import Setting
from tests.corpus import SOLUTIONS

TOUCHES_SCHED = SOLUTIONS / "task_chunks" / "kernel.patch"
LIMITS = Limits(cpu_seconds=3600, wall_seconds=3600, disk_bytes=4 << 30)
NAIVE = "make of the whole instrumented kernel"
WALL = "kernel of a submission that touches sched.h"
NEW_HEADER = "int pgfault_count_add(void);\n"
NEW_SOURCE = (
    "#include <linux/atomic.h>\n#include <linux/pgfault_count.h>\n\n"
    "static atomic_t faults;\n\n"
    "int pgfault_count_add(void)\n{\n\treturn atomic_inc_return(&faults);\n}\n"
)


def measure(setting: Setting) -> Iterable[BenchRow]:
    """A submission that touches sched.h, and one that touches no header that there was."""
    patch = TOUCHES_SCHED.read_bytes()
    wall, cpu = _build(setting, patch)
    c_wall, c_cpu = _build(setting, only_c(setting.baseline.tree))
    naive_wall, naive_cpu = (None, None) if setting.quick else _naive(setting, patch)
    yield BenchRow(WALL, "s", wall, goal=75, baseline=naive_wall, against=NAIVE)
    yield BenchRow(f"{WALL}: processors", "CPU s", cpu, goal=140, baseline=naive_cpu, against=NAIVE)
    touched = "kernel of a submission that touches only .c files and new files"
    yield BenchRow(touched, "s", c_wall, goal=10, baseline=naive_wall, against=NAIVE)
    yield BenchRow(f"{touched}: processors", "CPU s", c_cpu, baseline=naive_cpu, against=NAIVE)


def _build(setting: Setting, patch: bytes) -> tuple[float, float]:
    with setting.cache.workdir("bench") as work:
        built = build_submission(
            setting.baseline, patch, work / "kernel", setting.sandbox, setting.progress
        )
    if not built.ok:
        raise GraderError(f"what is to be measured does not build: {built.message}")
    return built.wall_seconds, built.cpu_seconds


def _naive(setting: Setting, patch: bytes) -> tuple[float, float]:
    """Everything by make alone, in an unpacked tree in which nothing is compiled yet."""
    with setting.cache.workdir("bench") as work:
        top = setting.copy_of_baseline(work / "tree")
        (work / "kernel.patch").write_bytes(patch)
        binds = [Bind(top, INSIDE, writable=True), Bind(work / "kernel.patch", f"{INSIDE}.patch")]

        def run(*command: str) -> float:
            done = setting.sandbox.run(command, binds=binds, cwd=INSIDE, limits=LIMITS)
            if not done.ok:
                raise GraderError(f"the naive build fails: {done.output[-2000:]}")
            return done.cpu_seconds

        run("find", INSIDE, "-name", "*.[ao]", "-delete")
        began = time.monotonic()
        cpu = run(*COMMAND, f"--input={INSIDE}.patch")
        cpu += run(*make("olddefconfig"))
        cpu += run(*make(f"-j{make_jobs()}", "linux"))
        return time.monotonic() - began, cpu


def only_c(tree: Path) -> bytes:
    """A patch that counts faults: two .c files changed, a header and a .c file added."""
    include = "#include <linux/pgfault_count.h>\n"
    counted = "\tcount_vm_event(PGFAULT);\n"
    changes = {
        "mm/memory.c": [
            ("#include <linux/mm.h>\n", include),
            (counted, "\tpgfault_count_add();\n"),
        ],
        "fs/proc/base.c": [('#include "internal.h"\n', include)],
        "mm/Makefile": [("obj-y += init-mm.o\n", "obj-y += pgfault_count.o\n")],
    }
    text = ""
    for name, after in changes.items():
        old = (tree / name).read_text()
        new = old
        for place, line in after:
            if place not in new:
                raise GraderError(
                    f"{name} has no line {place.strip()}: mend tests/bench/kernels.py"
                )
            new = new.replace(place, place + line, 1)
        text += _difference(old, new, f"a/{name}", f"b/{name}")
    for name, new in (
        ("include/linux/pgfault_count.h", NEW_HEADER),
        ("mm/pgfault_count.c", NEW_SOURCE),
    ):
        text += _difference("", new, "/dev/null", f"b/{name}")
    return text.encode()


def _difference(old: str, new: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), before, after
    )
    return "".join(lines)

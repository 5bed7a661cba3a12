# SPDX-License-Identifier: MIT
"""The processor, and the programs that grading runs."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator

from autograder.doctor.finding import Finding, missing, ok

PACKAGES = {
    "gcc": ("gcc",),
    "binutils": ("ld", "addr2line"),
    "make": ("make",),
    "patch": ("patch",),
    "flex": ("flex",),
    "bison": ("bison",),
    "bc": ("bc",),
    "perl": ("perl",),
    "xz-utils": ("xz",),
    "bash": ("bash",),
    "util-linux": ("setpriv", "prlimit", "choom"),
    "coreutils": ("du", "cp"),
}
"""Debian's packages, and the programs of them that grading runs."""

STATIC = ["gcc", "-static", "-x", "c", "-o", "/dev/null", "-"]


def processor() -> Iterator[Finding]:
    """Whether User Mode Linux runs on it."""
    machine = platform.machine()
    if machine == "x86_64" and sys.platform == "linux":
        yield ok("machine", f"Linux {platform.release()} on x86_64 with {_processors()}.")
    else:
        yield missing(
            "machine",
            f"This is {platform.system()} on {machine}, and User Mode Linux needs Linux on an "
            "x86_64 processor.",
            "Use such a machine, or a container on one.",
        )


def programs() -> Iterator[Finding]:
    """Whether all of them are installed."""
    lacking = {
        package: [name for name in names if shutil.which(name) is None]
        for package, names in PACKAGES.items()
    }
    needed = [package for package, names in lacking.items() if names]
    if needed:
        names = ", ".join(name for each in lacking.values() for name in each)
        yield missing(
            "programs", f"Not installed: {names}.", f"Run: apt-get install {' '.join(needed)}"
        )
    else:
        yield ok("programs", "All programs that grading runs are installed.")


def compiler() -> Iterator[Finding]:
    """Whether it links static programs; nothing if there is none."""
    if shutil.which("gcc") is None:
        return
    done = _run(STATIC, "int main(void) { return 0; }")
    if done.returncode == 0:
        version = _run(["gcc", "--version"]).stdout.partition("\n")[0]
        yield ok("compiler", f"{version} links static programs.")
    else:
        last = (done.stderr.strip().splitlines() or ["it gives no reason"])[-1]
        yield missing(
            "compiler",
            f"gcc cannot link a static program: {last[:200].rstrip('.')}.",
            "Run: apt-get install gcc binutils libc6-dev",
        )


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def _processors() -> str:
    number = len(os.sched_getaffinity(0))
    return f"{number} processor{'s' if number > 1 else ''}"

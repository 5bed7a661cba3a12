# SPDX-License-Identifier: MIT
"""The kernel that a student plays with: the graded one, with hostfs and debug information.

It has a tree of its own beside ``linux/``, and takes over every object that is the same:
only hostfs, and the files that the student changed (with full debug information), are
compiled again.  For grading hostfs stays off: through it a guest sees the host's files.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autograder import assignment
from autograder.cache import Cache
from autograder.errors import GraderError, UsageError
from autograder.guest import interactive
from autograder.guest.machine import Kernel
from autograder.kernel.build import Baseline, KernelBuild
from autograder.progress import Progress
from autograder.sandbox.sandbox import Level, Sandbox
from autograder.student.kernel import RECORD, STAMP, Tree
from autograder.student.mirror import mirror
from autograder.student.project import Project
from autograder.student.worktree import difference

OPTION = "HOSTFS"
CONFIG = ".config"
AUTO_CONF = "include/config/auto.conf"
AUTOCONF_H = "include/generated/autoconf.h"
GDB = (
    *("gdb", "--quiet"),
    # UML takes these for page faults and its timer.
    *("-ex", "handle SIGSEGV SIGALRM SIGIO SIGWINCH SIGUSR1 nostop noprint pass"),
    *("-ex", "set pagination off", "-ex", "set disable-randomization on"),
    "--args",
)

_SOURCE = re.compile(rb"^\+\+\+ b/(.+)\.c$", re.M)
_LINKED = re.compile(
    r"(?:linux|System\.map|vmlinux.*|\.(?:tmp_)?vmlinux.*|\.linux\.cmd|modules\..*)"
)


def boot(
    project: Project, baseline: Baseline, cache: Cache, progress: Progress, debug: bool = False
) -> int:
    """Boot the student's kernel on this terminal; the status of the kernel's process.

    Errors: UsageError where it does not build.
    """
    if debug and shutil.which("gdb") is None:
        raise UsageError("gdb is missing: install it (apt-get install gdb)")
    tree = up_to_date(project, baseline, progress)
    wanted = assignment.current().tools
    tools = {name: project.tools / place for name, place in wanted.items()}
    build_tools(project)
    kernel = Kernel(tree.linux, {name: path for name, path in tools.items() if path.is_file()})
    with cache.workdir("boot") as work:
        progress("", None)  # the terminal is the guest's now
        return interactive.boot(
            kernel, Sandbox(Level.NONE), work, project.root, GDB if debug else ()
        )


def build_tools(project: Project) -> None:
    """Build the tools where they are; `make tools` shows what is wrong with them."""
    subprocess.run(["make", "--silent", "-C", str(project.tools)], capture_output=True, check=False)


def up_to_date(project: Project, baseline: Baseline, progress: Progress) -> Tree:
    """Build both trees.  Errors: UsageError where one does not build."""
    patch = difference(project)
    working = Tree(project.linux)
    _must(working.build(baseline, patch, progress))
    stems = sorted({PurePosixPath(name.decode()).name for name in _SOURCE.findall(patch)})
    tree = Tree(project.build / "boot", extra=tuple(f"CFLAGS_{stem}.o=-g" for stem in stems))
    progress("bringing the kernel for booting up to date", None)
    refresh(project.linux, tree.path, stems)
    _must(tree.make(progress))
    return tree


def refresh(linux: Path, target: Path, stems: Sequence[str]) -> None:
    """Make ``target`` a copy of the built tree ``linux`` with hostfs switched on."""
    new = not (target / CONFIG).exists()
    mirror(linux, target, lambda name: _own(name, stems))
    if new:
        (target / "include/config" / OPTION).touch()
    line = f"CONFIG_{OPTION}=y\n"
    config = (linux / CONFIG).read_text().replace(f"# CONFIG_{OPTION} is not set\n", line)
    if line not in config:
        raise GraderError(f"{linux / CONFIG} says nothing of {OPTION}")
    # Written as Kconfig would, in the order in which make wants them to be younger.
    _write(target / CONFIG, config)
    _write(target / AUTO_CONF, (linux / AUTO_CONF).read_text() + line)
    _write(target / AUTOCONF_H, (linux / AUTOCONF_H).read_text() + f"#define CONFIG_{OPTION} 1\n")


def _own(name: str, stems: Sequence[str]) -> bool:
    """What the second tree has by itself."""
    last = name.rpartition("/")[2]
    if name in (".git", CONFIG, f"{CONFIG}.old", STAMP, RECORD, AUTO_CONF, AUTOCONF_H):
        return True
    if name == f"include/config/{OPTION}" or last.startswith((".built-in.a", ".vmlinux.a")):
        return True
    if last.endswith((".a", ".a.cmd")) or (name.startswith("fs/hostfs/") and ".o" in last):
        return True
    if "/" not in name and _LINKED.fullmatch(name):
        return True
    return any(last in (f"{stem}.o", f".{stem}.o.cmd") for stem in stems)


def _write(path: Path, text: str) -> None:
    # Always anew: what make compares are times, and what came over may be younger.
    path.write_text(text)


def _must(build: KernelBuild) -> None:
    if not build.ok:
        raise UsageError(build.message)

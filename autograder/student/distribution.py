# SPDX-License-Identifier: MIT
"""Boot the student's kernel with a Debian system on a disk of its own.

The kernel is another one than that of `make boot`: with disks and ext4, without the
instruments of the grading kernel.  It is built in a tree of its own, ``build/debian``, which
begins as a copy of an unpatched one with its objects and follows the sources in ``linux/``.
What the guest writes goes to ``cow``, beside the image, which stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.assignment import current
from autograder.cache import complete_or_nothing
from autograder.errors import UsageError
from autograder.guest.interactive import LIMITS
from autograder.kernel.build import Baseline
from autograder.progress import Progress
from autograder.sandbox.command import Bind
from autograder.sandbox.sandbox import Level, Sandbox
from autograder.student.boot import build_tools
from autograder.student.kernel import Tree
from autograder.student.mirror import mirror
from autograder.student.project import Project
from autograder.student.worktree import difference, sources

MEMORY = "512M"


def boot(project: Project, baseline: Baseline, image: Path, progress: Progress) -> int:
    """Boot on this terminal; the status of the kernel's process.

    ``baseline`` is the unpatched kernel of the variant that has disks.
    Errors: UsageError where the kernel does not build, or ``cow`` is of another image.
    """
    if project.cow.exists() and project.cow.stat().st_mtime < image.stat().st_mtime:
        raise UsageError(
            f"{project.cow.name} holds your changes to an older version of the disk: "
            "remove it (what you changed in the guest is lost)"
        )
    kernel = up_to_date(project, baseline, progress)
    build_tools(project)
    progress("", None)  # the terminal is the guest's now
    process = Sandbox(Level.NONE).start(
        [
            "/guest/linux",
            f"mem={MEMORY}",
            f"ubd0=/guest/host/{project.cow.name},/guest/image",
            *("root=/dev/ubda", "rw"),
            "hostfs=/guest/host",
            "seccomp=on",
            *("con=null", "con0=fd:0,fd:1", "ssl=null"),
            *("panic=-1", "quiet"),
            "uml_dir=/tmp/uml",
        ],
        binds=[
            Bind(kernel, "/guest/linux"),
            Bind(image, "/guest/image"),
            Bind(project.root, "/guest/host", writable=True),
        ],
        env={"HOME": "/tmp", "TMPDIR": "/dev/shm"},
        limits=replace(LIMITS, file_size=8 << 30),  # the disk is one file
        stdin=0,
        stdout=1,
    )
    try:
        return process.wait()
    finally:
        process.kill()


def up_to_date(project: Project, baseline: Baseline, progress: Progress) -> Path:
    """Build the kernel of the sources in ``linux/``.  Errors: UsageError where it does not."""
    patch = difference(project)
    tree = Tree(project.build / "debian")
    if not tree.path.exists():
        progress("copying the objects of the kernel with disks", None)
        with complete_or_nothing(tree.path) as partial:
            mirror(baseline.tree, partial, lambda _: False)
    follow(project, tree.path)
    build = tree.build(baseline, patch, progress)
    if build.linux is None:
        raise UsageError(build.message)
    return build.linux


def follow(project: Project, target: Path) -> None:
    """Make the sources in ``target`` those of ``linux/``, in the folders that are patched."""
    wanted = {name for name in sources(project) if name.split("/", 1)[0] in current().folders}
    folders = {str(folder) for name in wanted for folder in PurePosixPath(name).parents}
    wanted |= folders
    mirror(project.linux, target, lambda name: name not in wanted)

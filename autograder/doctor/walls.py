# SPDX-License-Identifier: MIT
"""The sandbox, and the memory that guests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.cache import VARIABLE, Cache
from autograder.doctor.finding import Finding, missing, ok, warning
from autograder.errors import GraderError
from autograder.sandbox import container, shared_memory
from autograder.sandbox.sandbox import Level

SAFE = {
    Level.FULL: "bubblewrap keeps submissions away from this machine",
    Level.CONTAINER: "a submission has its own user and limits, and no other protection: use it "
    "only in a container made for one submission",
    Level.NONE: "nothing protects this machine from a submission",
}


def none(error: GraderError) -> Finding:
    """There is no sandbox."""
    return missing("sandbox", f"No sandbox works here: {error}.", _way_to_a_sandbox())


def sandbox(level: Level, cache: Cache) -> Iterator[Finding]:
    """What the sandbox that was chosen protects from."""
    if level is Level.FULL:
        yield ok("sandbox", f"Level full: {SAFE[level]}.")
    else:
        yield warning("sandbox", f"Level {level}: {SAFE[level]}.", _way_to_a_sandbox())
    if level is Level.CONTAINER and not _others_may_enter(cache.root):
        yield missing(
            "cache",
            f"Other users may not enter {cache.root}. Without bubblewrap, submissions run "
            "there as another user.",
            f"Run chmod o+x on the folders above it, or set {VARIABLE} to another one.",
        )


def shared(level: Level) -> Iterator[Finding]:
    """Whether guests have a place for their memory."""
    obstacle = shared_memory.obstacle()
    if not obstacle:
        yield ok("shared memory", f"{shared_memory.FOLDER} has room for guests.")
    elif level is Level.FULL:
        yield ok("shared memory", f"{obstacle}, but each sandbox brings its own.")
    elif os.statvfs(tempfile.gettempdir()).f_flag & os.ST_NOEXEC:
        yield missing(
            "shared memory",
            f"{obstacle}, and {tempfile.gettempdir()} is mounted noexec too.",
            "Run: mount -o remount,exec,size=1g /dev/shm (or set TMPDIR to a folder in which "
            "programs may run).",
        )
    else:
        yield warning(
            "shared memory",
            f"{obstacle}. It is kept on disk instead, which is slower.",
            "Run: mount -o remount,exec,size=1g /dev/shm (docker run: --shm-size=1g).",
        )


def _others_may_enter(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.absolute().parents))


def _way_to_a_sandbox() -> str:
    """What to do for bubblewrap, as this machine is."""
    if shutil.which("bwrap") is None:
        return "Run: apt-get install bubblewrap"
    if container.detected():
        return (
            "Allow namespaces (docker run: --privileged). In a container made for one submission, "
            "PGFAULT_SANDBOX=container is enough."
        )
    switches = {
        "kernel/unprivileged_userns_clone": "1",
        "kernel/apparmor_restrict_unprivileged_userns": "0",
        "user/max_user_namespaces": "10000",
    }
    needed = [
        f"sysctl -w {name.replace('/', '.')}={value}"
        for name, value in switches.items()
        if _is_against(Path("/proc/sys", name), value)
    ]
    if needed:
        return f"Run: {' && '.join(needed)}"
    return "Allow namespaces: run as root, with CAP_SYS_ADMIN."


def _is_against(switch: Path, value: str) -> bool:
    """Whether a setting of the kernel forbids user namespaces."""
    try:
        now = switch.read_text().strip()
    except OSError:
        return False
    return now == "0" if value != "0" else now != "0"

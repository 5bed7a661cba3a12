# SPDX-License-Identifier: MIT
"""Level ``container``: a machine that was made for one submission and is thrown away.

Inside such a container (Gradescope's, say) there are often no namespaces to be had.  A
submission gets a user id of its own there, limits, and an end to all its processes; it
can still see whatever every user of the container can read, and its network.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import GraderError

MARKS = ("/.dockerenv", "/run/.containerenv", "/autograder/submission_metadata.json")
SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # where every user may leave files
PATIENCE = 10.0  # seconds until processes that cannot be ended are the grader's fault


def detected() -> bool:
    """Whether this is the inside of a container."""
    if any(Path(mark).exists() for mark in MARKS):
        return True
    try:
        return b"\0container=" in b"\0" + Path("/proc/1/environ").read_bytes()
    except OSError:
        return False


def obstacle() -> str:
    """Why the level cannot be had here; empty where it can."""
    if os.geteuid() != 0:
        return "it needs root, to give a submission a user id of its own"
    missing = [name for name in ("setpriv", "prlimit") if shutil.which(name) is None]
    return f"{' and '.join(missing)} is missing (Debian: util-linux)" if missing else ""


def processes_of(user: int) -> list[int]:
    """The processes of ``user`` that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            lines = (entry / "status").read_text(errors="replace").splitlines()
        except OSError:
            continue
        facts = dict(line.partition(":")[::2] for line in lines)
        ended = facts["State"].strip().startswith(("Z", "X"))
        if not ended and str(user) in facts["Uid"].split():
            found.append(int(entry.name))
    return found


def clear(user: int, keep: Iterable[Path]) -> None:
    """End every process of ``user`` and remove what it left where everybody may write.

    ``keep``: the folders in which it was to write.
    Errors: GraderError where some process cannot be ended.
    """
    deadline = time.monotonic() + PATIENCE
    while processes_of(user):
        # In one step for all of them, so that none can be missed by forking; once more,
        # since they may end this one first.
        subprocess.run(
            ["sh", "-c", "kill -KILL -1"],
            user=user,
            group=user,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
        if time.monotonic() > deadline:
            raise GraderError(f"processes of user {user} cannot be ended")
    folders = [folder for folder in SHARED if Path(folder).is_dir()]
    command = ["find", *folders, "-xdev", "-user", str(user)]
    for folder in keep:
        name = glob.escape(str(folder.resolve()))
        command += ["!", "-path", name, "!", "-path", f"{name}/*"]
    subprocess.run([*command, "-delete"], capture_output=True, check=False)

# SPDX-License-Identifier: MIT
"""Nothing outlives a grader that was killed: its commands die with it, or at the next run.

A command dies with its grader, but for the moment in which bubblewrap makes its namespaces:
what is caught there hangs, before it has run anything of a submission.  The next run ends
it, and removes the folders of a grader that is no more.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import tempfile
from functools import cache
from pathlib import Path

from autograder.cache import remove

VARIABLE = "PGFAULT_GRADER"  # in a sandbox's environment: who made it
PREFIX = "pgfault-"
DIES_WITH_PARENT = (
    *("setpriv", "--pdeathsig", "KILL", "--"),
    # A parent that had died before that is another one by now.
    *("sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"'),
)
"""Put the parent's process id and the command behind it."""

_MARK = re.compile(r"(?P<space>\d+)\.(?P<pid>\d+)\.(?P<started>\d+)")


def mark() -> str:
    """This process, in words that no other one of this machine ever has."""
    return mark_of(os.getpid())


def prefix() -> str:
    """What the names of this process's temporary folders begin with."""
    return f"{PREFIX}{mark()}-"


def sweep() -> None:
    """End the sandboxes, and remove the temporary folders, of graders that are no more."""
    for pid in _bubblewraps():
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
            if VARIABLE in words and is_gone(words[words.index(VARIABLE) + 1]):
                os.kill(pid, signal.SIGKILL)
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        name = folder.name.removeprefix(PREFIX).rpartition("-")[0]
        with contextlib.suppress(OSError):
            # A command of root's may have been given its folder: root's are of any user.
            if os.geteuid() in (0, folder.lstat().st_uid) and is_gone(name):
                remove(folder)


def _bubblewraps() -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal() and (entry / "comm").read_text() == "bwrap\n":
                found.append(int(entry.name))
    return found


def is_gone(text: str) -> bool:
    """Whether ``text`` is the mark of a process that was here and is no more."""
    match = _MARK.fullmatch(text)
    if match is None or match["space"] != _space():
        return False  # of another process namespace: its ids mean nothing here
    try:
        return mark_of(int(match["pid"])) != text
    except OSError:
        return True


def mark_of(pid: int) -> str:
    """The mark of the process ``pid``.  Errors: OSError where there is none."""
    text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    started = text[text.rindex(")") + 2 :].split()[19]  # in ticks since this machine started
    return f"{_space()}.{pid}.{started}"


@cache
def _space() -> str:
    return str(Path("/proc/self/ns/pid").stat().st_ino)

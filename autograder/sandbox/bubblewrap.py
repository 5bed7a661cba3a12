# SPDX-License-Identifier: MIT
"""The command line of ``bwrap`` that shuts a submission in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.sandbox import orphans
from autograder.sandbox.command import Bind, Limits
from autograder.sandbox.users import HIDDEN

SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libexec", "include", "share")
ETC = ("alternatives", "ld.so.cache")


def walls(
    binds: Sequence[Bind], environment: Mapping[str, str], limits: Limits, root: bool
) -> list[str]:
    """The arguments of ``bwrap`` that say what the command sees."""
    # Where memory runs out, the kernel is to end what is in here, not the grader.
    command = ["choom", "-n", "1000", "--"]
    command += ["bwrap", "--die-with-parent", "--new-session", "--unshare-ipc"]
    command += ["--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    command += ["--hostname", "grading"]
    if root:
        command += ["--cap-drop", "ALL"]
        for needed in ("SETUID", "SETGID", "SETPCAP"):  # dropped again by setpriv
            command += ["--cap-add", f"CAP_{needed}"]
    else:
        command += ["--unshare-user", "--uid", str(HIDDEN), "--gid", str(HIDDEN)]
    command += ["--clearenv"]
    for name, value in {**environment, orphans.VARIABLE: orphans.mark()}.items():
        command += ["--setenv", name, value]
    # Parents that bubblewrap makes by itself can be entered by root only.
    parents = {parent for bind in binds for parent in Path(bind.inside).parents}
    for folder in sorted({Path("/usr"), Path("/etc"), *parents} - {Path("/")}):
        command += ["--perms", "0755", "--dir", str(folder)]
    for name in SYSTEM:
        command += ["--ro-bind-try", f"/usr/{name}", f"/usr/{name}"]
        top = Path("/", name)
        if top.is_symlink():
            command += ["--symlink", str(top.readlink()), str(top)]
        elif top.is_dir():
            command += ["--ro-bind", str(top), str(top)]
    for name in ETC:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for scratch in ("/tmp", "/dev/shm"):
        command += ["--perms", "1777", "--size", str(limits.scratch_bytes)]
        command += ["--tmpfs", scratch]
    for bind in binds:
        option = "--bind" if bind.writable else "--ro-bind"
        command += [option, str(bind.host), bind.inside]
    return [*command, "--remount-ro", "/"]


def as_user(user: int, orphan_dies: bool = False) -> list[str]:
    """What turns root into ``user``, without rights and without a way back.

    ``orphan_dies``: with the process that started it, which a change of users forgets.
    """
    command = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]
    command += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
    return [*command, *(["--pdeathsig", "KILL"] if orphan_dies else []), "--"]


def gate(waiting: int) -> list[str]:
    """What keeps a command back until the word comes through the pipe ``waiting``.

    bubblewrap's own ``--block-fd`` goes on where the grader dies before it gives the word.
    """
    script = 'fd=$1; shift; read -r -u "$fd" word && [ "$word" = go ] || exit 1; exec {fd}<&-'
    return ["bash", "-c", f'{script}; exec "$@"', "gate", str(waiting)]

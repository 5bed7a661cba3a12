# SPDX-License-Identifier: MIT
"""The disk of a Debian guest, made without being root.

mmdebstrap puts the root folder together in a user namespace and writes it as a tarball;
under fakeroot this is unpacked and made into a file system, with its owners and devices.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder import assignment
from autograder.cache import Cache, complete_or_nothing
from autograder.errors import GraderError
from autograder.kernel import debian
from autograder.progress import Progress

SUITE = "bookworm"
PACKAGES = ("sysvinit-core", "procps", "busybox-static")
SIZE = "1G"  # sparse: what is not written takes no room
PATIENCE = 1800  # seconds for one command
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
PROGRAMS = {"mmdebstrap": "mmdebstrap", "fakeroot": "fakeroot", "mke2fs": "e2fsprogs"}
"""What is run, and Debian's package of it."""

INITTAB = """\
id:2:initdefault:
si::sysinit:/etc/init.d/rcS
l0:0:wait:/etc/init.d/rc 0
l1:S1:wait:/etc/init.d/rc 1
l2:2345:wait:/etc/init.d/rc 2
l6:6:wait:/etc/init.d/rc 6
~:S:wait:/sbin/sulogin
0:2345:respawn:/bin/busybox getty -L -l /usr/local/sbin/login 0 tty0 linux
"""
FILES: Mapping[str, str] = {
    # busybox's getty and login: the usual ones want sockets, which the kernel goes without,
    # and refuse a root without a password.
    "etc/inittab": INITTAB,
    "etc/fstab": "/dev/ubda / ext4 defaults 0 0\nhost /host hostfs defaults 0 0\n",
    "etc/hostname": "guest\n",
    "etc/motd": "The folder of the handout is /host; 'halt' ends this guest.\n",
}
LOGIN = {"usr/local/sbin/login": "/bin/busybox"}
BOOTSTRAP = (
    *("mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
    '--aptopt=APT::Install-Recommends "false"',
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")),
    '--customize-hook=chroot "$1" passwd --quiet --delete root',
    '--customize-hook=rm -rf "$1/var/cache/apt" "$1/var/lib/apt/lists"',
    SUITE,
)
FILE_SYSTEM = f"""
tar --numeric-owner -xpf "$1" -C "$2"
cp -r --no-dereference "$3/." "$2/"
mke2fs -q -t ext4 -L guest -d "$2" "$4" {SIZE}
"""


def path(cache: Cache) -> Path:
    """Where the image is, once it is made."""
    recipe = repr((BOOTSTRAP, FILE_SYSTEM, FILES, _links()))
    return cache.root / "image" / f"{hashlib.sha256(recipe.encode()).hexdigest()[:16]}.ext4"


def make(cache: Cache, progress: Progress) -> Path:
    """The image; made, with packages from the network, unless it is there.

    Errors: GraderError with the words of what failed.
    """
    target = path(cache)
    if target.exists():
        return target
    for program, package in PROGRAMS.items():
        if shutil.which(program, path=PATH) is None:
            raise GraderError(f"{program} is missing: install it (apt-get install {package})")
    with (
        cache.lock("image"),
        complete_or_nothing(target) as partial,
        tempfile.TemporaryDirectory(prefix=".image-", dir=cache.root) as folder,
    ):
        work = Path(folder)
        progress("making the disk of the Debian guest: fetching packages", None)
        tarball = work / "root.tar"
        _run([*BOOTSTRAP, str(tarball), *debian.archives(work)[:1]])
        progress("making the disk of the Debian guest: the file system", None)
        root, files = work / "root", work / "files"
        root.mkdir()
        lay_out(files)
        arguments = [str(name) for name in (tarball, root, files, partial)]
        _run(["fakeroot", "sh", "-ec", FILE_SYSTEM, "sh", *arguments])
    return target


def lay_out(folder: Path) -> None:
    """Put into ``folder`` what the guest has beside the packages' files."""
    (folder / "host").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for name, target in _links().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)


def _run(command: Sequence[str]) -> None:
    environment = {**os.environ, "PATH": PATH, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GraderError(f"the disk of the Debian guest cannot be made: {error}") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith(("E:", "mke2fs"))]
        last = (said or done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise GraderError(f"the disk of the Debian guest cannot be made: {command[0]}: {last}")


def _links() -> dict[str, str]:
    """What the guest's file system names, and where it really is."""
    tools = assignment.current().tools
    return {
        f"usr/local/bin/{name}": f"/host/tools/{place}" for name, place in tools.items()
    } | LOGIN

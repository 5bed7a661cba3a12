# SPDX-License-Identifier: MIT
"""A shell in a guest, on the user's own terminal, in real time."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.errors import GraderError
from autograder.guest import initramfs
from autograder.guest.machine import Kernel
from autograder.sandbox.command import Bind, Limits
from autograder.sandbox.sandbox import Sandbox

LIMITS = Limits(
    cpu_seconds=24 * 3600, wall_seconds=24 * 3600, memory_bytes=0, processes=512, open_files=256
)
INIT = """#!/bin/sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /tmp
alias halt='poweroff -f'
if [ -e /etc/host ]; then
	mkdir -p /host
	mount -t hostfs -o "$(cat /etc/host)" none /host && cd /host
fi
echo
echo "Linux $(uname -r), User Mode Linux. 'halt' ends it."
export ENV=/etc/shrc PS1='guest# '
setsid cttyhack sh
poweroff -f
"""
SHELL_START = "alias halt='poweroff -f'\n"


def boot(
    kernel: Kernel,
    sandbox: Sandbox,
    workdir: Path,
    host: Path | None = None,
    debugger: Sequence[str] = (),
    programs: Iterable[initramfs.Member] = (),
) -> int:
    """Boot and stay until the guest is shut down; the exit status of the kernel's process.

    ``host``: a folder to mount at /host, for kernels with hostfs outside of any sandbox.
    ``debugger``: a command to run the kernel under.
    ``programs``: what the guest has besides busybox and the tools.
    Errors: GraderError where busybox is missing.
    """
    initrd = workdir / "initrd"
    initrd.write_bytes(_archive(kernel, host) + initramfs.pack(programs))
    process = sandbox.start(
        [
            *debugger,
            "/guest/linux",
            "mem=256M",
            "initrd=/guest/initrd",
            "seccomp=on",
            "con=null",
            "con0=fd:0,fd:1",
            "ssl=null",
            "panic=-1",
            "quiet",
            "kmemleak=off",
            "uml_dir=/tmp/uml",
        ],
        binds=[Bind(kernel.linux, "/guest/linux"), Bind(initrd, "/guest/initrd")],
        env={"HOME": "/tmp", "TMPDIR": "/dev/shm"},
        limits=LIMITS,
        stdin=0,
        stdout=1,
    )
    try:
        return process.wait()
    finally:
        process.kill()


def _archive(kernel: Kernel, host: Path | None) -> bytes:
    busybox = shutil.which("busybox")
    if busybox is None:
        raise GraderError("busybox is missing: install it (Debian: apt-get install busybox-static)")
    members = [initramfs.directory(name) for name in ("dev", "bin", "proc", "sys", "tmp", "etc")]
    members += [
        initramfs.character_device("dev/console", 5, 1),
        initramfs.character_device("dev/tty0", 4, 0),
        initramfs.character_device("dev/null", 1, 3),
        initramfs.executable("bin/busybox", Path(busybox)),
        initramfs.symbolic_link("bin/sh", "busybox"),
        initramfs.file("etc/shrc", SHELL_START.encode()),
        initramfs.file("init", INIT.encode(), 0o755),
    ]
    if host is not None:
        members.append(initramfs.file("etc/host", f"{host}\n".encode()))
    members += [initramfs.executable(f"bin/{name}", tool) for name, tool in kernel.tools.items()]
    return initramfs.pack(members)

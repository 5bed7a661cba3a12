# SPDX-License-Identifier: MIT
"""A kernel source of a few files, for tests that need an archive of one."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

MAKEFILE = "VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 4\nEXTRAVERSION =\nNAME = X\n"
FILES = {
    "Makefile": MAKEFILE,
    "arch/um/Makefile": "",
    "arch/um/kernel/stacktrace.c": (
        "\t\taddr = READ_ONCE_NOCHECK(*sp);\n\t\tif (__kernel_text_address(addr)) {\n"
    ),
    "arch/arm/Makefile": "",
    "drivers/Makefile": (
        "obj-y\t\t+= base/ block/ char/\nobj-$(CONFIG_PCI) += pci/\n"
        "obj-y += char/ipmi/\nobj-y += tty/\n"
    ),
    "drivers/Kconfig": (
        'menu "x"\nsource "drivers/base/Kconfig"\nsource "drivers/pci/Kconfig"\n'
        'source "sound/Kconfig"\nendmenu\n'
    ),
    "drivers/base/Kconfig": "",
    "drivers/base/core.c": "int x;",
    "drivers/pci/pci.c": "",
    "fs/Kconfig": 'source "fs/absent/Kconfig"\n',
    "fs/proc/base.c": "",
    "sound/core/sound.c": "",
    "scripts/checkpatch.pl": "#!/usr/bin/perl\n",
}


def archive(folder: Path, files: dict[str, str], mode: str = "w:gz") -> Path:
    path = folder / "linux.tar.gz"
    with tarfile.open(path, mode) as writer:  # type: ignore[call-overload]
        for name, text in files.items():
            member = tarfile.TarInfo(f"linux-7.3.4/{name}")
            member.size = len(text)
            member.mode = 0o755 if name.endswith(".pl") else 0o644
            member.mtime = 2_000_000_000
            writer.addfile(member, io.BytesIO(text.encode()))
    return path

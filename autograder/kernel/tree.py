# SPDX-License-Identifier: MIT
"""Unpack a kernel source without what User Mode Linux on x86 never compiles.

A submission is built in a copy of the unpacked tree, so its number of files is time that
every grade pays.  Everything that a submission may patch is kept whole.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from autograder.errors import GraderError
from autograder.kernel import holder
from autograder.progress import Progress

WHOLE = (
    # What a submission may patch (CONTRACT, section 1).
    *("fs", "include", "init", "ipc", "kernel", "lib", "mm"),
    # What the build needs besides.
    *("arch/um", "arch/x86/entry/syscalls", "arch/x86/include", "arch/x86/lib", "arch/x86/um"),
    *("certs", "drivers/base", "scripts", "tools/include/tools", "usr"),
)
"""Folders that are kept with everything in them."""

LEFT_OUT = ("scripts/coccinelle", "scripts/gdb", "scripts/kconfig/tests")
"""Folders that are not, after all."""

FLAT = ("", "drivers/char", "drivers/tty", "security")
"""Folders of which only the files directly in them are compiled."""

RULES = (
    *("arch/Kconfig", "arch/x86/Kconfig.cpu", "arch/x86/Kconfig.assembler", "arch/x86/Makefile"),
    *("arch/x86/Makefile.um", "arch/x86/crypto/Makefile", "block/Kconfig", "crypto/Kconfig"),
    *("crypto/Makefile", "drivers/Kconfig", "drivers/Makefile", "io_uring/Kconfig"),
    *("drivers/char/agp/Makefile", "drivers/tty/serial/8250/Makefile"),
    *("drivers/tty/serial/Makefile", "drivers/tty/vt/Makefile"),
    *("io_uring/io-wq.h", "arch/x86/kernel/cpu/mkcapflags.sh"),
    *("net/Kconfig", "net/Kconfig.debug", "net/sunrpc/Kconfig", "rust/kernel/Kconfig.test"),
    *("samples/Kconfig", "sound/Makefile", "virt/Makefile", "virt/lib/Makefile"),
    *("virt/lib/Kconfig", "virt/kvm/Kconfig", "Documentation/Kconfig"),
)
"""Files that the build or the configuration reads in folders that are not compiled."""

STACK_WALK = "arch/um/kernel/stacktrace.c"
ASKED = "__kernel_text_address(addr)"
ENOUGH = "__is_kernel_text(addr) || is_kernel_inittext(addr)"
"""What the walk of a stack asks of each word (does it point to code?), and what is enough.

Most words do not: then the first asks modules, probes and BPF programs as well, which these
kernels have none of.  KASAN and kmemleak walk the stack at each allocation.
"""

EPOCH = 978_307_200  # 2001-01-01, in seconds: the time of every file that was not built

DRIVERS = ("base", "char", "tty")
UNPATCHED = ("arch", "block", "crypto", "drivers", "net", "security", "samples", "virt")

_SOURCE = re.compile(r'^\s*source "([^"$]+)"$', re.M)


def wanted(name: str, more: Sequence[str] = ()) -> bool:
    """Whether the file ``name``, relative to the top of the source, is kept.

    ``more``: files, and folders with everything in them, that are kept as well.
    """
    path = PurePosixPath(name)
    folders = {str(folder) for folder in path.parents if str(folder) != "."}
    if folders.intersection(LEFT_OUT):
        return False
    if name in (*RULES, *more) or folders.intersection((*WHOLE, *more)):
        return True
    return ("" if str(path.parent) == "." else str(path.parent)) in FLAT


def unpack(tarball: Path, target: Path, progress: Progress, more: Sequence[str] = ()) -> None:
    """Unpack what is wanted of ``tarball`` into the new folder ``target``.

    Every file gets one time, long ago: whatever is changed or built later is newer.
    Errors: GraderError where the archive is damaged or holds no kernel.
    """
    target.mkdir()
    size = tarball.stat().st_size
    files = 0
    try:
        with tarball.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:*") as archive:
            for member in archive:
                _, _, name = member.name.removeprefix("./").partition("/")
                if wanted(name, more) and (member.isreg() or member.issym()):
                    _extract(archive, member, target / name)
                    files += 1
                    if files % 100 == 0:
                        progress("unpacking the kernel source", raw.tell() / size)
    except (tarfile.TarError, EOFError, ValueError, OSError) as error:
        raise GraderError(
            f"{tarball} cannot be unpacked ({error}): remove it and try again"
        ) from error
    if not (target / "arch/um/Makefile").is_file():
        raise GraderError(f"{tarball} holds no kernel source")
    _pass_over(target)
    _hasten(target)
    holder.install(target, EPOCH)


def version(tree: Path) -> str:
    """The exact version of the source in ``tree``, such as '7.3.4'."""
    return parse_version((tree / "Makefile").read_text())


def series_of(version: str) -> str:
    """The series that a version belongs to: '7.3' for '7.3.4' and for '7.3-rc1'."""
    found = re.match(r"\d+\.\d+", version)
    if found is None:
        raise GraderError(f"{version!r} is no version of a kernel, such as 7.3.4")
    return found[0]


def parse_version(makefile: str) -> str:
    """The version that a kernel's top Makefile states."""
    found = dict(
        re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(.*)$", makefile, re.M)
    )
    try:
        return "{VERSION}.{PATCHLEVEL}.{SUBLEVEL}{EXTRAVERSION}".format(**found)
    except KeyError:
        raise GraderError("the kernel source's Makefile states no version") from None


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        path.symlink_to(member.linkname)
        return
    content = archive.extractfile(member)
    assert content is not None  # it is a regular file
    path.write_bytes(content.read())
    path.chmod(0o755 if member.mode & 0o100 else 0o644)
    os.utime(path, (EPOCH, EPOCH))


def _pass_over(top: Path) -> None:
    """Make the build and the configuration pass over what was left out.

    Without this make enters some 300 folders of drivers in which nothing is compiled.
    What a submission may patch stays as it is.
    """
    makefile = top / "drivers" / "Makefile"
    rule = re.compile(r"^(obj-\S+\s*\+=)(.*)$", re.M)
    _edit(
        makefile,
        lambda line: " ".join(
            [line[1], *(word for word in line[2].split() if word.rstrip("/") in DRIVERS)]
        ),
        rule,
    )
    for name in UNPATCHED:
        for kconfig in (top / name).rglob("Kconfig*"):
            _edit(kconfig, lambda line: line[0] if (top / line[1]).exists() else "", _SOURCE)


def _hasten(top: Path) -> None:
    """Make stacks be walked quickly; a kernel that walks them otherwise stays as it is."""
    if (top / STACK_WALK).is_file():
        _edit(top / STACK_WALK, lambda _: ENOUGH, re.compile(re.escape(ASKED)))


def _edit(path: Path, change: Callable[[re.Match[str]], str], pattern: re.Pattern[str]) -> None:
    text = path.read_text()
    changed = pattern.sub(change, text)
    if changed != text:
        path.write_text(changed)
        os.utime(path, (EPOCH, EPOCH))


def recipe(more: Sequence[str] = ()) -> str:
    """What decides which files are kept: a tree from another recipe is another tree."""
    return (
        repr((WHOLE, LEFT_OUT, FLAT, RULES, DRIVERS, UNPATCHED, STACK_WALK, ASKED, ENOUGH, *more))
        + holder.recipe()
    )

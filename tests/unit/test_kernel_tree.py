# SPDX-License-Identifier: MIT
"""Unpacking a kernel source without what is never compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.kernel import tree
from autograder.progress import silent
from tests.kernel_tarball import FILES, MAKEFILE, archive


@pytest.mark.parametrize(
    "name",
    [
        *("fs/ext4/inode.c", "mm/vma.c", "include/dt-bindings/x.h", "kernel/fork.c", "lib/Kconfig"),
        *("arch/um/kernel/trap.c", "arch/x86/um/Kconfig", "drivers/tty/n_tty.c", "Makefile"),
        *("scripts/checkpatch.pl", "drivers/tty/serial/8250/Makefile"),
    ],
)
def test_kept(name: str) -> None:
    assert tree.wanted(name)


@pytest.mark.parametrize(
    "name",
    [
        *("arch/arm/kernel/irq.c", "arch/x86/kvm/x86.c", "drivers/gpu/drm/Kconfig", "net/socket.c"),
        *("sound/Kconfig", "Documentation/index.rst", "tools/perf/perf.c", "fsx/file"),
        *("drivers/tty/serial/8250/8250_core.c", "scripts/gdb/x.py"),
    ],
)
def test_left_out(name: str) -> None:
    assert not tree.wanted(name)


def test_unpacking(tmp_path: Path) -> None:
    top = tmp_path / "tree"
    tree.unpack(archive(tmp_path, FILES), top, silent)
    assert tree.version(top) == "7.3.4"
    assert not (top / "drivers/pci").exists()
    assert not (top / "sound").exists()
    assert (top / "scripts/checkpatch.pl").stat().st_mode & 0o111
    times = {path.stat().st_mtime for path in top.rglob("*") if path.is_file()}
    assert times == {tree.EPOCH}


def test_what_was_left_out_is_passed_over(tmp_path: Path) -> None:
    top = tmp_path / "tree"
    tree.unpack(archive(tmp_path, FILES), top, silent)
    rules = [line.split() for line in (top / "drivers/Makefile").read_text().splitlines()]
    assert [words[2:] for words in rules] == [["base/", "char/"], [], [], ["tty/"]]
    kconfig = (top / "drivers/Kconfig").read_text()
    assert [line for line in kconfig.splitlines() if "source" in line] == [
        'source "drivers/base/Kconfig"'
    ]
    # A submission's patch is made against this one.
    assert (top / "fs/Kconfig").read_text() == FILES["fs/Kconfig"]


def test_stacks_are_walked_quickly(tmp_path: Path) -> None:
    top = tmp_path / "tree"
    tree.unpack(archive(tmp_path, FILES), top, silent)
    walk = (top / "arch/um/kernel/stacktrace.c").read_text()
    assert "if (__is_kernel_text(addr) || is_kernel_inittext(addr)) {" in walk


def test_a_kernel_that_walks_its_stacks_otherwise(tmp_path: Path) -> None:
    top = tmp_path / "tree"
    files = {name: text for name, text in FILES.items() if "stacktrace" not in name}
    tree.unpack(archive(tmp_path, files), top, silent)
    assert tree.version(top) == "7.3.4"


def test_a_damaged_archive(tmp_path: Path) -> None:
    whole = archive(tmp_path, {**FILES, "fs/big": "".join(map(str, range(20_000)))})
    whole.write_bytes(whole.read_bytes()[:-5000])
    with pytest.raises(GraderError, match="try again"):
        tree.unpack(whole, tmp_path / "tree", silent)


def test_an_archive_without_a_kernel(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="no kernel source"):
        tree.unpack(archive(tmp_path, {"README": "hello"}), tmp_path / "tree", silent)


def test_versions() -> None:
    assert tree.parse_version(MAKEFILE) == "7.3.4"
    assert tree.parse_version(MAKEFILE.replace("EXTRAVERSION =", "EXTRAVERSION = -rc1")) == (
        "7.3.4-rc1"
    )
    with pytest.raises(GraderError):
        tree.parse_version("all:\n")


@pytest.mark.parametrize("version", ["7.3", "7.3.4", "7.3-rc1", "7.3.14-rc1"])
def test_the_series_of_a_version(version: str) -> None:
    assert tree.series_of(version) == "7.3"


def test_no_version_has_no_series() -> None:
    with pytest.raises(GraderError, match="'next' is no version of a kernel"):
        tree.series_of("next")

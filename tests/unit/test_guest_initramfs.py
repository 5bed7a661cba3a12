# SPDX-License-Identifier: MIT
"""Archives that we write are read by cpio."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from autograder.guest import initramfs


@pytest.mark.skipif(shutil.which("busybox") is None, reason="busybox unpacks the archive")
def test_cpio_unpacks_it(tmp_path: Path) -> None:
    source = tmp_path / "program"
    source.write_bytes(b"#!/bin/sh\n" + bytes(1001))
    first = initramfs.pack(
        [
            initramfs.directory("bin"),
            initramfs.executable("bin/program", source),
            initramfs.symbolic_link("bin/sh", "program"),
        ]
    )
    second = initramfs.pack([initramfs.file("job", b"probe x\n", 0o600)])
    place = tmp_path / "root"
    place.mkdir()
    for archive in (first, second):
        subprocess.run(["busybox", "cpio", "-i"], input=archive, cwd=place, check=True)
    assert (place / "bin/program").read_bytes() == source.read_bytes()
    assert (place / "bin/program").stat().st_mode & 0o777 == 0o755
    assert (place / "bin/sh").is_symlink()
    assert (place / "job").read_text() == "probe x\n"


def test_the_same_members_give_the_same_bytes() -> None:
    members = [initramfs.directory("a"), initramfs.character_device("a/null", 1, 3)]
    assert initramfs.pack(members) == initramfs.pack(members)
    assert len(initramfs.pack(members)) % 4 == 0

# SPDX-License-Identifier: MIT
"""Unpacking: what comes out of archives and folders, sound, odd or damaged."""

from __future__ import annotations

import io
import os
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.intake import members
from autograder.intake.archive import unpack
from autograder.intake.problem import Refused

Files = dict[str, bytes]
PATCH = b"--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1 +1 @@\n-a\n+b\n"
GOOD: Files = {"kernel.patch": PATCH, "tools/Makefile": b"all:\n", "ANSWERS.md": b"# 42\n"}


def zipped(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(files: Files, mode: str = "w", permissions: int = 0o644) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = permissions
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def read_tree(folder: Path) -> Files:
    """All files below ``folder``; anything but files and folders fails."""
    files = {}
    for path in sorted(folder.rglob("*")):
        assert not path.is_symlink()
        assert path.is_file() or path.is_dir()
        if path.is_file():
            files[str(path.relative_to(folder))] = path.read_bytes()
    return files


FORMATS: dict[str, Callable[[Files], bytes]] = {
    ".zip": zipped,
    ".tar": tarred,
    ".tar.gz": lambda files: tarred(files, mode="w:gz"),
    ".tar.xz": lambda files: tarred(files, mode="w:xz"),
    ".zip that is a .tgz": lambda files: tarred(files, mode="w:gz"),
}
LITTER: Files = {
    "__MACOSX/._kernel.patch": b"x",
    ".DS_Store": b"x",
    "._tools": b"x",
    "tools/Makefile~": b"x",
    "tools/.Makefile.swp": b"x",
    ".git/HEAD": b"x",
    "Thumbs.db": b"x",
    "desktop.ini": b"x",
    "Icon\r": b"x",
    ".#kernel.patch": b"x",
    "#kernel.patch#": b"x",
    "tools/.#Makefile": b"x",
    "tools/kernel.patch.swp": b"x",
    "tools/__pycache__/x.pyc": b"x",
    "node_modules/x/y/z/index.js": b"x",
    ".vs/slnx.sqlite": b"x",
    "~$SWERS.docx": b"x",
    ".~lock.ANSWERS.odt#": b"x",
    "thumbs.db": b"x",
}


@pytest.mark.parametrize("prefix", ["", "./", "ada-lovelace/", "tools/", "kernel/"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_unpacked(suffix: str, prefix: str, tmp_path: Path) -> None:
    path = tmp_path / f"handed-in{suffix}"
    path.write_bytes(
        FORMATS[suffix]({prefix + name: data for name, data in (GOOD | LITTER).items()})
    )
    unpack(path, tmp_path / "out")
    assert read_tree(tmp_path / "out") == GOOD


@pytest.mark.parametrize("prefix", ["", "ada-lovelace/"])
def test_a_folder_is_copied(prefix: str, tmp_path: Path) -> None:
    for name, data in (GOOD | LITTER).items():
        path = tmp_path / "in" / prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "in" / prefix / ".git/link").symlink_to("/etc")
    unpack(tmp_path / "in", tmp_path / "out")
    assert read_tree(tmp_path / "out") == GOOD


def test_the_tools_alone_are_not_the_enclosing_folder(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped({"tools/Makefile": b"all:\n"}))
    unpack(tmp_path / "x.zip", tmp_path / "out")
    assert read_tree(tmp_path / "out") == {"tools/Makefile": b"all:\n"}


def test_a_zip_of_windows_has_its_backslashes_turned(tmp_path: Path) -> None:
    data = bytearray(zipped({"tools\\Makefile": b"all:\n"}))
    data[data.index(b"PK\x01\x02") + 5] = 0
    (tmp_path / "x.zip").write_bytes(data)
    unpack(tmp_path / "x.zip", tmp_path / "out")
    assert read_tree(tmp_path / "out") == {"tools/Makefile": b"all:\n"}


@pytest.mark.parametrize(("permissions", "kept"), [(0o6777, 0o755), (0o600, 0o644)])
def test_only_the_permission_to_execute_survives(
    permissions: int, kept: int, tmp_path: Path
) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(GOOD, permissions=permissions))
    unpack(tmp_path / "x.tar", tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out/kernel.patch").stat().st_mode) == kept


def make_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def make_folder_link(path: Path) -> None:
    path.symlink_to("/etc", target_is_directory=True)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_link, "'tools/x' is a symbolic link"),
        (make_folder_link, "'tools/x' is a symbolic link"),
        (os.mkfifo, "'tools/x' is a named pipe"),
        (lambda path: path.write_bytes(bytes(members.FILE_BYTES + 1)), "'tools/x' is larger than"),
    ],
)
def test_folder_with_what_may_not_be(
    make: Callable[[Path], object], words: str, tmp_path: Path
) -> None:
    (tmp_path / "in/tools").mkdir(parents=True)
    make(tmp_path / "in/tools/x")
    with pytest.raises(Refused, match=words):
        unpack(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folder_that_is_too_deep(tmp_path: Path) -> None:
    (tmp_path / "in" / "/".join("d" * 60)).mkdir(parents=True)
    with pytest.raises(Refused, match="more than 7 folders"):
        unpack(tmp_path / "in", tmp_path / "out")


@pytest.mark.parametrize("name", ["missing", "pipe", "nul\0"])
def test_a_path_that_cannot_be_read_is_a_usage_error(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="submission"):
        unpack(tmp_path / name, tmp_path / "out")


@pytest.mark.parametrize("suffix", FORMATS)
def test_damage_at_random_is_refused_or_harmless(suffix: str, tmp_path: Path) -> None:
    """Whatever the bytes: refused with nothing written, or plain files below the destination."""
    whole = FORMATS[suffix](GOOD)
    chance = random.Random(2007)
    inside = tmp_path / "inside"
    inside.mkdir()
    for attempt in range(400):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.choice(
                (0, 0x2F, 0x2E, 0xFF, chance.randrange(256))
            )
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        path = inside / "handed-in"
        path.write_bytes(data)
        out = inside / str(attempt)
        try:
            unpack(path, out)
        except Refused as refused:
            assert not out.exists()
            assert refused.problem.message.isprintable()
        else:
            read_tree(out)
        assert {entry.name for entry in tmp_path.iterdir()} == {"inside"}

# SPDX-License-Identifier: MIT
"""Files that are whole or not there."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.files import PARTIAL, PUBLIC, sweep, write_atomically, write_zip


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deeper" / "file"
    write_atomically(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_a_zip_has_the_same_bytes_again_and_its_scripts_can_be_run(tmp_path: Path) -> None:
    members = [("a/run", b"#!/bin/sh\n"), ("a/text", b"words " * 99), ("b.tar", b"words " * 99)]
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    assert write_zip(first, members, PUBLIC) == write_zip(second, members) == 3
    assert first.read_bytes() == second.read_bytes()
    assert (first.stat().st_mode & 0o777, second.stat().st_mode & 0o777) == (0o644, 0o600)
    with zipfile.ZipFile(first) as archive:
        found = {info.filename: info for info in archive.infolist()}
        assert {name: archive.read(name) for name in found} == dict(members)
    modes = [info.external_attr >> 16 & 0o777 for info in found.values()]
    assert modes == [0o755, 0o644, 0o644]
    assert found["b.tar"].compress_size == len(members[2][1]) > found["a/text"].compress_size


def test_half_a_zip_is_none(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        write_zip(tmp_path / "x.zip", (_gone(name) for name in ("a", "b")))
    assert not list(tmp_path.iterdir())


def _gone(name: str) -> tuple[str, bytes]:
    if name == "b":
        raise OSError("gone")
    return name, b""


def test_sweeping(tmp_path: Path) -> None:
    write_atomically(tmp_path / "result.json", "{}")
    (tmp_path / f".result.json.x1y2{PARTIAL}").write_text("{")
    (tmp_path / ".other").write_text("")
    sweep(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".other", "result.json"]
    sweep(tmp_path / "not there")

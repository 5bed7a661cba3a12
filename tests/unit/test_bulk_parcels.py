# SPDX-License-Identifier: MIT
"""What is sent to a cluster arrives as it was, links and odd names included."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from autograder.bulk import parcels
from autograder.bulk.handins import content_sha256
from autograder.errors import GraderError


def test_a_folder_arrives_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    (folder / "tools").mkdir(parents=True)
    (folder / "kernel.patch").write_bytes(b"\0\xff")
    (folder / "link").symlink_to("/etc/passwd")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\n")).write_text("odd")
    parcels.unpack(parcels.pack(folder), tmp_path / "there")
    assert content_sha256(tmp_path / "there") == content_sha256(folder)
    assert (tmp_path / "there" / "link").is_symlink()


def test_an_archive_arrives_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "work.zip"
    file.write_bytes(b"PK whatever")
    parcels.unpack(parcels.pack(file), tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_bytes() == b"PK whatever"


def test_nothing_is_written_elsewhere(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(GraderError, match="cannot be unpacked"):
        parcels.unpack(stream.getvalue(), tmp_path / "inner" / "there")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("parcel", [b"", b"nonsense", b"\x1f\x8b\x08"])
def test_a_damaged_parcel(tmp_path: Path, parcel: bytes) -> None:
    with pytest.raises(GraderError, match="cannot be unpacked"):
        parcels.unpack(parcel, tmp_path / "there")


def test_too_large_to_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parcels, "LARGEST", 3)
    (tmp_path / "file").write_text("four")
    with pytest.raises(GraderError, match="too large"):
        parcels.pack(tmp_path / "file")

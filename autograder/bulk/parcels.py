# SPDX-License-Identifier: MIT
"""Submissions and grades as bytes, to and from machines that share no file system."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from autograder.errors import GraderError

LARGEST = 64 << 20  # bytes: twice what a submission may unpack to
ONLY = "content"  # the one name at the top of a parcel


def pack(path: Path) -> bytes:
    """The file or folder ``path``; links stay links.

    Errors: GraderError where it is larger than ``LARGEST`` or cannot be read.
    """
    files = [path, *path.rglob("*")] if path.is_dir() and not path.is_symlink() else [path]
    try:
        size = sum(file.lstat().st_size for file in files)
        if size > LARGEST:
            raise GraderError(f"{path.name} is too large to be sent ({size >> 20} MiB)")
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as archive:
            archive.add(path, ONLY)
    except (OSError, tarfile.TarError) as error:
        raise GraderError(f"{path} cannot be packed: {error}") from error
    return stream.getvalue()


def unpack(parcel: bytes, target: Path) -> None:
    """What :func:`pack` packed, at ``target``, which must not be there.

    Errors: GraderError where the parcel is damaged or would write elsewhere.
    """
    folder = target.parent / f".parcel-{target.name}"
    folder.mkdir(parents=True)
    try:
        with tarfile.open(fileobj=io.BytesIO(parcel), mode="r:gz") as archive:
            # A link of a submission's stays, to be refused by name at intake.
            archive.extractall(folder, filter="tar")
        (folder / ONLY).rename(target)
        folder.rmdir()
    except (OSError, tarfile.TarError, EOFError) as error:
        raise GraderError(f"a parcel cannot be unpacked: {error}") from error

# SPDX-License-Identifier: MIT
"""Writing files so that no one ever sees half of one."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

KIT = Path(__file__).resolve().parents[1]  # the folder that everything of the kit is in
PARTIAL = ".partial"
PRIVATE = 0o600  # results are personal data
PUBLIC = 0o644  # what a sandbox or other users read
PRIVATE_FOLDER = 0o700
ZIP_DATE = (2001, 1, 1, 0, 0, 0)  # of every member
PACKED = (".tar", ".gz")  # members that deflating makes no smaller
RUNS = (b"#!", b"\x7fELF")  # what a script or a program begins with


def open_private(path: str, flags: int) -> int:
    """An opener for ``open``: what it creates is its owner's only."""
    return os.open(path, flags, PRIVATE)


def sweep(folder: Path) -> None:
    """Remove what a writer that was killed left unfinished in ``folder``; nobody may be writing."""
    for path in folder.glob(f".*{PARTIAL}"):
        path.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path, mode: int = PRIVATE) -> Iterator[IO[bytes]]:
    """A stream whose content replaces ``path`` in one step, if all of it was written.

    The folder is created if it is not there.  The file is its owner's only, whatever the
    umask is, unless ``mode`` says otherwise.
    """
    folder_mode = PRIVATE_FOLDER if mode == PRIVATE else 0o777
    path.parent.mkdir(folder_mode, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(PARTIAL, f".{path.name}.", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: str | bytes, mode: int = PRIVATE) -> None:
    """Replace ``path`` by ``content``, as :func:`replacing` does."""
    with replacing(path, mode) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


def write_zip(path: Path, members: Iterable[tuple[str, bytes]], mode: int = PRIVATE) -> int:
    """Replace ``path`` by a zip of ``members``, names and contents; how many there were.

    The same members make the same bytes.  A script or a program can be run where it is unpacked.
    """
    count = 0
    with replacing(path, mode) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name, ZIP_DATE)
            packed = name.endswith(PACKED)
            member.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            runs = content.startswith(RUNS)
            member.external_attr = (0o100755 if runs else 0o100644) << 16
            archive.writestr(member, content)
            count += 1
    return count

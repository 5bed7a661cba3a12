# SPDX-License-Identifier: MIT
"""Unpacking: a folder or an archive becomes plain files and folders, or is refused."""

from __future__ import annotations

import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import GraderError, UsageError
from autograder.intake import folder, tarred, zipped
from autograder.intake.members import ARCHIVE_BYTES, MIB, Entry, Member, checked
from autograder.intake.names import listed, shown
from autograder.intake.problem import Refusal, Refused

ACCEPTED = "a folder, a .zip or a .tar.gz file"
PATCH_NAME = "kernel.patch"
# Folders that belong to a submission: a lone one is not taken for the enclosing folder.
_OWN_FOLDERS = ("tools", "kernel")

# What the parsers of the standard library are known to raise for damaged input.
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    IndexError,
    KeyError,
    NotImplementedError,
    RuntimeError,
)

_FOREIGN = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"BZh": "compressed by bzip2",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"%PDF": "a PDF document",
    b"\x7fELF": "a program",
    b"diff ": "a patch by itself",
    b"--- ": "a patch by itself",
    b"From ": "a patch by itself",
}


def unpack(path: Path, destination: Path) -> None:
    """Read the folder or archive ``path`` into the new folder ``destination``.

    Everything is checked, and read, before the first file is written.

    :raises Refused: where the content may not be a submission; nothing is written then
    :raises UsageError: where ``path`` is not there, not readable, or neither file nor folder
    :raises GraderError: where ``destination`` cannot be written
    """
    descriptor = _open(path)
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            contents = _contents(_step_in(checked(folder.members(descriptor), None)))
        else:
            contents = _unpacked(descriptor)
    except OSError as error:
        raise UsageError(f"Cannot read {shown(str(path))}: {error.strerror}.") from error
    finally:
        os.close(descriptor)
    try:
        _write(contents, destination)
    except OSError as error:
        raise GraderError(f"Cannot unpack into {destination}: {error.strerror}.") from error


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"Cannot read the submission {shown(str(path))}: {reason}.") from error
    mode = os.fstat(descriptor).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        os.close(descriptor)
        raise UsageError(f"The submission {shown(str(path))} is neither a file nor a folder.")
    return descriptor


def _unpacked(descriptor: int) -> list[tuple[Entry, bytes]]:
    """The archive's contents; the archive is read once, so what is checked is what is used."""
    with os.fdopen(os.dup(descriptor), "rb") as stream:
        data = stream.read(ARCHIVE_BYTES + 1)
    if len(data) > ARCHIVE_BYTES:
        raise Refused(
            Refusal.ARCHIVE_TOO_LARGE,
            f"The archive is larger than {ARCHIVE_BYTES // MIB} MiB."
            " Hand in kernel.patch and tools/ only.",
        )
    try:
        return _contents(_step_in(checked(_members(data), len(data))))
    except _DAMAGE as error:
        raise Refused(
            Refusal.ARCHIVE_DAMAGED,
            "The archive is damaged or incomplete and cannot be read"
            f" ({str(error)[:100]!a}). Make it and hand it in again.",
        ) from error


def _members(data: bytes) -> Iterator[Member]:
    if not data:
        raise Refused(Refusal.ARCHIVE_EMPTY, "The submitted file is empty (0 bytes).")
    if data.startswith(zipped.MAGIC):
        return zipped.members(data)
    if data.startswith((tarred.GZIP_MAGIC, tarred.XZ_MAGIC)):
        data = tarred.decompressed(data)
        if not tarred.is_tar(data):
            raise Refused(
                Refusal.ARCHIVE_UNKNOWN,
                f"The file is compressed, but there is no tar archive in it. Hand in {ACCEPTED}.",
            )
    if tarred.is_tar(data):
        return tarred.members(data)
    what = next((words for magic, words in _FOREIGN.items() if data.startswith(magic)), None)
    raise Refused(
        Refusal.ARCHIVE_UNKNOWN,
        f"The file is {what or 'in no format that is read here'}. Hand in {ACCEPTED}"
        f" with {PATCH_NAME} and tools/ in it.",
    )


def _step_in(entries: list[Entry]) -> list[Entry]:
    """``entries`` without the one folder that encloses them all, where there is one."""
    if not entries:
        raise Refused(Refusal.ARCHIVE_EMPTY, "There is no file in the submission.")
    tops = {entry.parts[0] for entry in entries}
    inside = {entry.parts[1] for entry in entries if len(entry.parts) > 1}
    files = any(len(entry.parts) == 1 and not entry.member.folder for entry in entries)
    own = not tops.isdisjoint(_OWN_FOLDERS) and inside.isdisjoint({PATCH_NAME, *_OWN_FOLDERS})
    if len(tops) == 1 and not files and not own:
        entries = [Entry(entry.parts[1:], entry.member) for entry in entries if entry.parts[1:]]
    _check_single(entries)
    return entries


def _check_single(entries: list[Entry]) -> None:
    folders = sorted("/".join(entry.parts[:-1]) for entry in entries if _is_patch(entry))
    if "" not in folders and len(folders) > 1:
        raise Refused(
            Refusal.ARCHIVE_TWO_SUBMISSIONS,
            f"There are {len(folders)} submissions in one: {listed(folders)} each have a"
            f" {PATCH_NAME}. Hand in one of them.",
        )


def _is_patch(entry: Entry) -> bool:
    return entry.parts[-1] == PATCH_NAME and not entry.member.folder


def _contents(entries: list[Entry]) -> list[tuple[Entry, bytes]]:
    contents = []
    for entry in entries:
        data = b"" if entry.member.folder else entry.member.read()
        if not entry.member.folder and len(data) != entry.member.size:
            raise ValueError(f"{'/'.join(entry.parts)} has not the size it should have")
        contents.append((entry, data))
    return contents


def _write(contents: list[tuple[Entry, bytes]], destination: Path) -> None:
    destination.mkdir(parents=True)
    for entry, data in contents:
        target = destination.joinpath(*entry.parts)
        if entry.member.folder:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:  # never over, nor through, what is there
            stream.write(data)
        target.chmod(0o755 if entry.member.executable else 0o644)

# SPDX-License-Identifier: MIT
"""Unpacking: a folder or an archive becomes plain files and folders, or is refused."""

from __future__ import annotations

import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from autograder.errors import GraderError, UsageError
from autograder.intake import folder, tarred, zipped
from autograder.intake.arrangement import (
    LONE_PATCH,
    PATCH_NAME,
    Arranged,
    arranged,
    lone_patch_note,
)
from autograder.intake.members import ARCHIVE_BYTES, MIB, Contents, Member, Placed, checked
from autograder.intake.names import shown
from autograder.intake.patch import PATCH_BYTES
from autograder.intake.problem import Refusal, Refused

ACCEPTED = "a folder, a .zip or a .tar.gz file"
_HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", re.M)

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
    b"\xd0\xcf\x11\xe0": "a document of an office program",
    b"{\\rtf": "a document of an office program",
}


def unpack(path: Path, destination: Path) -> list[str]:
    """Read the folder, archive or patch ``path`` into the new folder ``destination``.

    Everything is checked, and read, before the first file is written.  Returns remarks on what
    was left out, and on where the submission was found.

    :raises Refused: where the content may not be a submission; nothing is written then
    :raises UsageError: where ``path`` is not there, not readable, or neither file nor folder
    :raises GraderError: where ``destination`` cannot be written
    """
    descriptor = _open(path)
    try:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            found = arranged(checked(folder.members(descriptor), None), _opened)
            contents = _contents(found.entries)
        else:
            found, contents = _unpacked(descriptor, path.name)
    except OSError as error:
        raise UsageError(f"Cannot read {shown(str(path))}: {error.strerror}.") from error
    finally:
        os.close(descriptor)
    try:
        _write(contents, destination)
    except OSError as error:
        raise GraderError(f"Cannot unpack into {destination}: {error.strerror}.") from error
    return found.notes


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


def _unpacked(descriptor: int, name: str) -> tuple[Arranged, list[tuple[Placed, bytes]]]:
    """The archive's contents; the archive is read once, so what is checked is what is used."""
    with os.fdopen(os.dup(descriptor), "rb") as stream:
        data = stream.read(ARCHIVE_BYTES + 1)
    if len(data) > ARCHIVE_BYTES:
        raise Refused(
            Refusal.ARCHIVE_TOO_LARGE,
            f"The archive is larger than {ARCHIVE_BYTES // MIB} MiB."
            " Hand in kernel.patch and tools/ only.",
        )
    if _is_lone_patch(data, name):
        member = Member(PATCH_NAME, len(data), False, False, None, lambda: data)
        notes = [] if name == PATCH_NAME else [lone_patch_note(name)]
        entry = Placed((PATCH_NAME,), member)
        return Arranged([entry], notes), [(entry, data)]
    try:
        found = arranged(checked(_members(data), len(data)), _opened)
        return found, _contents(found.entries)
    except _DAMAGE as error:
        raise _damaged("The archive", error) from error


def _opened(archive: Placed) -> Contents:
    """What is in an archive that is a member of another, or of a folder."""
    try:
        data = archive.member.read()
        # Whatever it is that reads the members later, their bytes are in memory now.
        contents = checked(_members(data), len(data))
        entries = [replace(entry, member=_held(entry.member)) for entry in contents.entries]
    except _DAMAGE as error:
        raise _damaged(f"The archive {shown(archive.name)}", error) from error
    except Refused as refused:
        message = f"{shown(archive.name)}: {refused.problem.message}"
        raise Refused(refused.problem.code, message) from refused
    return Contents(entries, contents.litter)


def _held(member: Member) -> Member:
    """``member`` with its bytes at hand, so that damage shows here."""
    if member.folder or member.problem is not None:
        return member
    data = member.read()
    if len(data) != member.size:
        raise ValueError(f"{member.name!a} has not the size it should have")
    return replace(member, read=lambda: data)


def _damaged(what: str, error: Exception) -> Refused:
    return Refused(
        Refusal.ARCHIVE_DAMAGED,
        f"{what} is damaged or incomplete and cannot be read ({str(error)[:100]!a})."
        " Make it and hand it in again.",
    )


def _is_lone_patch(data: bytes, name: str) -> bool:
    """Whether the file handed in is a patch, by its name or by what stands in it."""
    if data.startswith((*zipped.MAGIC, tarred.GZIP_MAGIC, tarred.XZ_MAGIC)) or tarred.is_tar(data):
        return False
    return name.lower().endswith(LONE_PATCH) or (
        b"\0" not in data and _HUNK.search(data[:PATCH_BYTES]) is not None
    )


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


def _contents(entries: list[Placed]) -> list[tuple[Placed, bytes]]:
    contents = []
    for entry in entries:
        data = b"" if entry.member.folder else entry.member.read()
        if not entry.member.folder and len(data) != entry.member.size:
            raise ValueError(f"{entry.name} has not the size it should have")
        contents.append((entry, data))
    return contents


def _write(contents: list[tuple[Placed, bytes]], destination: Path) -> None:
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

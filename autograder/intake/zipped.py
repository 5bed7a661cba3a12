# SPDX-License-Identifier: MIT
"""The members of a .zip file."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator

from autograder.intake.members import Member, not_plain
from autograder.intake.names import read_as, shown
from autograder.intake.problem import Problem, Refusal

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

_ENTRY, _END = b"PK\x01\x02", b"PK\x05\x06"  # of the directory
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # classic, strong, and with a masked directory
_UTF8 = 0x800
_DOS = 0
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def members(data: bytes) -> Iterator[Member]:
    """The members of the archive ``data``; the parser's own exceptions pass through."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except UnicodeDecodeError:
        archive = zipfile.ZipFile(io.BytesIO(_without_claims(data)))
    for info in archive.infolist():
        name = _name(info)
        kind = stat.S_IFMT(info.external_attr >> 16)
        yield Member(
            name=name,
            size=info.file_size,
            folder=name.endswith("/") or kind == stat.S_IFDIR,
            executable=bool((info.external_attr >> 16) & stat.S_IXUSR),
            problem=_problem(name, info, kind),
            read=lambda info=info: _read(archive, info),  # type: ignore[misc]
        )


def _without_claims(data: bytes) -> bytes:
    """The archive, no longer saying of any name that it is UTF-8: one that does is not."""
    mended = bytearray(data)
    end = data.rfind(_END)
    (length,) = struct.unpack_from("<L", data, end + 12)
    at = end - length
    while data[at : at + 4] == _ENTRY:
        (flags,) = struct.unpack_from("<H", data, at + 8)
        lengths = struct.unpack_from("<3H", data, at + 28)  # of the name, of two that follow it
        struct.pack_into("<H", mended, at + 8, flags & ~_UTF8)
        at += 46 + sum(lengths)
    return bytes(mended)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """At most the declared size: reading without a bound unpacks first and cuts then."""
    with archive.open(info) as stream:
        return stream.read(info.file_size + 1)


def _name(info: zipfile.ZipInfo) -> str:
    """The whole stored name: the library cuts at a NUL and reads old names as code page 437."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        # Archivers that store UTF-8 without saying so are many (macOS is one); those of Windows
        # store names in the code page of its console, or in that of its windows.
        name = read_as(name.encode("cp437"), ("cp437", "cp850", "cp1252"))
    if info.create_system == _DOS:
        name = name.replace("\\", "/")
    return name


def _problem(name: str, info: zipfile.ZipInfo, kind: int) -> Problem | None:
    if info.flag_bits & _ENCRYPTED:
        return Problem(
            Refusal.MEMBER_ENCRYPTED,
            f"{shown(name)} is encrypted. Make the archive again without a password.",
        )
    if kind == stat.S_IFLNK:
        return not_plain(name, "a symbolic link")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return not_plain(name, "a device, a pipe or a socket")
    if info.compress_type not in _METHODS:
        return Problem(
            Refusal.ARCHIVE_UNKNOWN,
            f"{shown(name)} is compressed by a method that is not read here"
            f" ({info.compress_type}). Make the archive again with an ordinary zip program.",
        )
    return None

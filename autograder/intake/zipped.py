# SPDX-License-Identifier: MIT
"""The members of a .zip file."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator

from autograder.intake.members import Member, not_plain
from autograder.intake.names import shown
from autograder.intake.problem import Problem, Refusal, Refused

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

_ENCRYPTED = 0x1 | 0x40 | 0x2000  # classic, strong, and with a masked directory
_UTF8 = 0x800
_DOS = 0
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def members(data: bytes) -> Iterator[Member]:
    """The members of the archive ``data``; the parser's own exceptions pass through.

    :raises Refused: where the names are not UTF-8
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except UnicodeDecodeError as error:
        raise Refused(
            Refusal.MEMBER_NAME, "The archive has a file name in it that is not UTF-8."
        ) from error
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


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """At most the declared size: reading without a bound unpacks first and cuts then."""
    with archive.open(info) as stream:
        return stream.read(info.file_size + 1)


def _name(info: zipfile.ZipInfo) -> str:
    """The whole stored name: the library cuts at a NUL and reads old names as code page 437."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        # Archivers that store UTF-8 without saying so are many (macOS is one).
        name = name.encode("cp437").decode("utf-8", "surrogateescape")
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

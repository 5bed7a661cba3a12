# SPDX-License-Identifier: MIT
"""The members of a .tar file, compressed or not."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import tarfile
from collections.abc import Iterator

from autograder.intake.members import MIB, UNPACKED_BYTES, Member, not_plain, too_large_unpacked
from autograder.intake.names import read_as
from autograder.intake.problem import Problem

GZIP_MAGIC = b"\x1f\x8b"
XZ_MAGIC = b"\xfd7zXZ\x00"

# Headers and padding come on top of the files' own bytes.
_STREAM_BYTES = UNPACKED_BYTES + 8 * MIB
_XZ_MEMORY = 96 * MIB
_EXTENDED_HEADER_BYTES = 64 * 1024
_EXTENDED_BYTES = 8 * MIB  # in all: what bsdtar keeps of a file's attributes is some KiB
_GLOBAL_FACTS = 64  # git archive writes one; the library copies all of them for each member
_BLOCK = 512
_EXTENDED = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class _Archive(tarfile.TarFile):
    """Counts what its extended headers take."""

    extended = 0


class _Header(tarfile.TarInfo):
    """Refuses headers on which releases of the library spin (CVE-2024-6232, CVE-2025-8194).

    Some that all releases copy for every member, until no memory is left, are refused too.
    """

    def _proc_member(self, archive: _Archive) -> tarfile.TarInfo:
        if self.size < 0:
            raise tarfile.ReadError("a member of negative size")
        if len(archive.pax_headers) > _GLOBAL_FACTS:
            raise tarfile.ReadError("global headers that hold too much")
        if self.type in _EXTENDED:
            archive.extended += self.size
            if self.size > _EXTENDED_HEADER_BYTES or archive.extended > _EXTENDED_BYTES:
                raise tarfile.ReadError("an extended header that is too long")
            stream = archive.fileobj
            assert stream is not None
            here = stream.tell()
            if re.search(rb"\d{100}", stream.read(self.size)):
                raise tarfile.ReadError("an extended header with an absurd number")
            stream.seek(here)
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return]


def is_tar(data: bytes) -> bool:
    """Whether ``data`` begins with a tar header, be it damaged, or the empty archive's zeros."""
    if data[257:262] == b"ustar":
        return True
    try:
        tarfile.TarInfo.frombuf(data[:_BLOCK], "utf-8", "surrogateescape")
    except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
        return True
    except (tarfile.TarError, ValueError):
        return False
    return True


def decompressed(data: bytes) -> bytes:
    """``data`` without its gzip or xz coat, at most as long as a submission may be.

    :raises Refused: where it is longer; the libraries' own exceptions pass through
    """
    if data.startswith(GZIP_MAGIC):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            plain = stream.read(_STREAM_BYTES + 1)
    else:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        plain = decoder.decompress(data, _STREAM_BYTES + 1)
        if not decoder.eof and len(plain) <= _STREAM_BYTES:
            raise EOFError("the compressed data end too early")
    if len(plain) > _STREAM_BYTES:
        raise too_large_unpacked()
    return plain


def members(data: bytes) -> Iterator[Member]:
    """The members of the uncompressed archive ``data``; tarfile's exceptions pass through."""
    archive = _Archive.open(
        fileobj=io.BytesIO(data),
        mode="r:",
        tarinfo=_Header,
        encoding="utf-8",
        errors="surrogateescape",
    )
    offset = -1
    for info in archive:
        if info.size < 0 or archive.offset <= offset:
            raise tarfile.ReadError("the headers do not follow one another")
        offset = archive.offset
        info.pax_headers = {}  # the archive keeps every member
        yield Member(
            name=_name(info),
            size=info.size,
            folder=info.isdir(),
            executable=bool(info.mode & 0o100),
            problem=_problem(info),
            read=lambda info=info: _read(archive, info),  # type: ignore[misc]
        )
    # The library takes a damaged header in the middle for the end of the archive.
    if any(data[archive.offset : archive.offset + _BLOCK]):
        raise tarfile.ReadError("a damaged header")


def _name(info: tarfile.TarInfo) -> str:
    """The name; tar(1) stores its bytes as they are, on old systems Latin-1."""
    raw = info.name.encode("utf-8", "surrogateescape")
    return read_as(raw, ("latin-1", "cp1252", "cp850"))


def _read(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(info)
    return b"" if stream is None else stream.read()


def _problem(info: tarfile.TarInfo) -> Problem | None:
    if info.issym():
        return not_plain(info.name, "a symbolic link")
    if info.islnk():
        return not_plain(info.name, "a hard link")
    if info.isfifo():
        return not_plain(info.name, "a named pipe")
    if info.isdev():
        return not_plain(info.name, "a device")
    if info.issparse():
        return not_plain(info.name, "a sparse file")
    if not (info.isreg() or info.isdir()):
        return not_plain(info.name, "of an unknown kind")
    return None

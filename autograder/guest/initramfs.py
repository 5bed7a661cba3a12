# SPDX-License-Identifier: MIT
"""Write cpio archives in the "newc" format, which the kernel unpacks as its initramfs.

The format is described in ``Documentation/driver-api/early-userspace/buffer-format.rst``
of the kernel source.  Archives may be joined: the kernel unpacks one after another, so
that a big common part is made once and a small part for each boot is appended to it.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Member:
    """One entry of an archive; ``mode`` holds file type and permissions as in ``stat(2)``."""

    name: str
    mode: int
    content: bytes = b""
    device: tuple[int, int] = (0, 0)


def file(name: str, content: bytes, permissions: int = 0o644) -> Member:
    """A regular file at ``name`` (relative to the guest's root)."""
    return Member(name, stat.S_IFREG | permissions, content)


def executable(name: str, source: Path) -> Member:
    """A program copied from ``source`` on this machine."""
    return file(name, source.read_bytes(), 0o755)


def directory(name: str, permissions: int = 0o755) -> Member:
    """An empty directory."""
    return Member(name, stat.S_IFDIR | permissions)


def character_device(name: str, major: int, minor: int) -> Member:
    """A character device node, such as ``dev/console``."""
    return Member(name, stat.S_IFCHR | 0o600, device=(major, minor))


def symbolic_link(name: str, target: str) -> Member:
    """A symbolic link to ``target``."""
    return Member(name, stat.S_IFLNK | 0o777, target.encode())


def pack(members: Iterable[Member]) -> bytes:
    """The archive of ``members``, owned by root, with all times zero (so: reproducible)."""
    archive = bytearray()
    for inode, member in enumerate([*members, Member(TRAILER, 0)], start=1):
        archive += _header(inode, member)
        archive += member.name.encode() + b"\0"
        _pad(archive)
        archive += member.content
        _pad(archive)
    return bytes(archive)


def _header(inode: int, member: Member) -> bytes:
    links = 2 if stat.S_ISDIR(member.mode) else 1
    numbers = (
        inode,
        member.mode,
        0,  # uid
        0,  # gid
        links,
        0,  # mtime
        len(member.content),
        0,  # device the file is on
        0,
        *member.device,
        len(member.name.encode()) + 1,
        0,  # checksum, unused in this variant
    )
    return b"070701" + b"".join(b"%08X" % number for number in numbers)


def _pad(archive: bytearray) -> None:
    archive += bytes(-len(archive) % 4)

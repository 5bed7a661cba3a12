# SPDX-License-Identifier: MIT
"""What an archive's name looks like, of the kinds that are read and of those that are not."""

from __future__ import annotations

SUFFIXES = (".tar.gz", ".tar.xz", ".tgz", ".tar", ".zip")
# Somebody who hands in one of these has handed something in, although it cannot be read.
FOREIGN = (
    *(".tar.bz2", ".tbz2", ".tbz", ".tar.zst", ".tar.lzma", ".tar.z", ".txz", ".7z", ".rar"),
    *(".gz", ".bz2", ".xz", ".zst", ".lzma", ".z", ".zipx", ".ace", ".arj", ".lzh", ".cab", ".iso"),
)
PATCHES = (".patch", ".diff", ".patch.txt", ".diff.txt")


def is_archive(name: str) -> bool:
    """Whether the name is that of an archive, whether it can be read or not."""
    return name.lower().endswith(SUFFIXES + FOREIGN)


def is_patch(name: str) -> bool:
    """Whether the name is that of a patch."""
    return name.lower().endswith(PATCHES)


def readable(name: str) -> str:
    """A file's name as text, also where it is not UTF-8: what Windows wrote, most likely.

    Old archivers leave names in a code page of DOS, whose letters lie where that of Windows
    has few.
    """
    data = name.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        dos = all(byte < 0xA8 for byte in data)
        return data.decode("cp850" if dos else "cp1252", "replace")


def is_text(name: str) -> bool:
    """Whether a name or a path can be written down as text, and found again by it."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def stem_of(name: str) -> str:
    """A file's name without an archive's or a patch's suffix."""
    for suffix in (*SUFFIXES, *FOREIGN, *sorted(PATCHES, key=len, reverse=True)):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name

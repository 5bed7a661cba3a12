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


def stem_of(name: str) -> str:
    """A file's name without an archive's or a patch's suffix."""
    for suffix in (*SUFFIXES, *FOREIGN, *sorted(PATCHES, key=len, reverse=True)):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name

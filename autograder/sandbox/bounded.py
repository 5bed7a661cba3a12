# SPDX-License-Identifier: MIT
"""Take what a submission made or printed, within bounds and without following it anywhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class Kept:
    """The first and the last half of a stream that may be endless."""

    def __init__(self, limit: int) -> None:
        self.half = limit // 2
        self.seen = 0
        self.head = bytearray()
        self.tail = bytearray()

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self.seen += len(data)
        room = self.half - len(self.head)
        self.head += data[:room]
        self.tail += data[room:]
        del self.tail[: -self.half or None]

    def text(self) -> str:
        """What was kept; a note stands where something is missing."""
        cut = self.seen - len(self.head) - len(self.tail)
        note = f"\n[... {cut} bytes left out ...]\n".encode() if cut else b""
        return (bytes(self.head) + note + bytes(self.tail)).decode(errors="replace")


def read_back(path: Path, largest: int) -> bytes | None:
    """The content of a file that a sandboxed command made; its folder must be ours.

    None where it is no regular file of at most ``largest`` bytes; links are not followed.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > largest:
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as stream:
        content = stream.read(largest + 1)
    return content if len(content) <= largest else None

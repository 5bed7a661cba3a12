# SPDX-License-Identifier: MIT
"""The members of a folder, read without following a single link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from autograder.intake.members import FILE_BYTES, Member, is_litter, not_plain
from autograder.intake.names import read_as, shown
from autograder.intake.problem import Problem, Refusal

_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def members(folder: int, prefix: str = "") -> Iterator[Member]:
    """The members below the open directory ``folder``, each folder before its contents.

    A file's bytes are read at once, through the descriptor that was checked, so that
    nobody can put a link in its place in between.  What litter there is, is named only.
    """
    for name in sorted(os.listdir(folder)):
        path = prefix + read_as(os.fsencode(name), ("latin-1", "cp1252", "cp850"))
        if is_litter(name):
            yield Member(path, 0, False, False, None, bytes)
            continue
        try:
            kind = stat.S_IFMT(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
            if kind not in (stat.S_IFREG, stat.S_IFDIR):
                yield _special(path, not_plain(path, _KINDS.get(kind, "of an unknown kind")))
                continue
            descriptor = os.open(name, _OPEN, dir_fd=folder)
        except OSError as error:
            yield _special(path, _unreadable(path, error))
            continue
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                yield Member(path, 0, True, True, None, bytes)
                yield from members(descriptor, path + "/")
            elif stat.S_ISREG(status.st_mode):
                yield _file(path, descriptor, status)
            else:
                yield _special(path, not_plain(path, "not what it was a moment ago"))
        finally:
            os.close(descriptor)


def _file(path: str, descriptor: int, status: os.stat_result) -> Member:
    chunks: list[bytes] = []
    size = 0
    try:
        while size <= FILE_BYTES and (chunk := os.read(descriptor, FILE_BYTES + 1 - size)):
            chunks.append(chunk)
            size += len(chunk)
    except OSError as error:
        return _special(path, _unreadable(path, error))
    data = b"".join(chunks)
    return Member(path, size, False, bool(status.st_mode & stat.S_IXUSR), None, lambda: data)


def _special(path: str, problem: Problem) -> Member:
    return Member(path, 0, False, False, problem, bytes)


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem(
        Refusal.MEMBER_UNREADABLE, f"{shown(path)} cannot be read: {error.strerror or error}."
    )

# SPDX-License-Identifier: MIT
"""Unpacking: what is refused, with which words, and that nothing is written then."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.intake import members
from autograder.intake.archive import unpack
from autograder.intake.problem import Refusal, Refused

Files = dict[str, bytes]
PATCH = b"--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1 +1 @@\n-a\n+b\n"
GOOD: Files = {"kernel.patch": PATCH, "tools/Makefile": b"all:\n", "ANSWERS.md": b"# 42\n"}


def zipped(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def zipped_as(name: str, mode: int) -> bytes:
    """A zip with one more member of another mode."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("kernel.patch", PATCH)
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = mode << 16
        archive.writestr(info, b"/etc/passwd")
    return stream.getvalue()


def tarred(files: Files, *others: tarfile.TarInfo, mode: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for other in others:
            archive.addfile(other)
    return stream.getvalue()


def special(kind: bytes, name: str = "tools/x", target: str = "../../etc") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def patched(data: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    for old, new in changes:
        assert old in data
        assert len(old) == len(new)
        data = data.replace(old, new)
    return data


def encrypted() -> bytes:
    data = bytearray(zipped({"kernel.patch": PATCH}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def unknown_method() -> bytes:
    data = bytearray(zipped({"kernel.patch": PATCH}))
    data[8] = data[data.index(b"PK\x01\x02") + 10] = 99
    return bytes(data)


def lying_zip() -> bytes:
    """Says 10 bytes, and the checksum fits these 10, but unpacks to 64 MiB."""
    data = bytearray(zipped({"kernel.patch": bytes(64 * members.MIB)}))
    directory = data.index(b"PK\x01\x02")
    data[14:18] = data[directory + 16 : directory + 20] = struct.pack("<I", 0x12345678)
    data[22:26] = data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    return bytes(data)


def twice() -> bytes:
    return patched(zipped({"kernel.patch": PATCH, "kernel.patcX": PATCH}), (b"patcX", b"patch"))


def negative_tar() -> bytes:
    """A member of negative size, called litter: on some releases tarfile reads it for ever."""
    info = tarfile.TarInfo(".DS_Store")
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 10 + b"\xfc\x00"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + bytes(1024)


def pax_header(content: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    info = tarfile.TarInfo("x")
    info.type = kind
    info.size = len(content)
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % 512)


def global_headers(members_after: int) -> bytes:
    """7,000 facts that hold for all members: the library copies them for each, and keeps them."""
    facts = b"".join(b"9 %04x=x\n" % number for number in range(7000))
    empty = b"".join(tarfile.TarInfo(f"._{number}").tobuf() for number in range(members_after))
    return pax_header(facts, tarfile.XGLTYPE) + empty + tarred(GOOD)


def long_headers() -> bytes:
    """Twelve megabytes of attributes, some for each of 200 members."""
    fact = b"60013 a=" + b"b" * 60_004 + b"\n"
    member = pax_header(fact) + tarfile.TarInfo("._x").tobuf()
    return member * 200 + tarred(GOOD)


def deep(depth: int) -> str:
    return "/".join("d" * depth) + "/kernel.patch"


REFUSED: dict[str, tuple[Callable[[], bytes], Refusal, list[str]]] = {
    "no bytes": (lambda: b"", Refusal.ARCHIVE_EMPTY, ["is empty"]),
    "empty zip": (lambda: zipped({}), Refusal.ARCHIVE_EMPTY, ["no file"]),
    "empty tar": (lambda: tarred({}), Refusal.ARCHIVE_EMPTY, ["no file"]),
    "only litter": (lambda: zipped({"a/.DS_Store": b"x"}), Refusal.ARCHIVE_EMPTY, ["no file"]),
    "unknown": (lambda: b"hello", Refusal.ARCHIVE_UNKNOWN, ["no format", ".zip or a .tar.gz"]),
    "rar": (lambda: b"Rar!\x1a\x07", Refusal.ARCHIVE_UNKNOWN, ["RAR archive", ".tar.gz"]),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c", Refusal.ARCHIVE_UNKNOWN, ["7-Zip"]),
    "a gzipped patch": (lambda: gzip.compress(PATCH), Refusal.ARCHIVE_UNKNOWN, ["no tar archive"]),
    "cut zip": (lambda: zipped(GOOD)[:-30], Refusal.ARCHIVE_DAMAGED, ["damaged or incomplete"]),
    "cut tar.gz": (lambda: tarred(GOOD, mode="w:gz")[:-30], Refusal.ARCHIVE_DAMAGED, ["damaged"]),
    "cut tar.xz": (lambda: tarred(GOOD, mode="w:xz")[:-30], Refusal.ARCHIVE_DAMAGED, ["damaged"]),
    "cut tar": (lambda: tarred(GOOD)[:1200], Refusal.ARCHIVE_DAMAGED, ["damaged"]),
    "damaged header in a tar": (
        lambda: patched(tarred(GOOD), (b"tools/Makefile", b"tools/makefile")),
        Refusal.ARCHIVE_DAMAGED,
        ["damaged"],
    ),
    "damaged data in a zip": (
        lambda: patched(zipped_as("x", 0o100644), (b"/etc/passwd", b"/ETC/passwd")),
        Refusal.ARCHIVE_DAMAGED,
        ["damaged"],
    ),
    "negative size": (negative_tar, Refusal.ARCHIVE_DAMAGED, ["damaged"]),
    "pax of digits": (
        lambda: pax_header(b"1" * 60000) + tarred(GOOD),
        Refusal.ARCHIVE_DAMAGED,
        ["damaged"],
    ),
    "pax of negative size": (
        lambda: pax_header(b"13 size=-512\n") + tarred(GOOD),
        Refusal.ARCHIVE_DAMAGED,
        ["damaged"],
    ),
    "pax after pax": (
        lambda: pax_header(b"7 a=bc\n") * 5000 + tarred(GOOD),
        Refusal.ARCHIVE_DAMAGED,
        ["damaged"],
    ),
    "global headers, copied for every member": (
        lambda: global_headers(200),
        Refusal.ARCHIVE_DAMAGED,
        ["global headers"],
    ),
    "extended headers without end": (
        long_headers,
        Refusal.ARCHIVE_DAMAGED,
        ["extended header"],
    ),
    "encrypted": (encrypted, Refusal.MEMBER_ENCRYPTED, ["'kernel.patch' is encrypted", "password"]),
    "unknown method": (
        unknown_method,
        Refusal.ARCHIVE_UNKNOWN,
        ["'kernel.patch' is compressed by a method", "99"],
    ),
    "symbolic link in a zip": (
        lambda: zipped_as("tools/x", stat.S_IFLNK | 0o777),
        Refusal.MEMBER_NOT_PLAIN,
        ["'tools/x' is a symbolic link"],
    ),
    "device in a zip": (
        lambda: zipped_as("tools/x", stat.S_IFBLK | 0o777),
        Refusal.MEMBER_NOT_PLAIN,
        ["'tools/x' is a device"],
    ),
    "symbolic link in a tar": (
        lambda: tarred(GOOD, special(tarfile.SYMTYPE)),
        Refusal.MEMBER_NOT_PLAIN,
        ["'tools/x' is a symbolic link"],
    ),
    "hard link in a tar": (
        lambda: tarred(GOOD, special(tarfile.LNKTYPE, target="kernel.patch")),
        Refusal.MEMBER_NOT_PLAIN,
        ["'tools/x' is a hard link"],
    ),
    "device in a tar": (
        lambda: tarred(GOOD, special(tarfile.CHRTYPE)),
        Refusal.MEMBER_NOT_PLAIN,
        ["is a device"],
    ),
    "pipe in a tar": (
        lambda: tarred(GOOD, special(tarfile.FIFOTYPE)),
        Refusal.MEMBER_NOT_PLAIN,
        ["is a named pipe"],
    ),
    "absolute": (
        lambda: tarred({"/etc/cron.d/x": b""}),
        Refusal.MEMBER_OUTSIDE,
        ["'/etc/cron.d/x' is an absolute path"],
    ),
    "dotdot": (
        lambda: zipped({"tools/../../x": b""}),
        Refusal.MEMBER_OUTSIDE,
        ["'tools/../../x' leads out"],
    ),
    "dotdot in litter": (
        lambda: zipped({"../.git/config": b""}),
        Refusal.MEMBER_OUTSIDE,
        ["'../.git/config'"],
    ),
    "twice": (twice, Refusal.MEMBER_DUPLICATE, ["'kernel.patch' is in the archive twice"]),
    "twice, written differently": (
        lambda: tarred({"kernel.patch": PATCH, "./kernel.patch": PATCH}),
        Refusal.MEMBER_DUPLICATE,
        ["twice"],
    ),
    "file and folder": (
        lambda: tarred({"tools": b"", "tools/b": b""}),
        Refusal.MEMBER_DUPLICATE,
        ["'tools' is in the archive both as a file and as a folder"],
    ),
    "newline": (lambda: tarred({"a\nb": b""}), Refusal.MEMBER_NAME, [r"'a\nb'", "control"]),
    "nul": (
        lambda: patched(zipped({"aXb": b""}), (b"aXb", b"a\0b")),
        Refusal.MEMBER_NAME,
        [r"'a\x00b'", "control"],
    ),
    "escape": (lambda: zipped({"\x1b[2J": b""}), Refusal.MEMBER_NAME, [r"'\x1b[2J'"]),
    "bidirectional": (lambda: tarred({"a\u202eb": b""}), Refusal.MEMBER_NAME, [r"'a\u202eb'"]),
    "long name": (lambda: tarred({"a" * 300: b""}), Refusal.MEMBER_NAME, ["longer than 255"]),
    "two submissions": (
        lambda: zipped({"ada/kernel.patch": PATCH, "bob/kernel.patch": PATCH}),
        Refusal.ARCHIVE_TWO_SUBMISSIONS,
        ["2 submissions in one", "'ada', 'bob'"],
    ),
    "two submissions in a folder": (
        lambda: zipped({"all/ada/kernel.patch": PATCH, "all/bob/kernel.patch": PATCH}),
        Refusal.ARCHIVE_TWO_SUBMISSIONS,
        ["'ada', 'bob'"],
    ),
    "deep": (lambda: zipped({deep(8): PATCH}), Refusal.ARCHIVE_TOO_LARGE, ["more than 7 folders"]),
    "large file": (
        lambda: tarred({"x": random.Random(1).randbytes(members.FILE_BYTES + 1)}, mode="w:gz"),
        Refusal.ARCHIVE_TOO_LARGE,
        ["'x' is larger than 8 MiB"],
    ),
    "many files": (
        lambda: tarred({f"f{number}": b"" for number in range(members.MEMBERS + 1)}),
        Refusal.ARCHIVE_TOO_LARGE,
        ["more than 2000", "not a source tree"],
    ),
    "large archive": (
        lambda: bytes(members.ARCHIVE_BYTES + 1),
        Refusal.ARCHIVE_TOO_LARGE,
        ["larger than 16 MiB"],
    ),
    "large in all": (
        lambda: zipped({f"f{number}": bytes(7 * members.MIB) for number in range(5)}),
        Refusal.ARCHIVE_TOO_LARGE,
        ["larger than 32 MiB when unpacked"],
    ),
    "ratio": (
        lambda: zipped({"x": bytes(4 * members.MIB)}),
        Refusal.ARCHIVE_TOO_LARGE,
        ["100 times its size"],
    ),
    "gzip bomb": (
        lambda: gzip.compress(bytes(100 * members.MIB)),
        Refusal.ARCHIVE_TOO_LARGE,
        ["32 MiB"],
    ),
    "xz bomb": (
        lambda: lzma.compress(bytes(100 * members.MIB), preset=0),
        Refusal.ARCHIVE_TOO_LARGE,
        ["32 MiB"],
    ),
    "zip that lies about its size": (lying_zip, Refusal.ARCHIVE_DAMAGED, ["damaged"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_clear_words(case: str, tmp_path: Path) -> None:
    make, code, words = REFUSED[case]
    path = tmp_path / "handed-in"
    path.write_bytes(make())
    with pytest.raises(Refused) as refused:
        unpack(path, tmp_path / "out")
    problem = refused.value.problem
    assert problem.code is code, problem.message
    for word in words:
        assert word in problem.message
    assert problem.message.isprintable()
    assert [entry.name for entry in tmp_path.iterdir()] == ["handed-in"]


def test_a_lying_zip_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(lying_zip())
    tracemalloc.start()
    with pytest.raises(Refused):
        unpack(path, tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < members.ARCHIVE_BYTES + 4 * members.MIB  # the first is the buffer for reading

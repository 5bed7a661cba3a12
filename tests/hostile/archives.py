# SPDX-License-Identifier: MIT
"""Archives and folders that are refused, or that would do harm while they are unpacked."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

from tests.hostile import texts
from tests.hostile.case import APPLIES, BUILDS, FAILED, PASSED, Case, reference_tools
from tests.hostile.world import CANARIES, MARKERS, World
from tests.unit.test_intake_archive import GOOD, encrypted, special, tarred, zipped, zipped_as

MIB = 1 << 20


def content(name: str, data: Callable[[], bytes]) -> Callable[[Path, World], Path]:
    """An archive of that name."""

    def make(folder: Path, world: World) -> Path:
        folder.mkdir()
        path = folder / name
        path.write_bytes(data())
        return path

    return make


def folder_with(spoil: Callable[[Path], object]) -> Callable[[Path, World], Path]:
    """A folder with the reference's tools, spoiled."""

    def make(folder: Path, world: World) -> Path:
        reference_tools(folder)
        spoil(folder)
        return folder

    return make


def nested(depth: int) -> bytes:
    """A zip in a zip in a zip ..., with a bomb inside."""
    data = zipped({"zeros": bytes(20 * MIB)})
    for _ in range(depth):
        data = zipped({"submission.zip": data})
    return data


def duplicates() -> bytes:
    """Two members of one name: which one is checked, and which one is used?"""
    return tarred({**GOOD, "tools/a": b"harmless"}, special(tarfile.REGTYPE, "tools/a"))


def many_links() -> bytes:
    """Links that lead from one to another and out."""
    links = [special(tarfile.SYMTYPE, f"tools/l{n}", f"l{n + 1}") for n in range(50)]
    return tarred(GOOD, *links, special(tarfile.SYMTYPE, "tools/l50", str(CANARIES[0])))


def _swapping(folder: Path) -> None:
    """A file that is a link to a canary every other moment, for two seconds."""
    target = folder / "tools" / "extra.h"
    target.write_text("/* harmless */\n")

    def swap() -> None:
        for number in range(2000):
            other = folder / f".{number}"
            if number % 2:
                other.write_text("/* harmless */\n")
            else:
                other.symlink_to(CANARIES[0])
            try:
                other.replace(target)
            except OSError:
                return  # the test has ended

    threading.Thread(target=swap, daemon=True).start()


def refused(name: str, what: str, make: Callable[[Path, World], Path], *words: str) -> Case:
    """Nothing of it is built."""
    return Case(
        f"archive/{name}", what, make, {APPLIES: FAILED, BUILDS: FAILED}, words, only="1.1,1.3"
    )


CASES = [
    refused(
        "bomb",
        "a zip of 14 KB that unpacks to 14 MiB",
        content("a.zip", lambda: zipped({**GOOD, "a": bytes(7 * MIB), "b": bytes(7 * MIB)})),
        "100 times",
    ),
    refused(
        "bomb_of_gzip",
        "a .tar.gz of 100 KB that unpacks to 100 MiB",
        content("a.tar.gz", lambda: gzip.compress(bytes(100 * MIB), 9)),
        "MiB",
    ),
    refused(
        "nested_bomb",
        "a zip in a zip in a zip, five deep, with a bomb in the last",
        content("a.zip", lambda: nested(5)),
        "kernel.patch",
    ),
    refused(
        "many_members",
        "3,000 files",
        content("a.zip", lambda: zipped({f"tools/{n}": b"" for n in range(3000)})),
        "2000",
    ),
    refused(
        "deep",
        "folders nested 50 deep",
        content("a.zip", lambda: zipped({"/".join("d" * 50): b"x"})),
        "one in another",
    ),
    refused(
        "traversal",
        "a member that leads out with '..'",
        content("a.zip", lambda: zipped({**GOOD, f"../../../../../..{MARKERS}/zip": b"x"})),
        "'..'",
    ),
    refused(
        "absolute",
        "a member with an absolute path",
        content("a.tar", lambda: tarred(GOOD, special(tarfile.REGTYPE, f"{MARKERS}/tar"))),
        "absolute",
    ),
    refused(
        "symbolic_link",
        "a link to a canary, and a member that is written through a link",
        content("a.tar", lambda: tarred(GOOD, special(tarfile.SYMTYPE, "tools/x", str(MARKERS)))),
        "symbolic link",
    ),
    refused(
        "links_to_links",
        "51 links, the last of which leads to a canary",
        content("a.tar.gz", many_links),
        "symbolic link",
    ),
    refused(
        "hard_link",
        "a hard link to a file outside",
        content(
            "a.tar", lambda: tarred(GOOD, special(tarfile.LNKTYPE, "tools/x", str(CANARIES[0])))
        ),
        "hard link",
    ),
    refused(
        "device",
        "a device",
        content("a.tar", lambda: tarred(GOOD, special(tarfile.CHRTYPE, "tools/zero"))),
        "device",
    ),
    refused(
        "link_in_zip",
        "a symbolic link in a zip",
        content("a.zip", lambda: zipped_as("tools/x", stat.S_IFLNK | 0o777)),
        "symbolic link",
    ),
    refused("encrypted", "an encrypted zip", content("a.zip", encrypted), "encrypted"),
    refused("duplicate", "two members of one name", content("a.tar", duplicates), "tools/a"),
    refused(
        "line_end_in_a_name",
        "a file name with a line end, and words that look like a verdict",
        content("a.zip", lambda: zipped({**GOOD, "tools/a\n1.1 passed": b""})),
        "file name",
    ),
    refused(
        "bidirectional_name",
        "a file name that reads the other way",
        content("a.zip", lambda: zipped({**GOOD, "tools/\u202ec.h": b""})),
        "file name",
    ),
    refused(
        "name_not_utf8",
        "a file name that is not UTF-8",
        content(
            "a.tar",
            lambda: tarred({**GOOD, "tools/xx": b""}).replace(b"tools/xx", b"tools/\xff\xfe"),
        ),
        "",
    ),
    refused(
        "damaged",
        "an archive cut short",
        content("a.tar.gz", lambda: gzip.compress(tarred(GOOD))[:-20]),
        "damaged",
    ),
    refused(
        "folder_with_a_link",
        "a folder in which kernel.patch is a link to a canary",
        folder_with(lambda folder: (folder / "kernel.patch").symlink_to(CANARIES[0])),
        "symbolic link",
    ),
    refused(
        "folder_with_a_pipe",
        "a folder with a named pipe, which would be read for ever",
        folder_with(lambda folder: os.mkfifo(folder / "tools" / "pipe")),
        "named pipe",
    ),
    Case(
        "archive/swapped_while_read",
        "a file that somebody swaps with a link to a canary while it is taken in",
        folder_with(_swapping),
        {},
        only=BUILDS,
    ),
    Case(
        "archive/answers",
        "an ANSWERS.md of 200 KB: HTML, scripts, templates, escapes",
        folder_with(
            lambda folder: (folder / "ANSWERS.md").write_text(
                "\n".join(texts.ALL.values()) + "x" * 200_000, errors="surrogatepass"
            )
        ),
        {BUILDS: PASSED},
        only=BUILDS,
    ),
]

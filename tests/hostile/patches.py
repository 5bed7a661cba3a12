# SPDX-License-Identifier: MIT
"""Patches that reach out of the folders that they may touch; none comes as far as a build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.case import APPLIES, COMPILES, FAILED, NOT_REACHED, Case
from tests.hostile.world import MARKERS, World

HUNK = "@@ -1 +1,2 @@\n a\n+b\n"


def patch(text: str | bytes) -> Callable[[Path, World], Path]:
    """A submission with that patch and no tools, which take longer than the rest."""

    def make(folder: Path, world: World) -> Path:
        folder.mkdir()
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        (folder / "kernel.patch").write_bytes(data)
        return folder

    return make


def on(old: str, new: str, more: str = "") -> str:
    """A diff with these two names."""
    return f"{more}--- {old}\n+++ {new}\n{HUNK}"


def case(name: str, what: str, text: str | bytes, *words: str) -> Case:
    """A patch that is refused."""
    return Case(
        f"patch/{name}",
        what,
        patch(text),
        {APPLIES: FAILED, COMPILES: NOT_REACHED},
        words,
        only="1.1,1.2",
    )


GIT = "diff --git a/{0} b/{1}\n"

CASES = [
    case(
        "rename_out",
        "git renames a file into scripts/, in lines that are no '---' and '+++'",
        GIT.format("mm/mmap.c", "scripts/x.sh")
        + "similarity index 100%\nrename from mm/mmap.c\nrename to scripts/x.sh\n"
        + on("a/fs/a.c", "b/fs/a.c"),
        "scripts/x.sh",
    ),
    case(
        "copy_out",
        "git copies a file over the top Makefile",
        GIT.format("mm/Makefile", "Makefile")
        + "similarity index 100%\ncopy from mm/Makefile\ncopy to Makefile\n"
        + on("a/fs/a.c", "b/fs/a.c"),
        "Makefile",
    ),
    case(
        "script_mode",
        "git makes a script of lib/ executable",
        GIT.format("lib/x.sh", "lib/x.sh") + "old mode 100644\nnew mode 100755\n",
        "mode",
    ),
    case(
        "symbolic_link",
        "git adds a symbolic link",
        GIT.format("fs/x.c", "fs/x.c")
        + f"new file mode 120000\n--- /dev/null\n+++ b/fs/x.c\n@@ -0,0 +1 @@\n+{MARKERS}\n",
        "symbolic link",
    ),
    case(
        "binary",
        "a binary hunk",
        GIT.format("fs/x.o", "fs/x.o")
        + "new file mode 100644\nGIT binary patch\nliteral 4\nLc${NkU|;|M0000\n",
        "binary",
    ),
    case(
        "ed_script",
        "a script for ed(1), which would run a shell",
        f"--- a/fs/x.c\n+++ b/fs/x.c\n1,1c\n!touch {MARKERS}/ed\n.\n",
        "",
    ),
    case("dotdot", "a name with '..'", on("a/mm/../../x.c", "b/mm/../../x.c"), ".."),
    case("absolute", "an absolute name", on(f"{MARKERS}/x.c", f"{MARKERS}/x.c"), "absolute"),
    case(
        "two_names", "an old name inside, a new one outside", on("a/mm/x.c", "b/arch/x.c"), "arch"
    ),
    case(
        "index_line",
        "an Index: line with a name that only patch(1) looks at",
        on("a/mm/x.c", "b/mm/x.c", "Index: a/scripts/evil.sh\n"),
        "scripts/evil.sh",
    ),
    case(
        "quoted_name",
        "a quoted name that leads out once its escapes are read",
        on('"a/mm/\\056\\056/\\056\\056/x.c"', '"b/mm/\\056\\056/\\056\\056/x.c"'),
        "..",
    ),
    case(
        "line_end_in_a_name",
        "a quoted name with a line end in it",
        on('"a/mm/x\\ny.c"', '"b/mm/x\\ny.c"'),
        "kernel.patch",
    ),
    case(
        "bidirectional_name",
        "a name that reads the other way",
        on("a/mm/\u202ec.c", "b/mm/\u202ec.c"),
        "kernel.patch",
    ),
    case(
        "indented",
        "an indented diff in the description, which patch(1) applies as well",
        f"See:\n\n  --- a/scripts/x\n  +++ b/scripts/x\n  {HUNK}\n" + on("a/mm/x.c", "b/mm/x.c"),
        "",
    ),
    case("large", "a patch of 2 MB", on("a/mm/x.c", "b/mm/x.c") + "x" * 2_000_000, "1024 KiB"),
    case("no_text", "random bytes", bytes(range(256)) * 40, ""),
    case("long_line", "a line of a megabyte outside all hunks", "-" * 1_000_000 + "\n", ""),
    case(
        "giant_hunk",
        "a hunk that announces a billion lines",
        "--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,999999999 +1,999999999 @@\n a\n",
        "hunk",
    ),
]

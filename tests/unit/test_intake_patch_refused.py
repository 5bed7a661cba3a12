# SPDX-License-Identifier: MIT
"""kernel.patch: each refusal with its words."""

from __future__ import annotations

import pytest

from autograder.intake.patch import PATCH_BYTES, PATCH_LINES, inspect
from autograder.intake.problem import Refusal
from tests.diffs import BODY, FILE, HUNK, NEW, git, of

REFUSED: dict[str, tuple[str | bytes, Refusal, list[str]]] = {
    "empty": ("", Refusal.PATCH_EMPTY, ["is empty", "nothing", "differs"]),
    "blank": (" \n\t\r\n\n", Refusal.PATCH_EMPTY, ["is empty"]),
    "rename only": (
        "diff --git a/fs/a.c b/fs/b.c\nrename from fs/a.c\nrename to fs/b.c\n",
        Refusal.PATCH_EMPTY,
        ["no hunk", "changes no line"],
    ),
    "too large": (FILE + "#" * PATCH_BYTES, Refusal.PATCH_TOO_LARGE, ["1024 KiB", "linux-7.3"]),
    "too many lines": (
        FILE + "\n" * (PATCH_LINES + 1),
        Refusal.PATCH_TOO_LARGE,
        ["50000 lines", "linux-7.3"],
    ),
    "prose": (
        "I could not do it.\n",
        Refusal.PATCH_NOT_UNIFIED,
        ["not a unified diff", "diff -ruN"],
    ),
    "html": ("\n<!DOCTYPE html>\n<html>" + FILE, Refusal.PATCH_NOT_UNIFIED, ["HTML page"]),
    "gzip": (b"\x1f\x8b\x08\0", Refusal.PATCH_NOT_UNIFIED, ["is compressed"]),
    "utf-16": (FILE.encode("utf-16"), Refusal.PATCH_ENCODING, ["UTF-16", "PowerShell"]),
    "utf-16 without mark": (FILE.encode("utf-16-le"), Refusal.PATCH_ENCODING, ["UTF-16"]),
    "nul": (FILE.encode() + b"\0", Refusal.PATCH_BINARY, ["NUL bytes"]),
    "context diff": (
        "*** a/fs/x.c\n--- b/fs/x.c\n***************\n*** 1,2 ****\n! old\n--- 1,2 ----\n! new\n",
        Refusal.PATCH_NOT_UNIFIED,
        ["line 4", "context diff", "diff -ruN"],
    ),
    "ed script": ("2c\nnew\n.\n", Refusal.PATCH_NOT_UNIFIED, ["line 1", "'2c'", "ed script"]),
    "ed script behind a diff": (
        FILE + "Index: a/fs/x.c\n1s/.//\n",
        Refusal.PATCH_NOT_UNIFIED,
        ["line 8", "ed script"],
    ),
    "normal diff": ("2c2\n< old\n---\n> new\n", Refusal.PATCH_NOT_UNIFIED, ["'2c2'", "plain diff"]),
    "merge": (
        "diff --cc fs/x.c\n--- a/fs/x.c\n+++ b/fs/x.c\n@@@ -1,1 -1,1 +1,1 @@@\n++x\n",
        Refusal.PATCH_NOT_UNIFIED,
        ["line 4", "merge"],
    ),
    "cut short": (
        FILE[: -len("+new\n")],
        Refusal.PATCH_MALFORMED,
        ["line 6", "middle of hunk 1 of 'b/fs/exec.c'", "begins in line 3", "cut short"],
    ),
    "cut after the header": (
        "--- a/fs/x.c\n+++ b/fs/x.c\n",
        Refusal.PATCH_MALFORMED,
        ["'b/fs/x.c' is not followed by a hunk"],
    ),
    "wrapped": (
        FILE + "@@ -9,2 +9,2 @@\n context that was\nwrapped\n",
        Refusal.PATCH_MALFORMED,
        ["line 9", "hunk 2", "is damaged", "wrapped or cut"],
    ),
    "hunk too long": (FILE + "+more\n", Refusal.PATCH_MALFORMED, ["line 7", "has more lines"]),
    "hunk of other lines": (
        FILE.replace(BODY, "-a\n-b\n-c\n"),
        Refusal.PATCH_MALFORMED,
        ["line 6", "has other lines than line 3 announces"],
    ),
    "hunk header": (
        FILE.replace("@@ -1,2 +1,2 @@", "@@ -1,2 +1,x @@"),
        Refusal.PATCH_MALFORMED,
        ["line 3", "header of hunk 1", "damaged"],
    ),
    "hunk of nothing": (
        FILE.replace("-1,2 +1,2", "-1,0 +1,0"),
        Refusal.PATCH_MALFORMED,
        ["announces no line"],
    ),
    "hunk without file": (HUNK, Refusal.PATCH_MALFORMED, ["line 1", "does not follow the '---'"]),
    "digits of another script": (
        FILE.replace("-1,2", "-\u0661,\u0662"),
        Refusal.PATCH_MALFORMED,
        ["header of hunk 1"],
    ),
    "number without end": (
        FILE.replace("-1,2", "-" + "1" * 6000),
        Refusal.PATCH_MALFORMED,
        ["header of hunk 1"],
    ),
    "open quote": (of('"b/fs/x'), Refusal.PATCH_MALFORMED, ["line 1", "quotes"]),
    "bad escape": (of('"b/fs/\\q"'), Refusal.PATCH_MALFORMED, ["unknown escape"]),
    "indented diff": (
        "I changed this:\n" + "".join(f"  {line}\n" for line in FILE.splitlines()) + FILE,
        Refusal.PATCH_MALFORMED,
        ["line 4", "indented diff", "Leave it out"],
    ),
    "binary of git": (
        git("fs/logo", "new file mode 100644", "index 0000000..12345")
        + "GIT binary patch\nliteral 1\n",
        Refusal.PATCH_BINARY,
        ["line 4", "'b/fs/logo'", "binary"],
    ),
    "binary of diff": (
        "Binary files old/fs/x.o and new/fs/x.o differ\n" + FILE,
        Refusal.PATCH_BINARY,
        ["'new/fs/x.o'", "make mrproper"],
    ),
    "new symbolic link": (
        git("fs/link", "new file mode 120000")
        + "--- /dev/null\n+++ b/fs/link\n@@ -0,0 +1 @@\n+/etc\n",
        Refusal.PATCH_SYMLINK,
        ["line 2", "'b/fs/link'", "symbolic link"],
    ),
    "changed symbolic link": (
        git("fs/link", "index 12345..67890 120000") + of("b/fs/link"),
        Refusal.PATCH_SYMLINK,
        ["symbolic link"],
    ),
    "mode": (
        git("kernel/x.sh", "old mode 100644", "new mode 100755") + FILE,
        Refusal.PATCH_MODE,
        ["'b/kernel/x.sh'", "core.fileMode=false"],
    ),
    "submodule": (git("fs/x", "new file mode 160000") + NEW, Refusal.PATCH_MODE, ["160000"]),
    "outside": (of("a/arch/um/kernel/trap.c"), Refusal.PATCH_OUTSIDE, ["'arch/um/kernel/trap.c'"]),
    "several outside": (
        FILE + of("a/Makefile") + of("a/scripts/x.sh") + of("a/security/x.c"),
        Refusal.PATCH_OUTSIDE,
        ["'Makefile', 'scripts/x.sh', 'security/x.c'", "fs/, include/, init/"],
    ),
    "built": (of("b/.config"), Refusal.PATCH_OUTSIDE, ["'.config'", "make mrproper"]),
    "built, in the tree's own folders": (
        FILE + of("b/kernel/sched/rq-offsets.s"),
        Refusal.PATCH_BUILT,
        ["'kernel/sched/rq-offsets.s'", "a build makes", "git rm --cached"],
    ),
    "commands of a build": (of("b/kernel/.fork.o.cmd"), Refusal.PATCH_BUILT, ["make mrproper"]),
    "configuration of a build": (of("b/include/generated/autoconf.h"), Refusal.PATCH_BUILT, []),
    "a folder's own name": (of("b/fs"), Refusal.PATCH_OUTSIDE, ["'fs'"]),
    "only the new name outside": (
        "--- a/fs/x.c\n+++ b/arch/x.c\n" + HUNK,
        Refusal.PATCH_OUTSIDE,
        ["'arch/x.c'"],
    ),
    "only git's header outside": (
        git("arch/x.c", "new file mode 100644") + FILE,
        Refusal.PATCH_OUTSIDE,
        ["'arch/x.c'"],
    ),
    "rename out": (
        FILE + "diff --git a/fs/a b/fs/b\nrename from fs/a\nrename to arch/b\n",
        Refusal.PATCH_OUTSIDE,
        ["'arch/b'"],
    ),
    "copy from outside": (
        FILE + "diff --git a/fs/a b/fs/b\ncopy from arch/a\ncopy to fs/b\n",
        Refusal.PATCH_OUTSIDE,
        ["'arch/a'"],
    ),
    "rename out, with no hunk at all": (
        "diff --git a/fs/a b/arch/b\nrename from fs/a\nrename to arch/b\n",
        Refusal.PATCH_OUTSIDE,
        ["'arch/b'"],
    ),
    "Index line": ("Index: a/arch/x.c\n" + FILE, Refusal.PATCH_OUTSIDE, ["'arch/x.c'"]),
    "stray name": ("*** a/arch/x.c\n" + FILE, Refusal.PATCH_OUTSIDE, ["'arch/x.c'"]),
    "indented name": ("XX \t+++ a/arch/x.c\n" + FILE, Refusal.PATCH_OUTSIDE, ["'arch/x.c'"]),
    "nested name": ("- - --- a/arch/x.c\n" + FILE, Refusal.PATCH_OUTSIDE, ["'arch/x.c'"]),
    "quoted": (of('"a/\\141rch/x.c"'), Refusal.PATCH_OUTSIDE, ["'arch/x.c'"]),
    "name that ends at a blank": (
        of("a/arch b/fs/x.c"),
        Refusal.PATCH_OUTSIDE,
        ["'arch'"],
    ),
    "dotdot": (of("a/fs/../arch/x.c"), Refusal.PATCH_DOTDOT, ["'a/fs/../arch/x.c'", "'..'"]),
    "dotdot in front": (of("../linux/fs/x.c"), Refusal.PATCH_DOTDOT, ["'..'", "diff -ruN"]),
    "dotdot before a blank": (of("a/fs/.. x\t"), Refusal.PATCH_DOTDOT, ["'..'"]),
    "absolute": (of("/usr/src/linux/fs/x.c"), Refusal.PATCH_ABSOLUTE, ["'/usr/src/linux/fs/x.c'"]),
    "no level for all": (
        of("fs/exec.c") + of("a/linux/fs/x.c"),
        Refusal.PATCH_LEVEL,
        ["'fs/exec.c'", "exactly one leading folder"],
    ),
    "another level of a forbidden folder": (
        of("a/tools/include/linux/x.h"),
        Refusal.PATCH_OUTSIDE,
        ["'tools/include/linux/x.h'"],
    ),
    "no prefix, and one file outside": (
        of("fs/exec.c") + of("Makefile"),
        Refusal.PATCH_LEVEL,
        ["'fs/exec.c'"],
    ),
    "newline in a name": (of('"b/fs/a\\nb"'), Refusal.PATCH_NAME, ["'b/fs/a\\nb'", "control"]),
    "name not UTF-8": (of('"b/fs/a\\377"'), Refusal.PATCH_NAME, ["'b/fs/a\\xff'", "not UTF-8"]),
    "bidirectional": (of("b/fs/a\u202ec.x"), Refusal.PATCH_NAME, ["\\u202e", "direction"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_clear_words(case: str) -> None:
    text, code, words = REFUSED[case]
    summary = inspect(text if isinstance(text, bytes) else text.encode(), "7.3")
    assert summary.refusal is code, summary.message
    for word in words:
        assert word in summary.message
    assert summary.message.isprintable()
    assert summary.problem is not None

# SPDX-License-Identifier: MIT
"""kernel.patch: each refusal with its words, and what must be accepted."""

from __future__ import annotations

import pytest

from autograder.intake.patch import PATCH_BYTES, PATCH_LINES, inspect
from autograder.intake.problem import Refusal

BODY = " context\n-old\n+new\n"
HUNK = "@@ -1,2 +1,2 @@\n" + BODY
FILE = "--- a/fs/exec.c\n+++ b/fs/exec.c\n" + HUNK
NEW = "--- /dev/null\n+++ b/mm/pgfault.c\n@@ -0,0 +1,2 @@\n+one\n+two\n"


def git(path: str, *headers: str) -> str:
    return f"diff --git a/{path} b/{path}\n" + "".join(f"{line}\n" for line in headers)


def of(path: str) -> str:
    """A patch whose names are ``path``, prefix included."""
    return f"--- {path}\n+++ {path}\n{HUNK}"


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


MAIL = (
    "From 0123456789abcdef Mon Sep 17 00:00:00 2001\nFrom: A Student <a@example.org>\n"
    "Subject: [PATCH 1/2] mm: trace page faults\n\nWhy it is done.\n---\n fs/exec.c | 2 +-\n"
    " 1 file changed\n\n"
)

ACCEPTED: dict[str, tuple[str, list[str], tuple[int, int]]] = {
    "one file": (FILE, ["fs/exec.c"], (1, 1)),
    "a new file": (NEW, ["mm/pgfault.c"], (2, 0)),
    "a deleted file": (
        git("fs/x.c", "deleted file mode 100644", "index 1234567..0000000")
        + "--- a/fs/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
        ["fs/x.c"],
        (0, 1),
    ),
    "timestamps": (
        "diff -ruN linux-7.3.orig/fs/a.c linux-7.3/fs/a.c\n"
        "--- linux-7.3.orig/fs/a.c\t2026-01-02 03:04:05.000000000 +0100\n"
        "+++ linux-7.3/fs/a.c\t2026-02-02 03:04:05.000000000 +0100\n" + HUNK,
        ["fs/a.c"],
        (1, 1),
    ),
    "timestamps after blanks": (
        "--- a/fs/a.c 2026-01-02 03:04\n+++ b/fs/a.c 2026-02-02 03:04\n" + HUNK,
        ["fs/a.c"],
        (1, 1),
    ),
    "mails": (
        MAIL
        + git("fs/exec.c", "index 1234567..89abcde 100644")
        + FILE
        + "-- \n2.39.2\n\n"
        + MAIL
        + git("fs/exec.c")
        + FILE
        + "-- \n2.39.2\n\n",
        ["fs/exec.c"],
        (2, 2),
    ),
    "signature whose blank was lost": (FILE + "--\n2.39.2\n", ["fs/exec.c"], (1, 1)),
    "cover letter": ("*** BLURB HERE ***\n\n" + FILE, ["fs/exec.c"], (1, 1)),
    "blanks in a name": (
        git("fs/a b.c") + "--- a/fs/a b.c\t\n+++ b/fs/a b.c\t\n" + HUNK,
        ["fs/a b.c"],
        (1, 1),
    ),
    "quoted name": (of('"b/fs/\\303\\251.c"'), ["fs/é.c"], (1, 1)),
    "mnemonic prefixes": (
        "diff --git i/fs/a.c w/fs/a.c\n--- i/fs/a.c\n+++ w/fs/a.c\n" + HUNK,
        ["fs/a.c"],
        (1, 1),
    ),
    "rename with a hunk": (
        "diff --git a/fs/a.c b/mm/b.c\nsimilarity index 90%\nrename from fs/a.c\nrename to mm/b.c\n"
        "--- a/fs/a.c\n+++ b/mm/b.c\n" + HUNK,
        ["fs/a.c", "mm/b.c"],
        (1, 1),
    ),
    "no newline at the end": (
        FILE.replace(BODY, "-old\n\\ No newline at end of file\n context\n+new\n")
        + "\\ No newline at end of file\n",
        ["fs/exec.c"],
        (1, 1),
    ),
    "the last line unended": (FILE.rstrip("\n"), ["fs/exec.c"], (1, 1)),
    "lines that look like headers": (
        "--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1,2 +1,2 @@\n"
        "--- a/arch/x.c\n-@@ -1 +1 @@\n+++ b/arch/x.c\n+GIT binary patch\n",
        ["fs/a.c"],
        (2, 2),
    ),
    "context whose blank was lost": (
        "--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1,2 +1,3 @@\n\n+x\n context\n",
        ["fs/a.c"],
        (1, 0),
    ),
    "CR inside an added line": (FILE.replace("+new", "+new\r"), ["fs/exec.c"], (1, 1)),
    "a file made with CRLF, then changed": (
        NEW.replace("one", "one\r")
        + "--- a/mm/pgfault.c\n+++ b/mm/pgfault.c\n@@ -1 +1 @@\n-one\r\n+1\n",
        ["mm/pgfault.c"],
        (3, 1),
    ),
    "byte order mark before a line of prose": ("\ufeffHello\n" + FILE, ["fs/exec.c"], (1, 1)),
    "current folder as the new side": ("--- a/fs/x.c\n+++ ./fs/x.c\n" + HUNK, ["fs/x.c"], (1, 1)),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted(case: str) -> None:
    text, files, (added, removed) = ACCEPTED[case]
    summary = inspect(text.encode(), "7.3")
    assert summary.refusal is None, summary.message
    assert summary.problem is None
    assert list(summary.files) == files
    assert (summary.added, summary.removed) == (added, removed)


MENDED: dict[str, tuple[str, list[str], str]] = {
    "byte order mark": ("\ufeff" + FILE, ["fs/exec.c"], "byte order mark"),
    "byte order mark before git's header": (
        "\ufeff" + git("fs/exec.c") + FILE,
        ["fs/exec.c"],
        "byte order mark",
    ),
    "byte order marks of two that were joined": (
        f"\ufeff{FILE}\ufeff{NEW}",
        ["fs/exec.c", "mm/pgfault.c"],
        "byte order mark",
    ),
    "crlf": (
        FILE.replace("\n", "\r\n"),
        ["fs/exec.c"],
        "The lines of kernel.patch end as on Windows",
    ),
    "crlf of git": ((git("fs/exec.c") + FILE).replace("\n", "\r\n"), ["fs/exec.c"], "CRLF"),
    "crlf in the source": (
        FILE.replace(BODY, BODY.replace("\n", "\r\n")),
        ["fs/exec.c"],
        "Some lines of kernel.patch end as on Windows (CRLF)",
    ),
    "two CRs": (FILE.replace("\n", "\r\r\n"), ["fs/exec.c"], "CRLF"),
    "CRs alone": (FILE.replace("\n", "\r"), ["fs/exec.c"], ""),
    "colours": (
        FILE.replace("-old", "\x1b[31m-old\x1b[m").replace("---", "\x1b[1m---"),
        ["fs/exec.c"],
        "--no-color",
    ),
    "-p0": (of("fs/exec.c"), ["fs/exec.c"], "patch -p0"),
    "git --no-prefix": (
        "diff --git fs/exec.c fs/exec.c\n" + of("fs/exec.c"),
        ["fs/exec.c"],
        "diff.noprefix=false",
    ),
    "git --no-prefix, renamed": (
        "diff --git fs/a.c mm/b.c\nrename from fs/a.c\nrename to mm/b.c\n"
        "--- fs/a.c\n+++ mm/b.c\n" + HUNK,
        ["fs/a.c", "mm/b.c"],
        "diff.noprefix",
    ),
    "svn": (
        "Index: fs/exec.c\n====\n--- fs/exec.c\t(revision 1)\n+++ fs/exec.c\t(working copy)\n"
        + HUNK,
        ["fs/exec.c"],
        "patch -p0",
    ),
    "one level up": (
        "diff --git a/linux-7.3.4/fs/a.c b/linux-7.3.4/mm/b.c\n"
        "rename from linux-7.3.4/fs/a.c\nrename to linux-7.3.4/mm/b.c\n"
        "--- a/linux-7.3.4/fs/a.c\n+++ b/linux-7.3.4/mm/b.c\n" + HUNK,
        ["fs/a.c", "mm/b.c"],
        "git diff --relative",
    ),
    "-p3": (of("home/me/linux-7.3/fs/x.c"), ["fs/x.c"], "'me/linux-7.3/'"),
    "one level up, a new file": (
        "diff --git a/os/mm/x.h b/os/mm/x.h\nnew file mode 100644\n"
        + NEW.replace("b/mm/pgfault.c", "b/os/mm/x.h"),
        ["mm/x.h"],
        "'os/'",
    ),
}


@pytest.mark.parametrize("case", MENDED)
def test_mended_with_a_note(case: str) -> None:
    text, files, note = MENDED[case]
    summary = inspect(text.encode(), "7.3")
    assert summary.refusal is None, summary.message
    assert list(summary.files) == files
    assert note in "\n".join(summary.notes)
    again = inspect(summary.text, "7.3")
    assert again.text == summary.text
    assert again.notes == ()
    assert again.files == summary.files


def test_what_is_plain_stays_as_it_is() -> None:
    for case, (text, _, _) in ACCEPTED.items():
        if "\r" not in text and "\ufeff" not in text and text.endswith("\n"):
            assert inspect(text.encode(), "7.3").text == text.encode(), case


def test_latin_1_in_the_source_is_no_obstacle() -> None:
    summary = inspect(FILE.encode().replace(b"context", b"J\xf6rg"), "7.3")
    assert summary.refusal is None


def test_notes_tell_what_is_not_in_the_patch() -> None:
    summary = inspect(f"Only in linux/fs/proc: pgfault.c\n{FILE}".encode(), "7.3")
    assert "'linux/fs/proc/pgfault.c'" in summary.notes[0]
    assert "diff -ruN" in summary.notes[0]

# SPDX-License-Identifier: MIT
"""kernel.patch: what must be accepted, as it is or with a note."""

from __future__ import annotations

import pytest

from autograder.intake.patch import inspect
from tests.diffs import BODY, FILE, HUNK, NEW, git, of

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

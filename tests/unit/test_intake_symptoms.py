# SPDX-License-Identifier: MIT
"""Texts that are no patch: what they are instead is named, and what to do."""

from __future__ import annotations

import base64
import quopri

import pytest

from autograder.intake import inspect
from autograder.intake.symptoms import AGAIN

FILE = (
    "diff --git a/fs/exec.c b/fs/exec.c\nindex 1234567..89abcde 100644\n"
    "--- a/fs/exec.c\n+++ b/fs/exec.c\n"
    "@@ -10,4 +10,5 @@ static int count(struct user_arg_ptr argv, int max)\n"
    " \tint i = 0;\n"
    "+\tint j = 1; /* a comment that makes this line longer than most of the others are */\n"
    " \tif (argv.ptr.native != NULL) {\n \t\tfor (;;) {\n \t\t\tconst char __user *p = get(i);\n"
)
HEAD = "From: Ada <ada@example.org>\nSubject: my patch\nMIME-Version: 1.0\n"


def each(prefix: str) -> str:
    return "".join(f"{prefix}{line}\n" for line in FILE.splitlines())


def in_quotes() -> str:
    return quopri.encodestring(FILE.encode()).decode()


def in_base64() -> str:
    return base64.encodebytes((FILE * 3).encode()).decode()


CASES: dict[str, tuple[str, list[str]]] = {
    "quoted-printable, in part": (
        HEAD
        + "Content-Transfer-Encoding: quoted-printable\n\n"
        + in_quotes()
        + "\n--=_part\nContent-Type: text/html; charset=utf-8\n\n",
        ["'quoted-printable'", "'=3D'", AGAIN],
    ),
    "quoted-printable, without its header": (
        in_quotes() + "\n--=_part\n",
        ["'quoted-printable'"],
    ),
    "base64": (
        HEAD + "Content-Transfer-Encoding: base64\n\n" + in_base64(),
        ["'base64'", "Save the attachment"],
    ),
    "base64, without its header": (in_base64(), ["'base64'"]),
    "quoted in an answer": (each("> "), ["begin with '>'", AGAIN]),
    "quoted twice": ("Hello,\n" + each(">> "), ["begin with '>'"]),
    "indented": (each("    "), ["Every line", "is indented"]),
    "indented by a tab": ("My patch:\n\n" + each("\t"), ["Every line", "is indented"]),
    "word diff": (
        "diff --git a/fs/exec.c b/fs/exec.c\n--- a/fs/exec.c\n+++ b/fs/exec.c\n@@ -1,2 +1,2 @@\n"
        "int [-old-]{+new+};\nint [-a-]{+b+};\n",
        ["word diff", "Leave out '--word-diff'"],
    ),
    "statistics": (
        " fs/exec.c | 12 +++++-----\n mm/mmap.c |  3 +++\n 2 files changed\n",
        ["'--stat'", AGAIN],
    ),
    "names of files that differ": (
        "Files linux.orig/fs/exec.c and linux/fs/exec.c differ\n",
        ["'diff -q'", "diff -ruN"],
    ),
    "status": (
        "On branch main\nChanges not staged for commit:\n\tmodified:   fs/exec.c\n",
        ["'git status'"],
    ),
    "side by side": (
        "int a;                                  |\tint b;\n"
        "int c;                                  >\tint d;\n",
        ["side by side", "diff -ruN"],
    ),
    "range-diff": (
        "1:  1234567 = 1:  89abcde one\n2:  1234567 ! 2:  89abcde two\n",
        ["range-diff"],
    ),
    "submodule": (
        "diff --git a/linux b/linux\nindex 1234567..89abcde 160000\n--- a/linux\n+++ b/linux\n"
        "@@ -1 +1 @@\n-Subproject commit 1234567\n+Subproject commit 89abcde\n",
        ["submodule", "Inside the submodule's folder"],
    ),
    "of two patches": (
        "--- kernel.patch.old\n+++ kernel.patch\n@@ -1 +1 @@\n-+old\n++new\n",
        ["between two patches"],
    ),
    "source": ("#include <linux/mm.h>\n\nint x;\n", ["a source file"]),
    "bundle": ("# v2 git bundle\n1234 HEAD\n", ["a git bundle"]),
    "document": ("{\\rtf1\\ansi diff}\n", ["word processor"]),
    "PDF": ("%PDF-1.7\n", ["a PDF document"]),
    "wrapped": (
        FILE.replace("than most", "than\nmost"),
        ["line 8", "end of line 7", "wrapped or cut", "git diff --output=kernel.patch"],
    ),
    "beginnings lost": (
        "--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,3 +1,4 @@\nint a;\nint b;\n+int x;\nint c;\n",
        ["line 4", "Blanks at the beginnings of its lines were lost"],
    ),
    "wrapped in a header": (
        FILE.replace("argv, int max)", "argv,\nint max)"),
        ["line 6", "end of line 5", "wrapped or cut"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_named_with_a_remedy(case: str) -> None:
    text, words = CASES[case]
    summary = inspect(text.encode(), "7.3")
    assert summary.refusal is not None
    for word in words:
        assert word in summary.message
    assert summary.message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        FILE,
        FILE.replace("int j = 1;", "int j = f(=3D);"),
        "    quoted:\n    x = y\n\n" + FILE,
        "> an answer\n> to you\n" + FILE,
        HEAD + "Content-Transfer-Encoding: base64\n\n" + FILE,
        " fs/exec.c | 1 +\n 1 file changed\n\n" + FILE,
    ],
)
def test_a_patch_with_something_before_it_is_one(text: str) -> None:
    summary = inspect(text.encode(), "7.3")
    assert summary.refusal is None, summary.message
    assert summary.notes == ()


@pytest.mark.parametrize("head", ["", HEAD + "Content-Transfer-Encoding: quoted-printable\n\n"])
def test_a_mail_that_is_quoted_printable_throughout_is_decoded(head: str) -> None:
    summary = inspect((head + in_quotes()).encode(), "7.3")
    assert summary.refusal is None, summary.message
    assert summary.text == (head + FILE).encode()
    assert "quoted-printable" in summary.notes[0]

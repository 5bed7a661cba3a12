# SPDX-License-Identifier: MIT
"""Small patches for tests."""

from __future__ import annotations

BODY = " context\n-old\n+new\n"
HUNK = "@@ -1,2 +1,2 @@\n" + BODY
FILE = "--- a/fs/exec.c\n+++ b/fs/exec.c\n" + HUNK
NEW = "--- /dev/null\n+++ b/mm/pgfault.c\n@@ -0,0 +1,2 @@\n+one\n+two\n"


def git(path: str, *headers: str) -> str:
    return f"diff --git a/{path} b/{path}\n" + "".join(f"{line}\n" for line in headers)


def of(path: str) -> str:
    """A patch whose names are ``path``, prefix included."""
    return f"--- {path}\n+++ {path}\n{HUNK}"

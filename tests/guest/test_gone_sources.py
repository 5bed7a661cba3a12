# SPDX-License-Identifier: MIT
"""Patches that delete or rename a source: the build ends as one from nothing would."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guest.conftest import grade
from tests.guest.test_bad_submissions import CASES, submission

BUILT = "1.1,1.2"
RENAMED = (
    "diff --git a/lib/bcd.c b/lib/decimal.c\nsimilarity index 100%\n"
    "rename from lib/bcd.c\nrename to lib/decimal.c\n"
)
BCD = """\
// SPDX-License-Identifier: GPL-2.0
#include <linux/bcd.h>
#include <linux/export.h>

unsigned _bcd2bin(unsigned char val)
{
\treturn (val & 0x0f) + (val >> 4) * 10;
}
EXPORT_SYMBOL(_bcd2bin);

unsigned char _bin2bcd(unsigned val)
{
\tconst unsigned int t = (val * 103) >> 10;

\treturn (t << 4) | (val - t * 10);
}
EXPORT_SYMBOL(_bin2bcd);
"""
DELETED = "--- a/lib/bcd.c\n+++ /dev/null\n@@ -1,17 +0,0 @@\n" + "".join(
    f"-{line}\n" for line in BCD.splitlines()
)


def makefile(objects: str) -> str:
    """A patch that has ``objects`` instead of bcd.o in lib/Makefile."""
    rest = "sort.o parser.o debug_locks.o random32.o \\"
    return (
        "diff --git a/lib/Makefile b/lib/Makefile\n--- a/lib/Makefile\n+++ b/lib/Makefile\n"
        f"@@ -55,2 +55,2 @@\n-obj-y += bcd.o {rest}\n+obj-y += {objects}{rest}\n"
        " \t bust_spinlocks.o kasprintf.o bitmap.o scatterlist.o \\\n"
    )


@pytest.mark.parametrize(
    ("patch", "missing"),
    [
        ((CASES / "p-delete/submission/kernel.patch").read_text(), "lib/argv_split"),
        (RENAMED, "lib/bcd"),
        (DELETED, "lib/bcd"),
    ],
)
def test_a_source_that_the_makefile_still_needs(patch: str, missing: str, tmp_path: Path) -> None:
    if patch == RENAMED:
        patch += makefile("bcd.o ").replace("+obj", "+# moved\n+obj").replace("+55,2", "+55,3")
    graded = grade(submission(tmp_path / "in", patch), tmp_path / "out", "--only", BUILT)
    assert graded.status == 1
    assert graded.verdict("build/patch_applies").status == "passed"
    builds = graded.verdict("build/kernel_builds")
    assert builds.status == "failed"
    assert f"nothing to make '{missing}.o' from" in builds.message
    assert f"The patch removes {missing}.c, but the Makefile still needs it" in builds.message


@pytest.mark.parametrize("patch", [DELETED + makefile(""), RENAMED + makefile("decimal.o ")])
def test_a_source_that_the_makefile_no_longer_needs(patch: str, tmp_path: Path) -> None:
    graded = grade(submission(tmp_path / "in", patch), tmp_path / "out", "--only", BUILT)
    assert graded.verdict("build/kernel_builds").status == "passed", graded.output
    assert graded.status == 0

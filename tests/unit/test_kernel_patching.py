# SPDX-License-Identifier: MIT
"""What patch(1) does with the patches that students make, and what we read from it."""

from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

import pytest

from autograder.kernel import patching

OLD = [f"line {number}\n" for number in range(1, 61)]
NEW = [*OLD[:9], "ten\n", *OLD[10:49], "fifty\n", *OLD[50:]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    top = tmp_path / "tree"
    (top / "fs").mkdir(parents=True)
    (top / "fs/a.c").write_text("".join(OLD))
    return top


def diff(old: list[str], new: list[str], name: str = "fs/a.c") -> str:
    before = f"a/{name}" if old else "/dev/null"
    return "".join(difflib.unified_diff(old, new, before, f"b/{name}"))


def apply(top: Path, patch: str) -> tuple[int, patching.PatchReport]:
    file = top.parent / "patch"
    file.write_bytes(patch.encode())
    done = subprocess.run(
        [*patching.COMMAND, f"--input={file}"],
        cwd=top,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, patching.read(done.stdout)


def test_a_patch_that_applies(tree: Path) -> None:
    patch = diff(OLD, NEW) + diff([], ["new\n"], "fs/n.c")
    status, report = apply(tree, patch)
    assert status == 0
    assert report == patching.PatchReport(("fs/a.c", "fs/n.c"), (), ())
    assert (tree / "fs/a.c").read_text() == "".join(NEW)
    assert (tree / "fs/n.c").read_text() == "new\n"


def test_a_series_that_changes_a_file_twice(tree: Path) -> None:
    final = [*NEW[:11], "twelve\n", *NEW[12:]]
    mail = "From 0 Mon Sep 17 00:00:00 2001\nSubject: [PATCH]\n\n---\n fs/a.c | 2 +-\n\n"
    end = "-- \n2.39.2\n\n"
    patch = mail + diff(OLD, NEW) + end + mail + diff(NEW, final) + end
    status, report = apply(tree, patch)
    assert (status, report.problems) == (0, ())
    assert report.files == ("fs/a.c",)
    assert (tree / "fs/a.c").read_text() == "".join(final)


def test_a_file_emptied_by_the_patch_goes_away(tree: Path) -> None:
    patch = diff(OLD, []).replace("+++ b/fs/a.c", "+++ /dev/null")
    assert apply(tree, patch)[0] == 0
    assert not (tree / "fs/a.c").exists()


def test_offsets_are_fine_and_fuzz_is_noted(tree: Path) -> None:
    (tree / "fs/a.c").write_text("more\nmore\n" + "".join(OLD))
    status, report = apply(tree, diff(OLD, NEW))
    assert (status, report.notes) == (0, ())
    (tree / "fs/a.c").write_text("".join(OLD).replace("line 7\n", "seven\n"))
    status, report = apply(tree, diff(OLD, NEW))
    assert status == 0
    (note,) = report.notes
    assert "hunk 1 of fs/a.c" in note


def test_crlf_is_noted(tree: Path) -> None:
    status, report = apply(tree, diff(OLD, NEW).replace("\n", "\r\n"))
    assert status == 0
    assert "CRLF" in report.notes[0]
    assert (tree / "fs/a.c").read_text() == "".join(NEW)


def test_a_hunk_that_does_not_apply_is_named(tree: Path) -> None:
    (tree / "fs/a.c").write_text("".join(OLD).replace("line 10\n", "other\n"))
    status, report = apply(tree, diff(OLD, NEW))
    assert status == 1
    assert report.problems == ("fs/a.c: hunk 1, at line 7",)
    assert not list(tree.rglob("*.rej"))
    assert not list(tree.rglob("*.orig"))


def test_a_patch_that_is_applied_already(tree: Path) -> None:
    (tree / "fs/a.c").write_text("".join(NEW))
    status, report = apply(tree, diff(OLD, NEW))
    assert status != 0
    assert report.problems


def test_a_file_that_is_not_there(tree: Path) -> None:
    status, report = apply(tree, diff(OLD, NEW, "fs/nope.c"))
    assert status == 1
    assert report.problems == ("fs/nope.c: there is no such file in this kernel",)


def test_a_new_file_that_is_there_already(tree: Path) -> None:
    patch = "diff --git a/fs/a.c b/fs/a.c\nnew file mode 100644\n" + diff([], ["new\n"])
    status, report = apply(tree, patch)
    assert status != 0
    assert report.problems == ("fs/a.c: to create, which is there already",)


def test_a_patch_cut_short(tree: Path) -> None:
    patch = diff(OLD, NEW)
    for kept in (len(patch) - 10, len(patch) - 40, 60):
        _, report = apply(tree, patch[:kept])
        assert report.problems, kept


def test_no_patch_at_all(tree: Path) -> None:
    status, report = apply(tree, "hello\n")
    assert status != 0
    assert "garbage" in report.problems[0]


def test_a_script_for_ed_is_not_run(tree: Path) -> None:
    canary = tree.parent / "canary"
    apply(tree, f"--- a/fs/a.c\n+++ b/fs/a.c\n1c\n!touch {canary}\n.\nw\nq\n")
    apply(tree, f"Index: fs/a.c\n1c\n!touch {canary}\n.\nw\nq\n")
    assert not canary.exists()

# SPDX-License-Identifier: MIT
"""The student's commands, without a kernel: trees, patches, copies, archives."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.kernel.build import Baseline
from autograder.kernel.tree import EPOCH
from autograder.student import boot, worktree
from autograder.student.check import Trial, _pack
from autograder.student.kernel import freshen
from autograder.student.mirror import mirror
from autograder.student.project import Project

PATTERNS = "*.o\n.*\n/linux\n*.s\n#\n# Debian\n/*\n!/debian/\n"


def silent(phrase: str, part: float | None) -> None:
    """No progress."""


@pytest.fixture
def baseline(tmp_path: Path) -> Baseline:
    """A tree with sources of the time of unpacking, and an object."""
    tree = tmp_path / "baseline"
    sources = {
        ".gitignore": PATTERNS,
        "Makefile": "all:\n",
        "mm/memory.c": "int a;\nint b;\nint c;\n",
        "mm/.gitignore": "made.h\n",
        "lib/boot.s": "hidden by a pattern, and source\n",
    }
    for name, text in sources.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (EPOCH, EPOCH))
    (tree / "mm/memory.o").write_text("object")
    (tree / ".config").write_text("CONFIG_X=y\n")
    (tree / "linux").write_text("kernel")
    return Baseline("7.3.4", tree, tree / "linux", "", "", "")


@pytest.fixture
def project(tmp_path: Path, baseline: Baseline) -> Project:
    project = Project(tmp_path / "student")
    project.root.mkdir()
    assert worktree.create(project, baseline, silent)
    return project


def test_the_tree_is_one_commit_with_objects_beside_it(
    project: Project, baseline: Baseline
) -> None:
    listed = worktree.git(project.linux, "ls-files").decode().split()
    expected = {".gitignore", "Makefile", "mm/memory.c", "mm/.gitignore", "lib/boot.s"}
    assert set(listed) == expected
    assert worktree.git(project.linux, "status", "--short") == b""
    assert worktree.git(project.linux, "rev-list", "--count", "HEAD").strip() == b"1"
    old, new = baseline.tree / "mm/memory.o", project.linux / "mm/memory.o"
    assert old.stat().st_mtime_ns == new.stat().st_mtime_ns
    assert worktree.difference(project) == b""


def test_setting_up_again_leaves_the_tree_alone(project: Project, baseline: Baseline) -> None:
    (project.linux / "mm/memory.c").write_text("mine\n")
    assert not worktree.create(project, baseline, silent)
    assert (project.linux / "mm/memory.c").read_text() == "mine\n"


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path, baseline: Baseline) -> None:
    project = Project(tmp_path / "other")
    (project.linux).mkdir(parents=True)
    with pytest.raises(UsageError, match="move it away"):
        worktree.create(project, baseline, silent)


def change(project: Project) -> None:
    (project.linux / "mm/memory.c").write_text("int a;\nint mine;\nint c;\n")
    (project.linux / "fs").mkdir()
    (project.linux / "fs/new.c").write_text("int n;\n")
    (project.linux / "fs/new.o").write_text("object")


def test_the_patch_has_what_differs_committed_or_not(project: Project) -> None:
    change(project)
    patch = worktree.difference(project)
    assert b"+int mine;" in patch and b"+++ b/fs/new.c" in patch and b"new.o" not in patch
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    worktree.git(project.linux, "add", "fs/new.c")
    assert worktree.difference(project) == patch
    worktree.git(project.linux, *who, "commit", "--all", "--quiet", "--message", "x")
    assert worktree.difference(project) == patch


def test_making_the_patch_leaves_the_index_alone(project: Project) -> None:
    change(project)
    before = worktree.git(project.linux, "status", "--short")
    worktree.difference(project)
    assert worktree.git(project.linux, "status", "--short") == before


def test_the_patch_applies_to_the_pristine_source(project: Project, baseline: Baseline) -> None:
    change(project)
    patch = worktree.difference(project)
    subprocess.run(["patch", "-s", "-p1", "-d", baseline.tree], input=patch, check=True)
    assert (baseline.tree / "mm/memory.c").read_text() == "int a;\nint mine;\nint c;\n"
    assert (baseline.tree / "fs/new.c").is_file()


def test_a_lost_tag_is_told_with_its_remedy(project: Project) -> None:
    worktree.git(project.linux, "tag", "--delete", "pristine")
    with pytest.raises(UsageError, match="git -C linux tag pristine"):
        worktree.difference(project)


def test_no_source_yet(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make setup"):
        worktree.difference(Project(tmp_path))


def test_a_submission_holds_sources_only(project: Project, tmp_path: Path) -> None:
    change(project)
    project.tools.mkdir()
    for name in ("Makefile", "pgfaultmap.c", "pgfaultmap", "tracepgfault", "x.o"):
        (project.tools / name).write_text(name)
    project.answers.write_text("1. because\n")
    folder = tmp_path / "laid out"
    folder.mkdir()
    trial = Trial.__new__(Trial)
    object.__setattr__(trial, "project", project)
    trial.lay_out(folder)
    archive = tmp_path / "submission.zip"
    _pack(folder, archive)
    with zipfile.ZipFile(archive) as packed:
        assert packed.namelist() == [
            "ANSWERS.md",
            "kernel.patch",
            "tools/Makefile",
            "tools/pgfaultmap.c",
        ]
        assert packed.read("kernel.patch") == worktree.difference(project)
    _pack(folder, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_a_mirror_follows_and_keeps_what_is_its_own(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for name in ("a.c", "sub/b.c", "sub/own.o", "gone/x"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    (source / "link").symlink_to("a.c")

    def own(name: str) -> bool:
        return name.endswith("own.o")

    assert mirror(source, target, own) == 4
    assert not (target / "sub/own.o").exists()
    (target / "sub/own.o").write_text("mine")
    assert mirror(source, target, own) == 0
    (source / "a.c").write_text("changed")
    (source / "gone/x").unlink()
    (source / "gone").rmdir()
    assert mirror(source, target, own) == 1
    assert (target / "a.c").read_text() == "changed" and not (target / "gone").exists()
    assert (target / "sub/own.o").read_text() == "mine" and (target / "link").is_symlink()
    times = [(folder / "a.c").stat().st_mtime_ns for folder in (source, target)]
    assert times[0] == times[1]


def test_the_second_tree_switches_hostfs_on_and_nothing_else(tmp_path: Path) -> None:
    linux, target = tmp_path / "linux", tmp_path / "boot"
    files = {
        ".config": "CONFIG_A=y\n# CONFIG_HOSTFS is not set\n",
        "include/config/auto.conf": "CONFIG_A=y\n",
        "include/config/A": "",
        "include/generated/autoconf.h": "#define CONFIG_A 1\n",
        "mm/memory.o": "object",
        "mm/memory.c": "source",
        "fs/built-in.a": "archive",
        "fs/.built-in.a.cmd": "how",
        "linux": "kernel",
        ".git/index": "git",
    }
    for name, text in files.items():
        (linux / name).parent.mkdir(parents=True, exist_ok=True)
        (linux / name).write_text(text)
    boot.refresh(linux, target, ["memory"])
    made = sorted(str(p.relative_to(target)) for p in target.rglob("*") if p.is_file())
    assert made == [
        ".config",
        "include/config/A",
        "include/config/HOSTFS",
        "include/config/auto.conf",
        "include/generated/autoconf.h",
        "mm/memory.c",
    ]
    assert (target / ".config").read_text() == "CONFIG_A=y\nCONFIG_HOSTFS=y\n"
    assert "#define CONFIG_HOSTFS 1" in (target / "include/generated/autoconf.h").read_text()
    boot.refresh(linux, target, [])
    assert (target / "mm/memory.o").read_text() == "object"


def test_a_file_put_back_with_its_old_time_is_built_again(tmp_path: Path) -> None:
    (tmp_path / "mm").mkdir()
    source = tmp_path / "mm/memory.c"

    def put(text: str) -> float:
        """Write an old file, look what the next build is told, return its time."""
        source.write_text(text)
        os.utime(source, (EPOCH, EPOCH))
        freshen(tmp_path, [] if text == "pristine" else ["mm/memory.c"])
        return source.stat().st_mtime

    assert put("first") > EPOCH  # the objects that the tree began with may be younger
    assert put("first") == EPOCH
    assert put("second") > EPOCH
    assert put("pristine") > EPOCH
    assert put("pristine") == EPOCH
    assert put("second") > EPOCH

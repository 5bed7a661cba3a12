# SPDX-License-Identifier: MIT
"""What real tools write is accepted, and patch(1) touches nothing that we did not see."""

from __future__ import annotations

import os
import posixpath
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.intake.patch import inspect

pytestmark = pytest.mark.skipif(
    not (shutil.which("patch") and shutil.which("git") and shutil.which("diff")),
    reason="needs patch, git and diff",
)

LINES = [f"line {number}\n" for number in range(1, 10)]
TREE = ("fs/a.c", "fs/b.c", "fs/old.c", "mm/c d.c", "arch/x.c", "Makefile", "a.c", "x/fs/a.c")
TOUCHED = re.compile(
    r"^checking file (.*?)(?: \((?:already )?(?:renamed|copied) from (.*)\))?$", re.MULTILINE
)


def make_tree(root: Path) -> None:
    for name in TREE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("".join(LINES))


def change_tree(root: Path) -> None:
    """Change, add, delete and rename, with awkward names and ends."""
    (root / "fs/a.c").write_text("".join(["first\n", *LINES[:4], "-- dashes\n", *LINES[5:]]))
    (root / "mm/c d.c").write_text("".join(LINES).rstrip("\n"))
    (root / "fs/é.c").write_text("new\n")
    (root / "mm/new.c").write_text("++ plus\n-- minus\n")
    (root / "fs/b.c").unlink()
    (root / "fs/old.c").rename(root / "fs/renamed.c")


def run(
    *command: str, folder: Path, text: bytes | None = None, status: tuple[int, ...] = (0,)
) -> bytes:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{
            f"GIT_{who}_{what}": "a@b"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    done = subprocess.run(
        command,
        cwd=folder,
        input=text,
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode in status, done.stderr
    return done.stdout


def touched_by_patch(tree: Path, text: bytes) -> list[str]:
    """The paths that patch(1) says it would touch."""
    output = run(
        "patch", "-p1", "--dry-run", "--batch", "--force", folder=tree, text=text, status=(0, 1, 2)
    )
    names = [
        name
        for match in TOUCHED.finditer(output.decode(errors="replace"))
        for name in match.groups()
        if name
    ]
    return [posixpath.normpath(unquoted(name)) for name in names]


def unquoted(name: str) -> str:
    name = name.strip("'")
    if not name.startswith('"'):
        return name
    return name[1:-1].encode().decode("unicode_escape").encode("latin-1").decode()


MENDED_OPTIONS = {
    "git diff, no prefix": ("-c", "diff.noprefix=true"),
    "git diff, colours": ("-c", "color.ui=always"),
    "git diff, colours of white space": (
        "-c",
        "color.ui=always",
        "-c",
        "core.whitespace=tab-in-indent",
    ),
}


def made_by(tool: str, folder: Path) -> bytes:
    """The patch that ``tool`` makes of change_tree()."""
    old, new = folder / "linux.orig", folder / "linux"
    make_tree(old)
    make_tree(new)
    if tool == "diff":
        change_tree(new)
        return run("diff", "-ruN", "linux.orig", "linux", folder=folder, status=(1,))
    if tool == "diff --color":
        change_tree(new)
        command = ("diff", "-ruN", "--color=always", "linux.orig", "linux")
        return run(*command, folder=folder, status=(1,))
    if tool == "git diff, one level up":
        run("git", "init", "-q", folder=folder)
        run("git", "add", "linux", folder=folder)
        run("git", "commit", "-q", "-m", "pristine", folder=folder)
        change_tree(new)
        run("git", "add", "-A", "linux", folder=folder)
        return run("git", "diff", "--cached", "-M", folder=folder)
    run("git", "init", "-q", folder=new)
    run("git", "add", ".", folder=new)
    run("git", "commit", "-q", "-m", "pristine", folder=new)
    if tool == "format-patch":
        (new / "fs/a.c").write_text("".join(["only\n", *LINES]))
        run("git", "commit", "-q", "-a", "-m", "fs: first\n\nWhy.", folder=new)
    change_tree(new)
    run("git", "add", "-A", folder=new)
    if tool == "git diff":
        return run("git", "diff", "--cached", folder=new)
    if tool == "git diff -M --patch-with-stat":
        return run("git", "diff", "--cached", "-M", "--patch-with-stat", folder=new)
    if tool in MENDED_OPTIONS:
        option = MENDED_OPTIONS[tool]
        return run("git", *option, "diff", "--cached", "-M", folder=new)
    run("git", "commit", "-q", "-m", "mm: second", folder=new)
    return run("git", "format-patch", "--stdout", "HEAD~2", folder=new)


def with_crlf(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def with_mark(text: bytes) -> bytes:
    return b"\xef\xbb\xbf" + text


def without_end(text: bytes) -> bytes:
    return text.removesuffix(b"\n")


@pytest.mark.parametrize(
    "tool",
    [
        *("diff", "git diff", "git diff -M --patch-with-stat", "format-patch"),
        *("diff --color", "git diff, one level up", *MENDED_OPTIONS),
    ],
)
@pytest.mark.parametrize("spoil", [bytes, with_crlf, with_mark, without_end])
def test_patches_of_real_tools_are_accepted(
    tool: str, spoil: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    summary = inspect(spoil(made_by(tool, tmp_path)), "7.3")
    text = summary.text
    assert summary.refusal is None, summary.message
    expected = {"fs/a.c", "fs/b.c", "fs/é.c", "fs/old.c", "fs/renamed.c", "mm/new.c", "mm/c d.c"}
    assert set(summary.files) == expected
    touched = touched_by_patch(tmp_path / "linux.orig", text)
    assert touched
    assert set(touched) <= set(summary.files)
    run("patch", "-p1", "--batch", "-s", folder=tmp_path / "linux.orig", text=text)
    for name in expected - {"fs/b.c", "fs/old.c"}:
        assert (tmp_path / "linux.orig" / name).read_bytes() == (
            tmp_path / "linux" / name
        ).read_bytes()


NAMES = (
    *("a/fs/a.c", "b/fs/a.c", "b/fs/b.c", "b/fs/new.c", "b/fs/n w.c", "b/fs/a.c x", "b/fs/a.c \t"),
    *("b/mm/c d.c\t2026-01-01 00:00:00", '"b/fs/a.c"', "b//fs/a.c", "b/./fs/a.c", "/dev/null"),
    *("a/arch/x.c", '"b/\\141rch/x.c"', "a/Makefile", "arch/x.c b/fs/a.c", "b/fs/../arch/x.c"),
)
HUNKS = (
    "@@ -3,3 +3,3 @@\n line 3\n-line 4\n+line IV\n line 5\n",
    "@@ -3,3 +3,3 @@\n line 3\n--- b/arch/x.c\n+line IV\n line 5\n",
    "@@ -0,0 +1 @@\n+new\n",
    "@@ -1,9 +0,0 @@\n" + "".join(f"-{line}" for line in LINES),
)


def scrap(chance: random.Random) -> str:
    """A piece of a patch, harmless or not."""
    indent = chance.choice(("", "", "", "", " ", "X", "\t", "- "))
    one, two, hunk = chance.choice(NAMES), chance.choice(NAMES), chance.choice(HUNKS)
    return chance.choice(
        (
            f"--- {one}\n+++ {two}\n{hunk}",
            f"--- a/fs/a.c\n+++ b/fs/a.c\n{hunk}",
            f"--- a/fs/b.c\n+++ /dev/null\n{hunk}",
            f"{indent}--- {one}\n{indent}+++ {two}\n{hunk}",
            f"{indent}{chance.choice(('--- ', '+++ ', '*** ', 'Index: '))}{one}\n",
            f"{indent}diff --git {one} {two}\n",
            f"diff --git a/fs/a.c b/fs/r.c\nrename from {one}\nrename to {two}\n",
            "diff --git a/fs/a.c b/fs/r.c\nrename from fs/a.c\nrename to fs/r.c\n",
            "new file mode 100644\n",
            "index e69de29..1234567 100644\n",
            f"{indent}{hunk}",
            chance.choice(("# a comment\n", "\n", "prose\n", "5d\n", ".\n", "-- \n2.39.2\n")),
        )
    )


def test_patch_touches_only_what_the_summary_lists(tmp_path: Path) -> None:
    make_tree(tmp_path)
    chance = random.Random(2007)
    accepted = 0
    for _ in range(1500):
        text = "".join(scrap(chance) for _ in range(chance.randint(1, 4)))
        if chance.random() < 0.3:
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(" \n/-+@\t") + text[at + chance.randint(0, 2) :]
        summary = inspect(text.encode(), "7.3")
        if summary.refusal is None:
            accepted += 1
            assert set(touched_by_patch(tmp_path, summary.text)) <= set(summary.files), text
    assert accepted > 100

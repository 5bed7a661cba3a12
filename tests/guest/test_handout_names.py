# SPDX-License-Identifier: MIT
"""What the assignment says of the kernel's source is so in the source of the series."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.course import COURSE_FILE, load
from autograder.handout.text import assignment
from autograder.kernel import ready
from autograder.sandbox.sandbox import choose
from tests.guest.conftest import ROOT
from tests.reference import SERIES

FOLDERS = ("arch/um", "arch/x86/um", "fs", "include", "init", "ipc", "kernel", "lib", "mm")
OF_THE_STUDENT = {"linux/", "fs/", "include/", "init/", "ipc/", "kernel/", "lib/", "mm/"}


@pytest.fixture(scope="module")
def tree() -> Path:
    cache = Cache.default()
    return ready.baseline(SERIES, cache, choose(), lambda phrase, part: None).tree


@pytest.fixture(scope="module")
def text() -> str:
    return assignment(load(ROOT / COURSE_FILE)).markdown


def defined(tree: Path, name: str, within: list[str]) -> bool:
    """Whether a function or macro ``name`` is defined in one of the files or folders."""
    pattern = rf"^[A-Za-z_#].*\b{name}\(|^{name}\(|^DEFINE_.*\({name}\b"
    done = subprocess.run(
        ["grep", "-rqE", "--include=*.[ch]", pattern, *within],
        cwd=tree,
        check=False,
    )
    return done.returncode == 0


def test_functions_exist(tree: Path, text: str) -> None:
    names = set(re.findall(r"`([a-z_][a-z0-9_]*)\(\)`", text))
    assert len(names) > 40
    missing = [name for name in sorted(names) if not defined(tree, name, list(FOLDERS))]
    assert not missing


def test_functions_are_in_the_files_named_beside_them(tree: Path, text: str) -> None:
    pairs = re.findall(r"`([a-z_0-9]+)\(\)`(?:,? in|, both in) `([a-z0-9_/.-]+\.[ch])`", text)
    assert len(pairs) >= 6
    for name, file in pairs:
        assert defined(tree, name, [file]), f"{name} is not in {file}"


def test_files_exist(tree: Path, text: str) -> None:
    files = set(re.findall(r"`((?:arch|fs|include|kernel|mm)/[a-zA-Z0-9_/.-]+\.[ch])`", text))
    assert len(files) >= 10
    for file in files:
        assert (tree / file).is_file(), file


def test_the_first_change_applies(tree: Path, text: str) -> None:
    (change,) = re.findall(r"^```diff\n(.*?)^```", text, re.M | re.S)
    done = subprocess.run(
        ["patch", "-p1", "--dry-run", "--force", "-d", str(tree)],
        input=change,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and "fuzz" not in done.stdout, done.stdout

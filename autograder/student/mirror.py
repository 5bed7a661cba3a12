# SPDX-License-Identifier: MIT
"""Keep a second tree like the first, with file times, but for what is its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path


def mirror(source: Path, target: Path, own: Callable[[str], bool]) -> int:
    """Make ``target`` like ``source`` but for the names that are ``own``; the files copied.

    Names are relative to the top.  A file is taken for the same where size and time are.
    """
    copied = 0
    target.mkdir(parents=True, exist_ok=True)
    for folder, folders, files in os.walk(source):
        here = Path(folder)
        prefix = "" if here == source else f"{here.relative_to(source)}/"
        folders[:] = [name for name in folders if not own(f"{prefix}{name}")]
        there = target / prefix
        there.mkdir(exist_ok=True)
        for name in files:
            if not own(f"{prefix}{name}") and _differ(here / name, there / name):
                (there / name).unlink(missing_ok=True)
                shutil.copy2(here / name, there / name, follow_symlinks=False)
                copied += 1
        present = {*folders, *files}
        for path in list(there.iterdir()):
            if path.name not in present and not own(f"{prefix}{path.name}"):
                _remove(path)
    return copied


def _differ(one: Path, other: Path) -> bool:
    here = one.lstat()
    try:
        there = other.lstat()
    except FileNotFoundError:
        return True
    return (here.st_size, here.st_mtime_ns, here.st_mode) != (
        there.st_size,
        there.st_mtime_ns,
        there.st_mode,
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()

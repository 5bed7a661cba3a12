# SPDX-License-Identifier: MIT
"""A student's way in short: what `python -m tests.student_way` goes in full.

The sources and objects of the reference come from the cache, so that no header's change
has to be compiled here; all commands are those of the assignment's text.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.kernel.build import build_baseline
from autograder.kernel.source import fetch
from autograder.sandbox import choose
from autograder.student.mirror import mirror
from tests.corpus import REFERENCE
from tests.reference import reference_build
from tests.student_way import Block, Command, Way, blocks, commands, grade, start, verdicts

GIT = (".git", ".gitignore")


def silent(phrase: str, part: float | None) -> None:
    """No progress."""


def test_the_text_is_read_as_a_student_reads_it() -> None:
    text = "## 2. Set up\n\n```console\n$ make boot\nguest# ls  # look\n$ make x\n```\n"
    (block,) = blocks(text)
    assert block == Block("2. Set up", "console", ("$ make boot", "guest# ls  # look", "$ make x"))
    assert commands(block) == [
        Command("2. Set up", "make boot", ("ls",)),
        Command("2. Set up", "make x"),
    ]
    with pytest.raises(ValueError, match="neither"):
        commands(Block("", "console", ("rm -rf x",)))


def test_from_the_archive_to_full_marks(tmp_path: Path) -> None:
    cache = Cache.default()
    way = Way(tmp_path, cache.root)
    way.unpack()
    way.borrow_python()
    start(way, quick=True)

    # Where the student would now write for some weeks, the reference is put in place.
    source = fetch("7.3", cache, None, silent)
    sandbox = choose()
    baseline = build_baseline(source, cache, sandbox, silent)
    reference = reference_build(baseline, cache, sandbox, silent)
    mirror(reference.tree, way.home / "linux", lambda name: name in GIT)
    way.put_in_place((), [path.name for path in (REFERENCE / "tools").iterdir() if path.is_file()])
    (way.home / "ANSWERS.md").write_bytes((REFERENCE / "ANSWERS.md").read_bytes())

    assert "files" in way.run(Command("", "make patch")).output
    way.run(Command("", "make check"))
    here = way.result()
    assert set(verdicts(here).values()) == {"passed"}

    # One line changed, and the verdict on one check.
    change = way.home / "linux/fs/proc/pgfault_history.c"
    text = change.read_text()
    change.write_text(text.replace("count > sizeof(text)", "count >= sizeof(text)"))
    failed = way.run(Command("", "make check ONLY=start_answers"), status=2)
    assert "EINVAL" in failed.output or "expected" in failed.output.lower()
    broken = verdicts(way.result())
    change.write_text(text.replace("\tchar text[2];", "\tchar text[2]"))
    words = way.run(Command("", "make kernel"), status=2).output
    assert "fs/proc/pgfault_history.c:" in words and "expected" in words
    change.write_text(text)
    assert broken != verdicts(here)

    way.run(Command("", "make submit"))
    graded = grade(way.home / "submission.zip", tmp_path / "graded", cache.root, here.seed)
    assert verdicts(graded) == verdicts(here)
    assert graded.submission.sha256 == here.submission.sha256

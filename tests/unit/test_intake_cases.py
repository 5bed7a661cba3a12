# SPDX-License-Identifier: MIT
"""Submissions as students hand them in (tests/cases), taken in as a person would read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.intake import Submission, take_in
from autograder.intake.misfits import explain
from autograder.intake.trial import hunks_of
from tests.reference import SERIES

CASES = Path(__file__).parents[1] / "cases"
BASE = (CASES / "00-base" / "kernel.patch").read_bytes()


def taken(name: str, folder: Path) -> Submission:
    return take_in(CASES / name, folder / "work", SERIES)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("00-base", "README"),
        ("a-emacslock/project.tar.gz", "tools/.#pgfaultmap.c', 'submission/tools/#pgfaultmap.c#'"),
        ("a-toolszip/project.zip", "'tools.zip' was unpacked in the place of the folder 'tools'"),
        ("a-twofolders/project.zip", ""),
        ("a-win-cp850/project.zip", ""),
    ],
)
def test_archives_that_are_graded(name: str, note: str, tmp_path: Path) -> None:
    submission = taken(name, tmp_path)
    assert submission.patch == BASE
    assert submission.tools is not None
    assert {"tools/Makefile", "tools/pgfaultmap.c", "tools/tracepgfault.c"} < set(submission.files)
    assert note in "\n".join([*submission.notes, *submission.files])


@pytest.mark.parametrize("name", ["answers-md", "Answers-md", "ANSWERS-txt", "ANSWERS-pdf"])
def test_answers(name: str, tmp_path: Path) -> None:
    submission = taken(f"a-answers/{name}.zip", tmp_path)
    assert submission.patch == BASE
    if name == "ANSWERS-pdf":
        assert "'ANSWERS.pdf' cannot be shown here: a person has to open it." in submission.notes
    else:
        assert submission.answers
        assert submission.notes == []


def test_makefile_txt(tmp_path: Path) -> None:
    submission = taken("a-makefiletxt/project.zip", tmp_path)
    assert submission.patch == BASE
    assert submission.tools_problem is not None
    assert "There is 'tools/Makefile.txt': rename it to exactly 'Makefile'" in (
        submission.tools_problem.message
    )


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("p-color", "colour codes"),
        ("p-crlfpart", "CRLF"),
        ("p-gitparent", "git diff --relative"),
        ("p-nonewline", ""),
        ("p-noprefix", "diff.noprefix"),
    ],
)
def test_patches_that_are_mended(name: str, note: str, tmp_path: Path) -> None:
    submission = taken(f"{name}/submission", tmp_path)
    assert submission.patch == BASE
    assert note in "\n".join(submission.notes)


def test_a_mark_before_a_new_file(tmp_path: Path) -> None:
    submission = taken("p-bomempty/submission", tmp_path)
    assert submission.patch is not None
    assert submission.patch.startswith(b"diff --git a/mm/empty_note.h b/mm/empty_note.h\n")
    assert submission.patch.endswith(BASE)
    assert "byte order mark" in submission.notes[0]


def pristine(name: str) -> str | None:
    """What the base's patch shows of the untouched source."""
    old = [line for h in hunks_of(BASE.decode().split("\n")) if h.file == name for line in h.old]
    return "\n".join(["", *old, ""]) if old else None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("p-reversed", ["is reversed", "Give the untouched source first"]),
        ("p-tabs", ["tabs became blanks", "line 5 of kernel.patch"]),
    ],
)
def test_patches_that_do_not_apply(name: str, words: list[str], tmp_path: Path) -> None:
    submission = taken(f"{name}/submission", tmp_path)
    assert submission.patch is not None
    message = str(explain(submission.patch, pristine, "7.3.4"))
    for word in words:
        assert word in message


def test_the_base_applies() -> None:
    assert explain(BASE, pristine, "7.3.4") is None

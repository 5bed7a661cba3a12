# SPDX-License-Identifier: MIT
"""Written answers are shown, or named as not shown: none is lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.intake import take_in
from tests.reference import SERIES
from tests.unit.test_intake_submission import lay_out, without

TEXT = "My answers: 42.\n"


def taken(folder: Path, files: dict[str, bytes]) -> tuple[str, str]:
    lay_out(folder / "ada", without("ANSWERS.md"))
    for name, data in files.items():
        (folder / "ada" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "ada" / name).write_bytes(data)
    submission = take_in(folder / "ada", folder / "work", SERIES)
    return submission.answers, "\n".join(submission.notes)


@pytest.mark.parametrize(
    "name",
    [
        *("ANSWERS.md", "answers.md", "Answers.MD", "ANSWERS.txt", "ANSWERS", "answers.md.txt"),
        *(
            "Answer.txt",
            "docs/ANSWERS.md",
            "answers (1).md",
            "ANSWERS.markdown",
            "answers_final.txt",
        ),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_read(name: str, encoding: str, tmp_path: Path) -> None:
    assert taken(tmp_path, {name: TEXT.encode(encoding)}) == (TEXT, "")


@pytest.mark.parametrize("name", ["ANSWERS.pdf", "answers.docx", "Answers.odt", "answers.html"])
def test_not_read(name: str, tmp_path: Path) -> None:
    answers, notes = taken(tmp_path, {name: b"%PDF-1.7\n"})
    assert answers == ""
    assert f"'{name}' cannot be shown here: a person has to open it." in notes


def test_no_text_under_the_name_of_one(tmp_path: Path) -> None:
    answers, notes = taken(tmp_path, {"ANSWERS.md": b"PK\x03\x04\0\0"})
    assert answers == ""
    assert "'ANSWERS.md' cannot be shown" in notes


def test_several(tmp_path: Path) -> None:
    files = {"answers.txt": b"other", "ANSWERS.md": TEXT.encode(), "ANSWERS.pdf": b"%PDF"}
    answers, notes = taken(tmp_path, files)
    assert answers == TEXT
    assert "Only 'ANSWERS.md' is shown" in notes
    assert "'answers.txt', 'ANSWERS.pdf'" in notes


def test_sources_are_no_answers(tmp_path: Path) -> None:
    assert taken(tmp_path, {"tools/answers.c": b"int x;", "tools/answering.h": b""}) == ("", "")

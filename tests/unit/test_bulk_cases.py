# SPDX-License-Identifier: MIT
"""Classes as they come: what instructors and students report, each with its right value.

The inputs are in ``tests/cases/c-*``; what is wrong with a name in one of them is wrong with a
kind of names, so that each has variants here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.handed_in import (
    CANVAS,
    MOODLE,
    PATCH,
    TOOLS,
    WHOLE,
    Class,
    Grade,
    archive,
    lay,
)

# The cases as they are.


def test_blackboard_download(case: Callable[[str], Class]) -> None:
    graded = case("c-blackboard")
    assert graded.states() == {"Ada Lovelace": "graded", "Bob Boole": "graded"}
    (ada, bob) = graded.book.entries
    assert ada.record is not None and bob.record is not None
    assert "2026-11-21-09-00-00" in ada.record.path, "the newest attempt"
    assert ada.record.submitted == "2026-11-21T09:00:00+01:00"


def test_canvas_with_split_names(case: Callable[[str], Class]) -> None:
    graded = case("c-canvas-lastfirst")
    assert graded.states() == {"Ada Lovelace": "graded"}, "and no Test Student"


def test_canvas_with_several_files(case: Callable[[str], Class]) -> None:
    graded = case("c-canvas-multi")
    assert graded.files("Lovelace, Ada") == ["ANSWERS.md", *sorted(WHOLE)]
    assert graded.files("Boole, Bob") == sorted(WHOLE)
    assert graded.remarks == ""


def test_canvas_with_what_is_no_archive(case: Callable[[str], Class]) -> None:
    graded = case("c-canvas-notarchive")
    states = graded.states()
    assert states.pop("Eve, Eve") == states.pop("Gus, Gus") == "graded"
    assert graded.taken["eveeve_105"].patch is not None, "a lone kernel.patch is graded"
    assert set(states.values()) == {"cannot be read"} and len(states) == 5
    assert "7-Zip" in graded.rows["Cy, Cy"]["remark"]
    assert "RAR" in graded.rows["Dee, Dee"]["remark"]
    assert "Text was typed in" in graded.rows["Fay, Fay"]["remark"]
    assert "bzip2" in graded.rows["Hal, Hal"]["remark"]
    assert all(
        (graded.out / row["folder"] / "feedback.html").exists() for row in graded.rows.values()
    )


def test_gradescope_with_a_missing_folder(case: Callable[[str], Class]) -> None:
    graded = case("c-gs-missingfolder")
    assert "submission_9: submission_metadata.yml says that Zed Zuse handed it in" in graded.remarks


def test_moodle_in_german(case: Callable[[str], Class]) -> None:
    graded = case("c-moodle-de")
    assert graded.states() == {"Ada Lovelace": "graded", "Bob Böole": "graded"}
    assert graded.rows["Ada Lovelace"]["submitted"] == "2025-12-02T10:37:00+01:00"
    head, ada, _ = graded.moodle()
    assert head[0] == "ID" and head[-1] == "Zuletzt geändert (Bewertung)", "as Moodle asks for it"
    assert ada[0] == "Teilnehmer/in1234567"


def test_moodle_groups(case: Callable[[str], Class]) -> None:
    graded = case("c-moodle-group")
    assert set(graded.states().values()) == {"graded"}
    folders = {name: row["folder"][:7] for name, row in graded.rows.items()}
    assert folders == {"Ada Lovelace": "Group_A", "Bob Boole": "Group_A", "Zed Zuse": "Default"}


def test_moodle_with_a_clock_of_24_hours(case: Callable[[str], Class]) -> None:
    graded = case("c-moodle-time-24h")
    assert graded.rows["Ada Lovelace"]["submitted"] == "2025-12-02T22:37:00+01:00"


def test_a_note_beside_the_archive(case: Callable[[str], Class]) -> None:
    graded = case("c-notewithzip")
    assert graded.files("ada") == sorted(WHOLE)
    assert "readme.txt beside it was left out" in graded.rows["ada"]["remark"]


def test_a_roster_of_excel_s(case: Callable[[str], Class]) -> None:
    assert case("c-roster-sep").rows["Ada"]["state"] != "nothing handed in"


def test_a_roster_with_the_submissions_names(case: Callable[[str], Class]) -> None:
    graded = case("c-roster-subcol")
    folders = {name: row["folder"] for name, row in graded.rows.items()}
    assert folders == {"Ada Lovelace": "team7", "Bob Boole": "team8", "Cy Cole": "team8"}


def test_a_roster_with_two_sections(case: Callable[[str], Class]) -> None:
    graded = case("c-roster-twosections")
    assert graded.states() == {"Ada Lovelace": "graded", "Bob Boole": "graded"}
    assert graded.remarks == ""


# A: parts of one submission.


def test_canvas_numbers_the_files_of_a_second_attempt(tmp_path: Path, grade: Grade) -> None:
    names = ("kernel-1.patch", "Makefile-1", "pgfaultmap-2.c", "tracepgfault-1.c", "ANSWERS-1.md")
    folder = lay(
        tmp_path / "in",
        {f"lovelaceada_LATE_101_{n}_{name}": PATCH for n, name in enumerate(names, 5001)},
    )
    graded = grade(folder, CANVAS + '"Lovelace, Ada",101,s101,ada,A,\n')
    assert graded.files("Lovelace, Ada") == ["ANSWERS.md", *sorted(WHOLE)]
    assert "were put into tools/" in graded.rows["Lovelace, Ada"]["remark"]


def test_two_whole_archives_of_one_attempt(tmp_path: Path, grade: Grade) -> None:
    folder = lay(
        tmp_path / "in",
        {
            "lovelaceada_101_5002_project-1.zip": archive(WHOLE),
            "lovelaceada_101_5001_project.zip": archive({**WHOLE, "tools/old.c": ""}),
        },
    )
    graded = grade(folder, CANVAS + '"Lovelace, Ada",101,s101,ada,A,\n')
    assert graded.files("Lovelace, Ada") == sorted(WHOLE)
    assert "project.zip was left out" in graded.rows["Lovelace, Ada"]["remark"]


def test_an_archive_and_a_report(tmp_path: Path, grade: Grade) -> None:
    folder = lay(
        tmp_path / "in",
        {"lovelaceada_101_5_work.zip": archive(WHOLE), "lovelaceada_101_6_report.pdf": "%PDF"},
    )
    graded = grade(folder)
    assert graded.files("lovelaceada_101") == sorted(WHOLE)


def test_moodle_s_flat_export(tmp_path: Path, grade: Grade) -> None:
    head = "Ada Lovelace_1234_assignsubmission_file_"
    files: dict[str, str | bytes] = {
        f"{head}kernel.patch": PATCH,
        f"{head}tools.zip": archive({name.partition("/")[2]: text for name, text in TOOLS.items()}),
        "Ada Lovelace_1234_assignsubmission_onlinetext_onlinetext.html": "<p>see the files</p>",
    }
    graded = grade(
        lay(tmp_path / "in", files),
        MOODLE + "Participant 1234,Ada Lovelace,s1,ada@x.edu,Submitted,,,100,-,-\n",
    )
    assert graded.files("Ada Lovelace") == sorted(WHOLE)
    assert graded.states() == {"Ada Lovelace": "graded"}


def test_archives_of_the_kernel_and_of_the_tools_in_a_folder(tmp_path: Path, grade: Grade) -> None:
    files: dict[str, str | bytes] = {
        "ada/kernel.zip": archive({"work/kernel.patch": PATCH}),
        "ada/tools.zip": archive(TOOLS),
        "bob/kernel.patch": PATCH,
        "bob/tools.7z": b"7z\xbc\xaf\x27\x1c",
    }
    graded = grade(lay(tmp_path / "in", files))
    assert graded.files("ada") == sorted(WHOLE)
    assert "tools.7z cannot be read: The file is a 7-Zip archive" in graded.rows["bob"]["remark"]


def test_a_hostile_part_is_refused_and_the_rest_graded(tmp_path: Path, grade: Grade) -> None:
    files: dict[str, str | bytes] = {
        "ada/kernel.patch": PATCH,
        "ada/tools.zip": archive({"../../../outside": "x"}),
    }
    graded = grade(lay(tmp_path / "in", files))
    assert "tools.zip cannot be read" in graded.rows["ada"]["remark"]
    assert not list(tmp_path.rglob("outside"))


def test_the_folder_is_graded_where_its_archive_cannot_be_read(
    tmp_path: Path, grade: Grade
) -> None:
    files: dict[str, str | bytes] = {f"ada/work/{name}": text for name, text in WHOLE.items()}
    graded = grade(lay(tmp_path / "in", {**files, "ada/work.rar": b"Rar!"}))
    assert graded.files("ada") == sorted(WHOLE)


def test_a_second_run_with_parts_grades_nothing(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"ada/kernel.patch": PATCH, "ada/tools.zip": archive(TOOLS)})
    assert grade(folder).taken
    assert not grade(folder).taken


# B: nobody who handed in has handed in nothing.


@pytest.mark.parametrize(
    "name",
    ["ada.7z", "ada.rar", "ada.gz", "ada.tar.bz2", "ada.tar.zst", "ada.docx", "ada.txt", "ada.pdf"],
)
def test_whatever_was_handed_in_is_somebody_s(tmp_path: Path, grade: Grade, name: str) -> None:
    folder = lay(tmp_path / "in", {name: b"what is this", "bob.zip": archive(WHOLE)})
    graded = grade(folder, "id,name\nada,Ada\nbob,Bob\n")
    assert graded.states() == {"Ada": "cannot be read", "Bob": "graded"}
    assert graded.rows["Ada"]["remark"]


@pytest.mark.parametrize("name", ["ada.patch", "ada.diff"])
def test_a_patch_with_its_student_s_name(tmp_path: Path, grade: Grade, name: str) -> None:
    graded = grade(lay(tmp_path / "in", {name: PATCH}), "id,name\nada,Ada\n")
    assert graded.files("Ada") == ["kernel.patch"]


def test_typed_text_of_each_system(tmp_path: Path, grade: Grade) -> None:
    files: dict[str, str | bytes] = {
        "Ada Lovelace_1234_assignsubmission_onlinetext/onlinetext.html": "<p>my repo</p>",
        "boolebob_LATE_102_text.html": "my repo",
        "colecy_103_link.html": "https://example.org",
        "book_lab_dee_attempt_2026-11-21-09-00-00.txt": "Name: Dee",
    }
    graded = grade(lay(tmp_path / "in", files))
    assert set(graded.states().values()) == {"cannot be read"} and len(graded.rows) == 4


def test_names_that_are_not_utf_8(tmp_path: Path, grade: Grade) -> None:
    """As unzip leaves those of an export that was made on Windows."""
    folder = lay(tmp_path / "in", {"ada.zip": archive(WHOLE)})
    odd = os.fsencode(folder) + b"/B\xf6le_12_assignsubmission_file"
    Path(os.fsdecode(odd)).mkdir()
    for name in (b"/kernel.patch", b"/gr\xfc\xdfe.zip", b"/tools.zip"):
        Path(os.fsdecode(odd + name)).write_bytes(
            archive(TOOLS) if b"zip" in name else PATCH.encode()
        )
    Path(os.fsdecode(os.fsencode(folder) + b"/n\xf6.txt")).write_text("?")
    graded = grade(folder, "id,name\nada,Ada\n")
    assert len(graded.taken) == 2
    assert "nobody on the roster is Böle_12" in graded.remarks
    assert not grade(folder).taken
    Path(os.fsdecode(os.fsencode(folder) + b"/z\x94e.zip")).write_bytes(archive(WHOLE))
    graded = grade(folder, "id,name\nada,Ada\n1,Zöe\n2,Böle\n")
    assert set(graded.states().values()) == {"graded"} and len(graded.rows) == 3

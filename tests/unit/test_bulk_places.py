# SPDX-License-Identifier: MIT
"""Where an export lies, how its system names things, what others may not read, and the way back."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.bulk import returning
from autograder.bulk.classbook import ClassBook
from autograder.bulk.shelf import ClassList, Shelf
from autograder.errors import UsageError
from tests.classroom import LOST, ROSTER, make_class, states
from tests.handed_in import (
    CASES,
    COURSE,
    PATCH,
    TOOLS,
    WHOLE,
    Class,
    Grade,
    archive,
    lay,
)

# J: what the kit wrote, and where the export lies.


def test_the_grades_are_no_submission(
    tmp_path: Path, grade: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lay(tmp_path / "in", {"ada/kernel.patch": PATCH, "bob.zip": archive(WHOLE)})
    monkeypatch.chdir(folder)
    assert set(grade(Path(), out=Path("grades")).rows) == {"ada", "bob"}
    again = grade(Path(), out=Path("grades"))
    assert set(again.rows) == {"ada", "bob"} and not again.taken
    other = grade(Path(), out=tmp_path / "other")
    assert set(other.rows) == {"ada", "bob"}, "another run's grades are none either"
    with pytest.raises(UsageError, match="name another one for the grades"):
        grade(Path(), out=Path())


@pytest.mark.parametrize("depth", ["course", "course/lab 1"])
def test_an_export_that_lies_deeper(tmp_path: Path, grade: Grade, depth: str) -> None:
    lay(
        tmp_path / "in" / depth,
        {
            "Ada_12_assignsubmission_file/w.zip": archive(WHOLE),
            "Bob_13_assignsubmission_file/w.zip": archive(WHOLE),
        },
    )
    assert len(grade(tmp_path / "in").rows) == 2


def test_plain_folders_that_lie_deeper(tmp_path: Path, grade: Grade) -> None:
    lay(tmp_path / "in" / "lab", {"ada/kernel.patch": PATCH, "bob/kernel.patch": PATCH})
    assert set(grade(tmp_path / "in").rows) == {"ada", "bob"}


@pytest.mark.parametrize(
    "files",
    [
        {"ada/kernel.patch": PATCH, "ada/tools/Makefile": ""},
        {"ada/w.zip": archive(WHOLE), "ada/note.txt": ""},
        {"ada/kernel.zip": archive(WHOLE), "ada/tools.zip": archive(TOOLS)},
        {"ada.zip": archive(WHOLE)},
        {"ada/work/kernel.patch": PATCH, "ada/work/tools/Makefile": ""},
    ],
)
def test_a_class_of_one_is_not_looked_into(
    tmp_path: Path, grade: Grade, files: dict[str, str | bytes]
) -> None:
    assert set(grade(lay(tmp_path / "in", files)).rows) == {"ada"}


@pytest.mark.parametrize("inside", ["", "course/"])
@pytest.mark.parametrize("direct", [True, False])
def test_the_export_is_a_zip(tmp_path: Path, grade: Grade, inside: str, direct: bool) -> None:
    members = {
        f"{inside}Ada Löw_12_assignsubmission_file/kernel.patch": PATCH,
        f"{inside}Bob_13_assignsubmission_file/kernel.patch": PATCH,
    }
    lay(tmp_path / "in", {"lab-1.zip": archive(members)})
    place = tmp_path / "in" / "lab-1.zip" if direct else tmp_path / "in"
    assert len(grade(place).rows) == 2
    again = grade(place)
    assert len(again.rows) == 2 and not again.taken


def test_one_submission_is_no_class(tmp_path: Path, grade: Grade) -> None:
    with pytest.raises(UsageError, match="is one submission, not a folder of submissions"):
        grade(lay(tmp_path / "in", WHOLE))


def test_gradescope_s_export_as_a_zip(tmp_path: Path, grade: Grade) -> None:
    members = {
        f"assignment_777_export/{path.relative_to(source)}": path.read_bytes()
        for source in [CASES / "c-gs-missingfolder" / "export" / "assignment_777_export"]
        for path in source.rglob("*")
        if path.is_file()
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        for name, content in members.items():
            written.writestr(name, content)
    graded = grade(lay(tmp_path / "in", {"submissions.zip": stream.getvalue()}))
    assert graded.states() == {"Ada Lovelace": "graded"}


def test_an_export_that_leads_out_of_itself(tmp_path: Path, grade: Grade) -> None:
    lay(tmp_path / "in", {"x.zip": archive({"../../evil": "", "a_1_assignsubmission_file/k": ""})})
    with pytest.raises(UsageError, match="cannot be unpacked"):
        grade(tmp_path / "in" / "x.zip")


# Brightspace and ILIAS, as public reports have their names.


@pytest.mark.parametrize("mark", ["/", " - "])
def test_brightspace(tmp_path: Path, grade: Grade, mark: str) -> None:
    head = "412-7788 - Ada Lovelace - Nov {}, 2026 1011 AM"
    files: dict[str, str | bytes] = {
        f"{head.format(20)}{mark}old.zip": archive({**WHOLE, "tools/old.c": ""}),
        f"{head.format(21)}{mark}kernel.patch": PATCH,
        f"{head.format(21)}{mark}tools.zip": archive(TOOLS),
        "index.html": "<html>",
    }
    roster = "OrgDefinedId,Username,Last Name,First Name,Email\n#0042,#ada,Lovelace,Ada,a@x.edu\n"
    graded = grade(lay(tmp_path / "in", files), roster)
    assert graded.states() == {"Ada Lovelace": "graded"}
    assert graded.files("Ada Lovelace") == sorted(WHOLE)
    assert graded.rows["Ada Lovelace"]["id"] == "0042"
    assert graded.rows["Ada Lovelace"]["submitted"] == "2026-11-21T10:11:00+01:00"


def test_ilias(tmp_path: Path, grade: Grade) -> None:
    files: dict[str, str | bytes] = {
        "Lovelace_Ada_ab12_4711/w.zip": archive(WHOLE),
        "Boole_Bob_cd34_4712/w.zip": archive(WHOLE),
    }
    roster = "Anmeldename;Nachname;Vorname;Matrikelnummer\nab12;Lovelace;Ada;1\ncd34;Boole;Bob;2\n"
    assert set(grade(lay(tmp_path / "in", files), roster).states().values()) == {"graded"}


def test_blackboard_logins_with_underscores(tmp_path: Path, grade: Grade) -> None:
    head = "gradebook_OS_1_Lab_{}_attempt_2026-11-21-09-00-00"
    files: dict[str, str | bytes] = {
        f"{head.format('s_ada')}_kernel.patch": PATCH,
        f"{head.format('s_ada')}_tools.zip": archive(TOOLS),
        f"{head.format('s_ada')}.txt": "Name: Ada",
        f"{head.format('bob')}_w.zip": archive(WHOLE),
    }
    graded = grade(lay(tmp_path / "in", files), "Username,Name\ns_ada,Ada\nbob,Bob\n")
    assert graded.states() == {"Ada": "graded", "Bob": "graded"}
    assert graded.files("Ada") == sorted(WHOLE)


# I: what others may not read.


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_results_are_their_owner_s_only(tmp_path: Path, grade: Grade, umask: int) -> None:
    folder = lay(tmp_path / "in", {"ada/kernel.patch": PATCH, "ada/tools.zip": archive(TOOLS)})
    old = os.umask(umask)
    try:
        graded = grade(folder)
    finally:
        os.umask(old)
    for path in [graded.out, *graded.out.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    text = (graded.out / "journal.jsonl").stat()
    assert text.st_mode & 0o777 == 0o600


# The way back.


def feedback(graded: Class) -> dict[str, list[str]]:
    """What is in the uploads."""
    written = returning.write(graded.book, Shelf(graded.out), graded.out / "feedback")
    found = {}
    for upload in written:
        if upload.path.is_dir():
            found[upload.path.name] = sorted(entry.name for entry in upload.path.iterdir())
        else:
            with zipfile.ZipFile(upload.path) as archive:
                assert archive.testzip() is None
                found[upload.path.name] = archive.namelist()
    return found


def test_feedback_for_moodle(case: Callable[[str], Class]) -> None:
    graded = case("c-moodle-group")
    assert feedback(graded) == {
        "moodle.zip": [
            "Ada Lovelace_55_assignsubmission_file_feedback.html",
            "Bob Boole_56_assignsubmission_file_feedback.html",
            "Zed Zuse_57_assignsubmission_file_feedback.html",
        ],
        "by-id": ["ada@example.org", "bob@example.org", "zed@example.org"],
    }


def test_feedback_for_canvas(case: Callable[[str], Class]) -> None:
    graded = case("c-canvas-multi")
    assert feedback(graded) == {
        "canvas.zip": [
            "boolebob_102_5009_feedback.html",
            "lovelaceada_101_5001_feedback.html",
        ],
        "by-id": ["s101", "s102"],
    }
    for path in (graded.out / "feedback").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_feedback_for_others(tmp_path: Path, grade: Grade) -> None:
    head = "412-7788 - Ada Lovelace - Nov 21, 2026 1011 AM"
    graded = grade(lay(tmp_path / "in", {f"{head} - w.zip": archive(WHOLE)}))
    assert feedback(graded)["brightspace.zip"] == [f"{head}/feedback.html"]
    files: dict[str, str | bytes] = {"Lovelace_Ada_ab12_4711/w.zip": archive(WHOLE)}
    graded = grade(lay(tmp_path / "ilias", files), out=tmp_path / "other")
    assert feedback(graded)["ilias.zip"] == ["Lovelace_Ada_ab12_4711/feedback.html"]
    # What was written there is no submission, and is written again.
    assert set(grade(tmp_path / "ilias", out=tmp_path / "other").taken) == set()
    assert len(feedback(graded)) == 2


def test_feedback_of_nobody(tmp_path: Path) -> None:
    Shelf(tmp_path).write_class(ClassList(submissions="", series="7.3", names=["ada"]))
    book = ClassBook.read(Shelf(tmp_path), COURSE)
    with pytest.raises(UsageError, match="no page"):
        returning.write(book, Shelf(tmp_path), tmp_path / "feedback")


def test_the_synthetic_class_has_what_students_hand_in(tmp_path: Path, grade: Grade) -> None:
    """Those of ``make class-test``: here without kernels, so that the states alone are tried."""
    kinds = make_class(tmp_path / "in", 9, tmp_path, light=True)
    expected = states(kinds)
    assert len(expected) == 8
    graded = grade(tmp_path / "in", tmp_path / ROSTER)
    assert {name: graded.states()[name] for name in expected} == expected
    assert graded.rows["Second Of The Pair"]["folder"] != graded.rows["Pair"]["folder"]
    assert graded.canvas()[LOST] == ""

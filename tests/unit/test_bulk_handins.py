# SPDX-License-Identifier: MIT
"""What a class handed in: folders, exports of three systems, and rosters."""

from __future__ import annotations

import zipfile
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.bulk.handins import RESERVED, TYPED, content_sha256, discover, safe_name
from autograder.bulk.students import Roster, Student
from autograder.errors import UsageError

UTC = timezone.utc
METADATA = """---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :email: ada@example.edu
    :sid: '007'
  - :name: Bob
    :email: bob@example.edu
    :sid: ''
  :created_at: 2026-11-30 22:59:58.123456000 Z
  :score: 3.0
  :results: {output: ''}
submission_12:
  :submitters:
  - :name: Ada Lovelace
    :email: ada@example.edu
    :sid: '007'
  :created_at: 2026-12-01 10:00:00 +01:00
"""


def folder(path: Path, text: str = "x") -> Path:
    path.mkdir(parents=True)
    (path / "kernel.patch").write_text(text)
    return path


def test_folders_and_archives(tmp_path: Path) -> None:
    folder(tmp_path / "ada")
    with zipfile.ZipFile(tmp_path / "bob.zip", "w") as archive:
        archive.writestr("kernel.patch", "x")
    (tmp_path / "notes.txt").write_text("not a submission")
    (tmp_path / "link").symlink_to(tmp_path / "ada")
    found = discover(tmp_path, Roster())
    assert [(handin.name, handin.students[0].id) for handin in found.handins] == [
        ("ada", "ada"),
        ("bob", "bob"),
    ]
    assert found.remarks == [
        "link: links are not followed",
        "notes.txt: neither a folder nor an archive",
    ]


def test_gradescope_groups_times_and_the_latest(tmp_path: Path) -> None:
    export = tmp_path / "assignment_1_export"
    folder(export / "submission_11")
    folder(export / "submission_12")
    folder(export / "submission_13")
    (export / "submission_metadata.yml").write_text(METADATA)
    found = discover(tmp_path, Roster())
    ada, bob = found.handins
    assert ada.name == "007"
    assert ada.path.name == "submission_12"
    assert ada.submitted == datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    assert (bob.name, bob.path.name) == ("bob@example.edu", "submission_11")
    assert [student.name for student in bob.students] == ["Bob"]
    assert found.remarks == [
        "submission_13: submission_metadata.yml does not describe it",
        "submission_11: does not count for Ada Lovelace, who handed in submission_12 later",
    ]


def test_gradescope_members_of_a_group(tmp_path: Path) -> None:
    folder(tmp_path / "submission_11")
    (tmp_path / "submission_metadata.yml").write_text(METADATA)
    (handin,) = discover(tmp_path, Roster()).handins
    assert [student.key for student in handin.students] == ["007", "bob@example.edu"]
    assert handin.submitted is not None and handin.submitted.second == 58


@pytest.mark.parametrize(
    "text", ["[1, 2]", "submission_11: 3", "submission_11: {':submitters:': 5}", "a: [", "{}\0"]
)
def test_a_file_that_gradescope_did_not_write(tmp_path: Path, text: str) -> None:
    folder(tmp_path / "submission_11")
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(UsageError, match=r"submission_metadata\.yml"):
        discover(tmp_path, Roster())


def test_yaml_makes_no_objects(tmp_path: Path) -> None:
    folder(tmp_path / "submission_11")
    text = "submission_11: !!python/object/apply:os.mkdir ['made']"
    (tmp_path / "submission_metadata.yml").write_text(text)
    with pytest.raises(UsageError, match="cannot be read"):
        discover(tmp_path, Roster())


def test_canvas_names_resubmissions_and_lateness(tmp_path: Path) -> None:
    for name in (
        "lovelaceada_4711_100_submission.zip",
        "lovelaceada_LATE_4711_105_submission-1.zip",
        "babbagecharles_4712_101_submission.zip",
    ):
        (tmp_path / name).write_bytes(b"PK")
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Project 1 (9)\n"
        "    Points Possible,,,,,100\n"
        '"Lovelace, Ada",4711,s007,ada,A,\n'
        '"Babbage, Charles",4712,s008,charles,B,\n'
    )
    found = discover(tmp_path, Roster.read(roster, UTC))
    assert [handin.name for handin in found.handins] == [
        safe_name("babbagecharles_4712"),
        safe_name("lovelaceada_4711"),
    ]
    charles, ada = found.handins
    assert (charles.students[0].id, charles.students[0].canvas) == ("s008", "4712")
    assert ada.path.name == "lovelaceada_LATE_4711_105_submission-1.zip"
    assert "late" in ada.remark and not charles.remark


def test_moodle_names_and_times(tmp_path: Path) -> None:
    inner = tmp_path / "Ada Lovelace_1234_assignsubmission_file"
    inner.mkdir()
    (inner / "work.zip").write_bytes(b"PK")
    roster = tmp_path / "worksheet.csv"
    roster.write_text(
        "Identifier,Full name,ID number,Email address,Status,Grade,Last modified (submission)\n"
        'Participant 1234,Ada Lovelace,s007,ada@example.edu,Submitted,,"Tuesday, 1 December 2026, '
        '12:30 AM"\n'
        "Participant 1235,Bob,s008,bob@example.edu,No submission,,-\n"
    )
    known = Roster.read(roster, ZoneInfo("Europe/Berlin"))
    folder(tmp_path / "Bob_1235_assignsubmission_onlinetext")
    found = discover(tmp_path, known)
    handin, bob = found.handins
    assert bob.students[0].id == "s008" and bob.notes == (TYPED,)
    assert handin.path == inner / "work.zip"
    assert handin.students[0].id == "s007"
    assert handin.submitted is not None
    assert handin.submitted.isoformat() == "2026-12-01T00:30:00+01:00"


def test_who_is_not_on_the_roster_is_told(tmp_path: Path) -> None:
    folder(tmp_path / "ada")
    folder(tmp_path / "adda")
    found = discover(tmp_path, Roster([Student(id="ada"), Student(id="bob")]))
    assert [handin.name for handin in found.handins] == ["ada", "adda"]
    assert found.remarks == ["adda: nobody on the roster is adda"]


def test_a_roster_knows_a_person_however_written(tmp_path: Path) -> None:
    roster = Roster([Student(id="1", name="Zoë Müller"), Student(id="2", name="Max Muster")])
    assert roster.find("muller_zoe") == roster.students[0]
    assert roster.find("Muster, Max") == roster.students[1]
    assert roster.find("nobody") is None


def test_two_of_one_name_are_not_mixed_up() -> None:
    roster = Roster([Student(id="1", name="Ann Li"), Student(id="2", name="Li Ann")])
    assert roster.find("Ann Li") is None
    assert roster.find("2") == roster.students[1]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", ":1: no column"),
        (b"colour\nred\n", ":1: no column"),
        (b"id\n\x00\x01\n", "cannot be read"),
        (b"id,submitted\n1,yesterday\n", ":2: submitted"),
    ],
)
def test_a_bad_roster_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=complaint):
        Roster.read(path, UTC)


def test_nothing_to_grade(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no submission"):
        discover(tmp_path, Roster())
    with pytest.raises(UsageError, match="there is no folder"):
        discover(tmp_path / "missing", Roster())


@pytest.mark.parametrize(
    "identity",
    ["../../etc", ".ssh", "a/b", "x" * 300, "new\nline", "\u202eabc", "CON", "", *RESERVED],
)
def test_a_name_is_a_harmless_folder(identity: str) -> None:
    name = safe_name(identity)
    assert name not in RESERVED and not name.startswith(".")
    assert "/" not in name and name.isascii() and name.isprintable() and 0 < len(name) < 100
    assert name != safe_name(identity + "x")


def test_names_that_differ_in_case_only_get_two_folders(tmp_path: Path) -> None:
    folder(tmp_path / "Ada")
    folder(tmp_path / "ada")
    names = [handin.name.lower() for handin in discover(tmp_path, Roster()).handins]
    assert len(set(names)) == 2


def test_the_content_is_what_counts(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one"), folder(tmp_path / "other")
    assert content_sha256(one) == content_sha256(other)
    (other / "tools").mkdir()
    (other / "tools" / "Makefile").write_text("all:")
    different = content_sha256(other)
    assert different != content_sha256(one)
    (other / "tools" / "Makefile").rename(other / "tools" / "makefile")
    assert content_sha256(other) != different


def test_a_link_counts_by_where_it_points(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("one")
    path = folder(tmp_path / "ada")
    (path / "link").symlink_to("../secret")
    before = content_sha256(path)
    secret.write_text("two, longer")
    assert content_sha256(path) == before
    (path / "link").unlink()
    (path / "link").symlink_to("../secreT")
    assert content_sha256(path) != before


def test_a_giant_is_not_read_to_its_end(tmp_path: Path) -> None:
    """It is refused whatever is in it, and would take hours."""
    for size in (1 << 40, 1 << 41):
        with (tmp_path / "giant.zip").open("wb") as stream:
            stream.truncate(size)
        assert content_sha256(tmp_path / "giant.zip")

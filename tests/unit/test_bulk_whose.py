# SPDX-License-Identifier: MIT
"""Whose a submission is, in every export and roster: kind C of what instructors report."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.bulk.students import Roster
from autograder.errors import UsageError
from tests.handed_in import (
    BERLIN,
    CANVAS,
    MOODLE,
    PATCH,
    TOOLS,
    WHOLE,
    Grade,
    archive,
    lay,
)

# C: whose it is.


def test_a_group_s_number_is_nobody_s(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"Group A_57_assignsubmission_file/w.zip": archive(WHOLE)})
    roster = MOODLE.replace("Group,", "") + (
        "Participant 55,Ada Lovelace,s1,a@x.edu,x,,100,-,-\n"
        "Participant 57,Zed Zuse,s2,z@x.edu,x,,100,-,-\n"
    )
    graded = grade(folder, roster)
    assert graded.rows["Zed Zuse"]["state"] == "no submission found"
    assert "taken for the number of a group" in graded.remarks
    points = {row[1]: row[4] for row in graded.moodle()[1:]}
    assert points["Zed Zuse"] == points["Ada Lovelace"] == "", "nobody's 0"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("Group A_57_assignsubmission_file/w.zip", "Group A_57_assignsubmission_file"),
        ("Group A_57_assignsubmission_file/w.zip", "Group A_57"),
        ("Group A_57_assignsubmission_file/w.zip", "Group A"),
        ("projectteam_101_5001_w.zip", "projectteam_101_5001_w.zip"),
        ("projectteam_101_5001_w.zip", "projectteam"),
        ("412-7788 - The Team - Nov 21, 2026 1011 AM - w.zip", "The Team"),
        ("b_lab_t7_attempt_2026-11-21-09-00-00_w.zip", "b_lab_t7_attempt_2026-11-21-09-00-00_w"),
    ],
)
def test_the_roster_names_a_group_s_submission(
    tmp_path: Path, grade: Grade, entry: str, told: str
) -> None:
    folder = lay(tmp_path / "in", {entry: archive(WHOLE)})
    graded = grade(folder, f"id,name,submission\n1,Ada,{told}\n2,Bob,{told}\n3,Cy,\n")
    assert graded.states() == {"Ada": "graded", "Bob": "graded", "Cy": "nothing handed in"}
    assert graded.canvas()["Cy"] == "0", "all that was handed in has an owner"


def test_blind_marking_and_older_group_names_have_participants_numbers(
    tmp_path: Path, grade: Grade
) -> None:
    files: dict[str, str | bytes] = {
        "Teilnehmer in_55_assignsubmission_file_/w.zip": archive(WHOLE),
        "Group A-Zed Zuse_57_assignsubmission_file_/w.zip": archive(WHOLE),
    }
    roster = MOODLE + (
        "Participant 55,Ada Lovelace,s1,a@x.edu,x,,,100,-,-\n"
        "Participant 57,Zed Zuse,s2,z@x.edu,x,,,100,-,-\n"
    )
    assert set(grade(lay(tmp_path / "in", files), roster).states().values()) == {"graded"}


@pytest.mark.parametrize(
    ("head", "participant", "time"),
    [
        (
            "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,"
            "Dernière modification (travail remis),Dernière modification (note)",
            "Participant 12",
            "mardi 2 décembre 2025, 22:37",
        ),
        (
            "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,"
            "Calificación máxima,Última modificación (entrega),Última modificación (calificación)",
            "Participante 12",
            "martes, 2 de diciembre de 2025, 22:37",
        ),
        (
            "Identificativo,Nome / Cognome,Indirizzo email,Stato,Valutazione,Valutazione massima,"
            "Ultima modifica (consegna),Ultima modifica (valutazione)",
            "Partecipante 12",
            "martedì, 2 dicembre 2025, 22:37",
        ),
        (
            "Identificador,Nome completo,Endereço de email,Status,Nota,Nota máxima,"
            "Última modificação (envio),Última modificação (nota)",
            "Participante 12",
            "terça-feira, 2 de dezembro de 2025, 22:37",
        ),
        (
            "ID,Volledige naam,E-mailadres,Status,Cijfer,Maximumcijfer,"
            "Laatst gewijzigd (inzending),Laatst gewijzigd (beoordeling)",
            "Deelnemer12",
            "dinsdag, 2 december 2025, 22:37",
        ),
        (
            "Identyfikator,Pełna nazwa,Adres e-mail,Status,Ocena,Maksymalna ocena,"
            "Ostatnia modyfikacja (zadanie),Ostatnia modyfikacja (ocena)",
            "Uczestnik 12",
            "wtorek, 2 grudnia 2025, 22:37",
        ),
    ],
)
def test_moodle_s_languages(
    tmp_path: Path, grade: Grade, head: str, participant: str, time: str
) -> None:
    folder = lay(tmp_path / "in", {"Ada Lovelace_12_assignsubmission_file/w.zip": archive(WHOLE)})
    graded = grade(folder, f'{head}\n{participant},Ada Lovelace,a@x.org,x,,100,"{time}",-\n')
    assert graded.states() == {"Ada Lovelace": "graded"}
    assert graded.rows["Ada Lovelace"]["submitted"] == "2025-12-02T22:37:00+01:00"
    assert graded.moodle()[0][0] == head.partition(",")[0]
    assert graded.moodle()[1][0] == participant


def test_moodle_in_a_language_that_is_not_known(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"Ada_12_assignsubmission_file/w.zip": archive(WHOLE)})
    head = "ID,Fulde navn,E-mailadresse,Status,Karakter,Senest rettet (aflevering)"
    with pytest.raises(UsageError, match=r"Last modified.*Fulde navn.*Senest rettet"):
        grade(folder, f"{head}\nDeltager12,Ada,a@x.org,x,,-\n")
    with pytest.raises(UsageError, match=r"no column is called id, name or email.*Navn, Tal"):
        grade(folder, "Navn,Tal\nAda,1\n")


def test_canvas_names_with_underscores(tmp_path: Path, grade: Grade) -> None:
    files = {
        "project_group_1_101_5001_w.zip": archive(WHOLE),
        "lovelace_van_ada_102_5002_w.zip": archive(WHOLE),
        "colecy_103_5003_1_2_w.zip": archive(WHOLE),
    }
    roster = "Student,ID,SIS User ID,SIS Login ID,Section,Group,Lab (7)\n" + (
        '"Zuse, Zed",101,s1,zed,A,Project Group 1,\n'
        '"Boole, Bob",104,s4,bob,A,Project Group 1,\n'
        '"van Lovelace, Ada",102,s2,ada,A,,\n"Cole, Cy",103,s3,cy,A,,\n'
    )
    graded = grade(lay(tmp_path / "in", files), roster)
    assert set(graded.states().values()) == {"graded"}
    assert graded.rows["Boole, Bob"]["folder"] == graded.rows["Zuse, Zed"]["folder"]


def test_a_canvas_group_whose_members_are_not_known(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"projectteam_101_5001_w.zip": archive(WHOLE)})
    graded = grade(folder, CANVAS + '"Zuse, Zed",101,s1,zed,A,\n"Boole, Bob",104,s4,bob,A,\n')
    assert graded.rows["Zuse, Zed"]["state"] == "graded"
    assert graded.canvas()["Boole, Bob"] == ""
    assert "who else is in the group is not known" in graded.remarks


def test_anonymous_canvas_files_are_nobody_s(tmp_path: Path, grade: Grade) -> None:
    folder = lay(
        tmp_path / "in",
        {
            "anon_aB3xZ_5001_kernel.patch": PATCH,
            "anon_aB3xZ_5002_tools.zip": archive(TOOLS),
            "anon_LATE_Qw9rT_5003_w.zip": archive(WHOLE),
        },
    )
    graded = grade(folder, CANVAS + '"Zuse, Zed",101,s1,zed,A,\n')
    assert len(graded.taken) == 2 and graded.taken["anon_aB3xZ"].files == sorted(WHOLE)
    assert (
        graded.canvas()["Zuse, Zed"] == "" and graded.rows["Zuse, Zed"]["points that count"] == ""
    )
    assert "owner" in graded.rows["Zuse, Zed"]["remark"]
    assert "The points stay empty" in graded.remarks


def test_an_anonymous_name_with_a_number_that_canvas_s_gradebook_has(
    tmp_path: Path, grade: Grade
) -> None:
    folder = lay(tmp_path / "in", {"anon_12345_101_5001_w.zip": archive(WHOLE)})
    graded = grade(folder, CANVAS + '"Zuse, Zed",101,s1,zed,A,\n')
    assert graded.states() == {"Zuse, Zed": "graded"} and not graded.remarks


def test_github_classroom(tmp_path: Path, grade: Grade) -> None:
    folder = lay(
        tmp_path / "lab-submissions",
        {
            "lab-ada-l/kernel.patch": PATCH,
            "lab-l/kernel.patch": PATCH,
            "lab-bob/kernel.patch": PATCH,
        },
    )
    roster = (
        '"identifier","github_username","github_id","name"\n'
        '"0042","ada-l","1","Ada"\n"0043","bob","2","Bob"\n"0044","l","3","Lu"\n"0045","","",""\n'
    )
    graded = grade(folder, roster)
    assert graded.rows["Ada"]["id"] == "0042" and graded.rows["Ada"]["folder"] == "lab-ada-l"
    assert graded.rows["Lu"]["folder"] == "lab-l" and graded.rows["Bob"]["folder"] == "lab-bob"


def test_github_classroom_s_grades(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"lab-team/kernel.patch": PATCH})
    head = "assignment_name,github_username,roster_identifier,student_repository_name,"
    roster = head + (
        "submission_timestamp\nlab,ada-l,ada@x.edu,lab-team,2026-11-20 10:11:12 UTC\n"
        "lab,bob,bob@x.edu,lab-team,2026-11-20 10:11:12 UTC\n"
    )
    graded = grade(folder, roster)
    assert {row["folder"] for row in graded.rows.values()} == {"lab-team"}
    assert graded.rows["ada@x.edu"]["submitted"].startswith("2026-11-20T10:11:12")


def test_a_student_in_two_gradescope_submissions(tmp_path: Path, grade: Grade) -> None:
    def person(name: str) -> str:
        return f"  - :name: {name}\n    :sid: {name.lower()}\n    :email: {name.lower()}@x.edu\n"

    text = (
        f"submission_1:\n  :submitters:\n{person('Ada')}{person('Bob')}"
        "  :created_at: 2026-11-20 10:00:00 Z\n"
        f"submission_2:\n  :submitters:\n{person('Ada')}{person('Cy')}"
        "  :created_at: 2026-11-21 10:00:00 Z\n"
    )
    folder = lay(
        tmp_path / "in",
        {
            "submission_metadata.yml": text,
            "submission_1/kernel.patch": PATCH,
            "submission_2/kernel.patch": PATCH,
        },
    )
    graded = grade(folder, "SID,Name\nada,Ada\nbob,Bob\ncy,Cy\n")
    assert set(graded.states().values()) == {"graded"}
    assert (
        graded.rows["Ada"]["folder"] == graded.rows["Cy"]["folder"] != graded.rows["Bob"]["folder"]
    )
    assert "does not count for Ada, who handed in submission_2 later" in graded.remarks


def test_who_is_lost_is_not_given_0(tmp_path: Path, grade: Grade) -> None:
    text = (
        "submission_9:\n  :submitters:\n  - :name: Zed\n    :sid: z\n"
        "  :created_at: 2026-11-20 10:00:00 Z\n"
        "submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: a\n"
        "  :created_at: 2026-11-20 10:00:00 Z\n"
    )
    files = {"submission_metadata.yml": text, "submission_1/kernel.patch": PATCH}
    graded = grade(lay(tmp_path / "in", files), "id,name\na,Ada\nz,Zed\nb,Bob\n")
    assert (graded.canvas()["Zed"], graded.canvas()["Bob"]) == ("", "0")
    assert "says that this student handed something in" in graded.rows["Zed"]["remark"]


def test_an_ambiguous_name_is_called_ambiguous(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"ann_li/kernel.patch": PATCH, "bob/kernel.patch": PATCH})
    graded = grade(folder, "id,name\n1,Ann Li\n2,Li Ann\n3,Bob\n")
    assert "ann_li is ambiguous: it may be Ann Li (1), Li Ann (2)" in graded.remarks
    assert "nobody on the roster" not in graded.remarks
    assert graded.canvas()["Ann Li"] == graded.canvas()["Li Ann"] == ""


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("1,Ada,a@x.edu\n1,Bob,b@x.edu\n", "lines 2 and 3 contradict each other"),
        ("1,Ada,a@x.edu\n2,Bob,b@x.edu\n1,Ada,other@x.edu\n", "lines 2 and 4.*email"),
        ("1,Ada,a@x.edu\n2,Ada,a@x.edu\n", "lines 2 and 3.*id"),
        ("1.23E+07,Ada,a@x.edu\n", "a spreadsheet has shortened"),
    ],
)
def test_a_roster_that_contradicts_itself(tmp_path: Path, rows: str, words: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f"id,name,email\n{rows}")
    with pytest.raises(UsageError, match=words):
        Roster.read(path, BERLIN)


def test_rows_that_agree_are_one_student(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(
        "id,name,email,section\n0042,Ada Lovelace,a@x.edu,Lecture\n"
        '42,"Lovelace, Ada",A@x.edu,Lab\n,Ada Lovelace,a@x.edu,\n'
    )
    (ada,) = Roster.read(path, BERLIN).students
    assert (ada.id, ada.section) == ("0042", "Lecture, Lab")

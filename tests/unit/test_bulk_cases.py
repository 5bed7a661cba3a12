# SPDX-License-Identifier: MIT
"""Classes as they come: what instructors and students report, each with its right value.

The inputs are in ``tests/cases/c-*``; what is wrong with a name in one of them is wrong with a
kind of names, so that each has variants here.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from autograder.bulk import gradebook, returning
from autograder.bulk.batch import Engine
from autograder.bulk.classbook import ClassBook
from autograder.bulk.run import ClassRun
from autograder.bulk.shelf import ClassList, Shelf
from autograder.bulk.students import Roster
from autograder.bulk.worker import Done, WorkerOrder
from autograder.course import Course
from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.grading import RESULT
from autograder.intake.submission import Submission, take_in
from autograder.report import html
from tests.classroom import LOST, ROSTER, make_class, states
from tests.reference import SERIES
from tests.sample_class import VERSIONS, result

CASES = Path(__file__).parents[1] / "cases"
BERLIN = ZoneInfo("Europe/Berlin")
COURSE = Course.model_validate({"deadline": {"timezone": "Europe/Berlin"}})
PATCH = (
    "--- a/mm/memory.c\n+++ b/mm/memory.c\n@@ -1,2 +1,3 @@\n"
    " // SPDX-License-Identifier: GPL-2.0-only\n+/* x */\n /*\n"
)
TOOLS = {"tools/Makefile": "all:\n", "tools/pgfaultmap.c": "", "tools/tracepgfault.c": ""}
WHOLE = {"kernel.patch": PATCH, **TOOLS}
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Lab (7)\n    Points Possible,,,,,100\n"
MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Group,Grade,Maximum grade,"
    "Last modified (submission),Last modified (grade)\n"
)


class Intake:
    """Stands for a grader: takes in what it is given, and gives all points for it."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.width = 4
        self.taken: dict[str, Submission] = {}

    def submit(self, order: WorkerOrder) -> Future[Done]:
        submission = take_in(Path(order.submission), self.work / order.name, SERIES)
        self.taken[order.name] = submission
        made = result(order.name, () if submission.patch else ("build/patch_applies",))
        made.submission.sha256 = submission.sha256
        made.verdicts[0].observed = submission.refused.message if submission.refused else ""
        made.write(Path(order.out) / RESULT)
        future: Future[Done] = Future()
        future.set_result(Done(outcome="graded"))
        return future

    @contextmanager
    def __call__(self, grades: int, lock: int) -> Iterator[Engine]:
        yield self


@dataclass
class Class:
    """A graded class: its books, and what intake made of each submission."""

    book: ClassBook
    taken: dict[str, Submission]
    out: Path
    rows: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in csv.DictReader((self.out / gradebook.GRADEBOOK).open()):
            assert row["name"] not in self.rows, "a student stands there once"
            self.rows[row["name"]] = row

    @property
    def remarks(self) -> str:
        return "\n".join(self.book.remarks)

    def states(self) -> dict[str, str]:
        return {name: row["state"] for name, row in self.rows.items()}

    def files(self, name: str) -> list[str]:
        """What was graded of a student's."""
        return self.taken[self.rows[name]["folder"]].files

    def canvas(self) -> dict[str, str]:
        """The points in the file for Canvas."""
        lines = list(csv.reader((self.out / gradebook.CANVAS).open()))
        return {line[0]: line[-1] for line in lines[2:]}

    def moodle(self) -> list[list[str]]:
        return list(csv.reader((self.out / gradebook.MOODLE).open()))


Grade = Callable[..., Class]


@pytest.fixture
def grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """Grades a folder, with the text of a roster or a file of one.

    Students' pages are drawn elsewhere: here they would take most of the time.
    """

    def page(made: object, path: Path, **_: object) -> None:
        write_atomically(path, "<!doctype html>")

    monkeypatch.setattr(html, "write", page)

    def run(
        export: Path, roster: str | bytes | Path | None = None, out: Path | None = None
    ) -> Class:
        out = out or tmp_path / "grades"
        path = roster if isinstance(roster, Path) else tmp_path / "roster.csv"
        if isinstance(roster, str | bytes):
            path.write_bytes(roster.encode() if isinstance(roster, str) else roster)
        known = Roster.read(path, BERLIN) if roster is not None else None
        engine = Intake(tmp_path / "work")
        done = ClassRun(out, COURSE, VERSIONS).grade_all(export, known, engine)
        assert done.book is not None
        return Class(done.book, engine.taken, out)

    return run


@pytest.fixture
def case(tmp_path: Path, grade: Grade) -> Callable[[str], Class]:
    """Grades one of the cases."""

    def run(name: str) -> Class:
        # A copy: an export is only read, and the test shows it.
        shutil.copytree(CASES / name / "export", tmp_path / "export")
        before = snapshot(tmp_path / "export")
        roster = CASES / name / "roster.csv"
        graded = grade(tmp_path / "export", roster if roster.exists() else None)
        assert snapshot(tmp_path / "export") == before
        return graded

    return run


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def archive(members: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as written:
        for name, text in members.items():
            written.writestr(name, text)
    return stream.getvalue()


def lay(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


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


ROWS = [["Matrikelnummer", "Name", "Vorname", "E-Mail"], ["0042", "Böle", "Zoë", "z@x.org"]]


def as_csv(separator: str, encoding: str, before: str = "") -> bytes:
    lines = "".join(separator.join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS)
    return (before + lines).encode(encoding)


@pytest.mark.parametrize(
    "content",
    [
        as_csv(",", "utf-8"),
        as_csv(";", "utf-8-sig"),
        as_csv("\t", "utf-16"),
        as_csv("\t", "utf-16-le"),
        as_csv(";", "cp1252"),
        as_csv("|", "utf-8"),
        as_csv(";", "cp1252", "sep=;\r\n"),
        as_csv("\t", "utf-16", "sep=\t\r\n"),
        as_csv(",", "utf-8", "\r\n"),
    ],
)
def test_a_table_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    (zoe,) = Roster.read(path, BERLIN).students
    assert (zoe.id, zoe.name, zoe.email) == ("0042", "Zoë Böle", "z@x.org")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *(("Zoë", "cp1252"), ("Übung Müller", "cp1252"), ("José Muñoz", "cp1252")),
        *(("Łukasz Żak", "cp1250"), ("Świątek", "cp1250")),
        *(("Zoë Müller", "mac_roman"), ("Søren Åse", "cp1252"), ("Françoise", "cp1252")),
    ],
)
def test_a_name_in_an_old_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(f"id;name\n1;{name}\n2;Bob Boole\n".encode(encoding))
    roster = Roster.read(path, BERLIN)
    assert roster.students[0].name == name
    assert f"read as {encoding}" in roster.remarks[0]


def test_a_workbook(tmp_path: Path, grade: Grade) -> None:
    """Excel took the id for a number, and the time for a time."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Student ID", "Last name", "First name", "Submitted"])
    sheet.append([42, "Lovelace", "Ada", datetime(2026, 11, 30, 22, 37)])
    book.save(tmp_path / "roster.xlsx")
    folder = lay(tmp_path / "in", {"0042.zip": archive(WHOLE)})
    graded = grade(folder, tmp_path / "roster.xlsx")
    assert graded.rows["Ada Lovelace"]["submitted"] == "2026-11-30T22:37:00+01:00"


def test_zeros_that_a_spreadsheet_ate(tmp_path: Path, grade: Grade) -> None:
    folder = lay(tmp_path / "in", {"0042.zip": archive(WHOLE), "43.zip": archive(WHOLE)})
    graded = grade(folder, "id,name\n42,Ada\n0043,Bob\n")
    assert set(graded.states().values()) == {"graded"} and len(graded.rows) == 2


# H: times.


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("Tuesday, 2 December 2025, 10:37\u202fPM", 22, 37),
        ("Tuesday, December 2, 2025, 10:37 PM", 22, 37),
        ("Tuesday, 2 December 2025, 12:07 AM", 0, 7),
        ("2025-12-02 22:37", 22, 37),
        ("02.12.2025 22:37", 22, 37),
        ("2025-12-02", 23, 59),
        ("2 December 2025", 23, 59),
    ],
)
def test_a_time_in_any_form(tmp_path: Path, text: str, hour: int, minute: int) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f'id,submitted\n1,"{text}"\n')
    (student,) = Roster.read(path, BERLIN).students
    moment = datetime.fromisoformat(student.submitted)
    assert (moment.date().isoformat(), moment.hour, moment.minute) == ("2025-12-02", hour, minute)


@pytest.mark.parametrize("text", ["02/12/2025 22:37", "tirsdag 2 mandag 2025", "25:70", "soon"])
def test_a_time_that_is_none_is_named_by_its_cell(tmp_path: Path, text: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f"id,submitted\n1,\n2,{text}\n")
    with pytest.raises(UsageError, match=rf"roster\.csv:3: submitted: .*{text}"):
        Roster.read(path, BERLIN)


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

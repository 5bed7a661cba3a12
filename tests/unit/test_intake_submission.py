# SPDX-License-Identifier: MIT
"""Taking a submission in: findings are in the value, and grading can go on."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.intake import Refusal, inspect, take_in
from autograder.intake.answers import ANSWERS_BYTES
from tests.reference import SERIES

PATCH = "--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1 +1 @@\n-a\n+b\n"
SECOND = "--- a/mm/y.c\n+++ b/mm/y.c\n@@ -1 +1 @@\n-a\n+b"
GOOD = {
    "kernel.patch": PATCH,
    "tools/Makefile": "all:\n",
    "tools/tracepgfault.c": "int main;\n",
    "tools/lib/trace.h": "\n",
    "ANSWERS.md": "# 42\n",
}


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def without(*names: str) -> dict[str, str]:
    return {name: text for name, text in GOOD.items() if name not in names}


def test_a_good_submission(tmp_path: Path) -> None:
    taken = take_in(lay_out(tmp_path / "ada", GOOD), tmp_path / "work", SERIES)
    assert taken.name == "ada"
    assert taken.patch == PATCH.encode()
    assert taken.patch_summary is not None
    assert taken.patch_summary.files == ("fs/x.c",)
    assert taken.tools == taken.folder / "tools"
    assert taken.answers == "# 42\n"
    assert taken.files == sorted(GOOD)
    assert len(taken.sha256) == 64
    assert (taken.refused, taken.patch_problem, taken.tools_problem) == (None, None, None)
    assert taken.notes == []


def test_the_same_in_a_zip_and_again(tmp_path: Path) -> None:
    folder = take_in(lay_out(tmp_path / "ada", GOOD), tmp_path / "work", SERIES)
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        for name, text in reversed(GOOD.items()):
            archive.writestr(f"homework/{name}", text)
    packed = take_in(tmp_path / "ada.zip", tmp_path / "work", SERIES)
    assert packed == folder


@pytest.mark.parametrize(
    ("file", "text"), [("kernel.patch", SECOND), ("tools/lib/trace.h", "x"), ("tools/new.c", "")]
)
def test_the_checksum_is_over_patch_and_tools(file: str, text: str, tmp_path: Path) -> None:
    one = take_in(lay_out(tmp_path / "ada", GOOD), tmp_path / "work", SERIES)
    two = take_in(lay_out(tmp_path / "bob", GOOD | {file: text}), tmp_path / "work", SERIES)
    assert one.sha256 != two.sha256


def test_the_checksum_is_not_over_the_answers(tmp_path: Path) -> None:
    one = take_in(lay_out(tmp_path / "ada", GOOD), tmp_path / "work", SERIES)
    two = take_in(lay_out(tmp_path / "bob", without("ANSWERS.md")), tmp_path / "work", SERIES)
    assert one.sha256 == two.sha256
    assert two.answers == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Kernel.patch", "There is 'Kernel.patch': name the file exactly 'kernel.patch'"),
        ("kernel.diff", "There is 'kernel.diff': name"),
        ("kernel.patch.txt", "There is 'kernel.patch.txt': name"),
        ("my.patch", "There is 'my.patch': name"),
        ("a/b/kernel.patch", "found as 'a/b/kernel.patch': put it at the top"),
        ("kernel.patch/x", "'kernel.patch' is a folder"),
        ("notes.txt", "Hand in the diff of your kernel under this name"),
    ],
)
def test_no_patch(name: str, words: str, tmp_path: Path) -> None:
    files = without("kernel.patch") | {name: PATCH}
    taken = take_in(lay_out(tmp_path / "ada", files), tmp_path / "work", SERIES)
    assert taken.patch is None
    assert taken.patch_problem is not None
    assert taken.patch_problem.code is Refusal.PATCH_MISSING
    assert taken.patch_problem.message.startswith("There is no kernel.patch in the submission.")
    assert words in taken.patch_problem.message
    assert taken.tools is not None


def test_a_refused_patch_is_not_handed_on(tmp_path: Path) -> None:
    files = GOOD | {"kernel.patch": PATCH.replace("/fs/", "/arch/")}
    taken = take_in(lay_out(tmp_path / "ada", files), tmp_path / "work", SERIES)
    assert taken.patch is None
    assert taken.patch_problem is not None
    assert taken.patch_problem.code is Refusal.PATCH_OUTSIDE
    assert taken.tools is not None


def test_no_tools(tmp_path: Path) -> None:
    taken = take_in(lay_out(tmp_path / "ada", {"kernel.patch": PATCH}), tmp_path / "work", SERIES)
    assert taken.patch is not None
    assert taken.tools is None
    assert taken.tools_problem is not None
    assert taken.tools_problem.code is Refusal.TOOLS_MISSING
    assert "no folder tools/" in taken.tools_problem.message


def test_tools_under_another_name(tmp_path: Path) -> None:
    files = {"kernel.patch": PATCH, "Tools/Makefile": "all:\n"}
    taken = take_in(lay_out(tmp_path / "ada", files), tmp_path / "work", SERIES)
    assert taken.tools_problem is not None
    assert "There is 'Tools': name it exactly 'tools'" in taken.tools_problem.message


def test_tools_without_makefile(tmp_path: Path) -> None:
    taken = take_in(lay_out(tmp_path / "ada", without("tools/Makefile")), tmp_path / "work", SERIES)
    assert taken.tools is None
    assert taken.tools_problem is not None
    assert taken.tools_problem.code is Refusal.TOOLS_NO_MAKEFILE


def test_built_tools_are_left_out(tmp_path: Path) -> None:
    built = {"tools/tracepgfault": "#!/bin/sh\n", "tools/x.o": "", "tools/helper": "\x7fELF\x02"}
    one = take_in(lay_out(tmp_path / "ada", GOOD), tmp_path / "work", SERIES)
    two = take_in(lay_out(tmp_path / "bob", GOOD | built), tmp_path / "work", SERIES)
    assert two.files == one.files
    assert two.sha256 == one.sha256
    assert "'helper', 'tracepgfault', 'x.o'" in two.notes[0]


def test_a_folder_may_hold_a_series(tmp_path: Path) -> None:
    files = without("kernel.patch") | {
        "kernel/7.3/0001-x.patch": SECOND,
        "kernel/7.3/0002-y.patch": PATCH,
        "kernel/6.12/0001-z.patch": "nonsense",
    }
    taken = take_in(lay_out(tmp_path / "kit", files), tmp_path / "work", SERIES)
    assert taken.patch == f"{SECOND}\n{PATCH}".encode()
    assert take_in(tmp_path / "kit", tmp_path / "work", "6.18").patch is None
    with zipfile.ZipFile(tmp_path / "kit.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    assert take_in(tmp_path / "kit.zip", tmp_path / "work", SERIES).patch is None


def test_a_refused_archive_has_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "bob.tar.gz").write_bytes(b"\x1f\x8bnonsense")
    taken = take_in(tmp_path / "bob.tar.gz", tmp_path / "work", SERIES)
    assert taken.name == "bob"
    assert taken.refused is not None
    assert taken.refused.code is Refusal.ARCHIVE_DAMAGED
    assert (taken.patch, taken.tools, taken.files, taken.sha256) == (None, None, [], "")


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        take_in(tmp_path / "nobody", tmp_path / "work", SERIES)


def test_answers_are_decoded_and_cut(tmp_path: Path) -> None:
    lay_out(tmp_path / "ada", GOOD)
    (tmp_path / "ada/ANSWERS.md").write_bytes(b"\xff" * (ANSWERS_BYTES + 1))
    answers = take_in(tmp_path / "ada", tmp_path / "work", SERIES).answers
    assert answers.startswith("\ufffd" * ANSWERS_BYTES)
    assert answers.endswith("(cut here: too long)\n")


def test_a_name_is_safe_to_print(tmp_path: Path) -> None:
    assert (
        take_in(lay_out(tmp_path / "a\x1b[1m", GOOD), tmp_path / "work", SERIES).name == "a\\x1b[1m"
    )


def test_a_patch_of_any_bytes_gets_an_answer() -> None:
    whole = (
        "diff --git a/fs/x.c b/fs/y.c\nindex 12345..67890 100644\nrename from fs/x.c\n"
        f"rename to fs/y.c\n{PATCH}Index: a/fs/z\n{SECOND}\n\\ No newline at end of file\n"
    ).encode()
    chance = random.Random(2007)
    for _ in range(5000):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 2, 5))):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.choice(
                (b"", b"\n", b"\r", b"\xff", b'"', b"\\", b"\xe2\x80\xae", chance.randbytes(2))
            )
        summary = inspect(bytes(data), "7.3")
        assert summary.message.isprintable()
        assert (summary.refusal is None) == (not summary.message)

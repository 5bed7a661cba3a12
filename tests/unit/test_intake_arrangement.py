# SPDX-License-Identifier: MIT
"""Where the submission is found, and what is left out of it with a note."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.intake import members, take_in
from autograder.intake.archive import unpack
from autograder.intake.problem import Refusal, Refused
from tests.reference import SERIES
from tests.unit.test_intake_archive import special, zipped_as
from tests.unit.test_intake_unpack import GOOD, PATCH, Files, read_tree, tarred, zipped

NO_TOOLS: Files = {name: data for name, data in GOOD.items() if not name.startswith("tools/")}
TOOLS: Files = {"Makefile": b"all:\n"}


def unpacked(data: bytes, folder: Path, name: str = "handed-in.zip") -> tuple[Files, str]:
    """What comes out of ``data``, and the notes about it."""
    (folder / name).write_bytes(data)
    notes = unpack(folder / name, folder / "out")
    return read_tree(folder / "out"), "\n".join(notes)


def under(folder: str, files: Files) -> Files:
    return {f"{folder}/{name}": data for name, data in files.items()}


FOUND: dict[str, Files] = {
    "two enclosing folders": under("a/a", GOOD),
    "four enclosing folders": under("a/b/c/d", GOOD),
    "folders of which one is called tools": under("tools/tools", GOOD),
    "a zip in a zip": {"submission.zip": zipped(GOOD)},
    "a zip in a folder in a zip": {"a/submission.zip": zipped(under("b", GOOD))},
    "a tar.gz in a tar in a zip": {"x.tar": tarred({"y.tgz": tarred(GOOD, mode="w:gz")})},
    "a zip called tools": {"tools.zip": zipped(GOOD)},
}


@pytest.mark.parametrize("case", FOUND)
def test_found_below(case: str, tmp_path: Path) -> None:
    assert unpacked(zipped(FOUND[case]), tmp_path)[0] == GOOD


BESIDE: dict[str, tuple[Files, Files]] = {
    "a note beside the folder": (under("work", GOOD), {"README.txt": b"hello"}),
    "a note beside the archive": ({"work.zip": zipped(GOOD)}, {"README.txt": b"hello"}),
    "answers beside the folder": (under("w/v", NO_TOOLS), {"answers.pdf": b"%PDF"}),
    "another folder beside it": (under("work", GOOD), {"notes/a.txt": b"1"}),
}


@pytest.mark.parametrize("case", BESIDE)
def test_what_lies_beside_is_kept(case: str, tmp_path: Path) -> None:
    own, beside = BESIDE[case]
    whole = NO_TOOLS if "answers" in case else GOOD
    assert unpacked(zipped(own | beside), tmp_path)[0] == whole | beside


def test_what_lies_beside_takes_no_place_of_the_submission(tmp_path: Path) -> None:
    files = under("work", GOOD) | {"ANSWERS.md": b"other"}
    assert unpacked(zipped(files), tmp_path)[0] == GOOD


def test_the_same_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in/ada").mkdir(parents=True)
    (tmp_path / "in/ada/work.zip").write_bytes(zipped(under("x", GOOD)))
    (tmp_path / "in/ada/note.txt").write_text("Dear all")
    notes = unpack(tmp_path / "in", tmp_path / "out")
    assert read_tree(tmp_path / "out") == GOOD | {"note.txt": b"Dear all"}
    assert "'work.zip'" in notes[0]


def test_two_archives_are_not_chosen_from(tmp_path: Path) -> None:
    files = {"one.zip": zipped(GOOD), "two.zip": zipped(GOOD)}
    assert unpacked(zipped(files), tmp_path)[0] == files


def test_archives_in_archives_have_an_end(tmp_path: Path) -> None:
    data = zipped(GOOD)
    for _ in range(6):
        data = zipped({"x.zip": data})
    files, _ = unpacked(data, tmp_path)
    assert list(files) == ["x.zip"]


@pytest.mark.parametrize(
    ("inner", "code", "words"),
    [
        (b"PK\3\4 nothing", Refusal.ARCHIVE_DAMAGED, "'x.zip' is damaged"),
        (b"Rar!", Refusal.ARCHIVE_UNKNOWN, "'x.zip': The file is a RAR archive"),
        (zipped({"../x": b""}), Refusal.MEMBER_OUTSIDE, "'x.zip': '../x' leads out"),
        (zipped({"a": bytes(4 * members.MIB)}), Refusal.ARCHIVE_TOO_LARGE, "100 times"),
    ],
)
def test_an_archive_inside_is_checked_too(
    inner: bytes, code: Refusal, words: str, tmp_path: Path
) -> None:
    for name, data in (("a.zip", zipped({"x.zip": inner})), ("b", b"")):
        path = tmp_path / name
        if data:
            path.write_bytes(data)
        else:
            path.mkdir()
            (path / "x.zip").write_bytes(inner)
        with pytest.raises(Refused) as refused:
            unpack(path, tmp_path / "out")
        assert refused.value.problem.code is code
        assert words in refused.value.problem.message
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("inner", [TOOLS, under("tools", TOOLS)])
@pytest.mark.parametrize(
    ("name", "pack"), [("tools.zip", zipped), ("Tools.TAR", tarred), ("tools.tgz", tarred)]
)
def test_packed_tools(
    name: str, pack: Callable[[Files], bytes], inner: Files, tmp_path: Path
) -> None:
    files, notes = unpacked(zipped(NO_TOOLS | {name: pack(inner)}), tmp_path)
    assert files == GOOD
    assert f"'{name}' was unpacked" in notes


def test_packed_tools_beside_the_folder_are_any_file(tmp_path: Path) -> None:
    files = GOOD | {"tools.zip": b"whatever"}
    assert unpacked(zipped(files), tmp_path) == (files, "")


@pytest.mark.parametrize("name", ["kernel.patch", "my.diff", "kernel.patch.txt", "upload"])
def test_a_patch_alone(name: str, tmp_path: Path) -> None:
    files, notes = unpacked(PATCH, tmp_path, name)
    assert files == {"kernel.patch": PATCH}
    assert (name in notes) == (name != "kernel.patch")
    taken = take_in(tmp_path / name, tmp_path / "work", SERIES)
    assert taken.patch == PATCH
    assert taken.tools_problem is not None
    assert taken.tools_problem.code is Refusal.TOOLS_MISSING


def test_a_patch_alone_in_a_folder(tmp_path: Path) -> None:
    files, notes = unpacked(zipped({"ada/work.diff": PATCH}), tmp_path)
    assert files == {"kernel.patch": PATCH}
    assert "'work.diff', the only file" in notes


def test_what_does_not_matter_is_left_out_with_a_note(tmp_path: Path) -> None:
    odd = {"odd\u202e.txt": b"", "docs/a\nb": b""}
    links = [special(tarfile.SYMTYPE, "latest", "tools"), special(tarfile.FIFOTYPE, "docs/pipe")]
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in (GOOD | odd).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for link in links:
            archive.addfile(link)
    files, notes = unpacked(stream.getvalue(), tmp_path)
    assert files == GOOD
    for words in ("'odd\\u202e.txt'", "'docs/a\\nb'", "'latest' is a symbolic link", "1 more"):
        assert words in notes
    assert all(line.isprintable() for line in notes.splitlines())


def test_a_dangling_link_in_a_folder(tmp_path: Path) -> None:
    for name, data in GOOD.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in/tools/.#Makefile").symlink_to("ada@vm.1234:1700000000")
    (tmp_path / "in/current").symlink_to("nowhere")
    (tmp_path / "in" / os.fsdecode(b"\xdcbung.txt")).write_bytes(b"x")
    notes = unpack(tmp_path / "in", tmp_path / "out")
    assert read_tree(tmp_path / "out") == GOOD | {"Übung.txt": b"x"}
    assert "'tools/.#Makefile'" in notes[0]
    assert "'current' is a symbolic link" in notes[1]


@pytest.mark.parametrize("name", ["tools", "tools/x", "ANSWERS.md", "kernel/7.3/x"])
def test_what_matters_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(zipped_as(name, 0o120777))
    with pytest.raises(Refused, match="is a symbolic link"):
        unpack(tmp_path / "x.zip", tmp_path / "out")


def encoded_zip(name: str, encoding: str, claim: bool = False) -> bytes:
    """A zip with one more file whose name is in another encoding."""
    raw = name.encode(encoding)
    data = zipped(GOOD | {f"{'X' * len(raw)}": b"x"}).replace(b"X" * len(raw), raw)
    if claim:
        mended = bytearray(data)
        at = data.rindex(b"PK\x01\x02")
        mended[at + 9] |= 0x8
        return bytes(mended)
    return data


@pytest.mark.parametrize("claim", [False, True])
@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Übung 3.txt", "cp437"),
        ("Übung 3.txt", "cp850"),
        ("Ëxercice à rendre.txt", "cp850"),
        ("Übung.txt", "cp1252"),
        ("Ó já.txt", "cp1252"),
    ],
)
def test_names_in_code_pages(name: str, encoding: str, claim: bool, tmp_path: Path) -> None:
    files, _ = unpacked(encoded_zip(name, encoding, claim), tmp_path)
    assert set(GOOD) < set(files)
    assert len(files) == len(GOOD) + 1
    if encoding == "cp437" or (encoding == "cp1252" and name == "Übung.txt"):
        assert name in files


def test_a_name_in_any_bytes_is_read(tmp_path: Path) -> None:
    every = "".join(map(chr, range(0x80, 0xC0)))
    files, _ = unpacked(encoded_zip(every, "latin-1"), tmp_path)
    assert len(files) == len(GOOD) + 1


def test_a_tar_in_latin_1(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", encoding="latin-1") as archive:
        for name, data in under("Übung 3", GOOD | {"tools/größe.h": b"x"}).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert unpacked(stream.getvalue(), tmp_path) == (GOOD | {"tools/größe.h": b"x"}, "")


def test_a_zip_without_names_of_its_own_is_no_trouble(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, data in GOOD.items():
            archive.writestr(f"Übung/{name}", data)
    unpack(tmp_path / "x.zip", tmp_path / "out")
    assert read_tree(tmp_path / "out") == GOOD

# SPDX-License-Identifier: MIT
"""A synthetic class, handed in through Gradescope: correct, wrong, hostile, broken, late.

Whatever is not about the kernel has the reference's, which is built once; the kernels that
differ change one file and build in seconds.  Nothing in here does any harm where a sandbox
fails: it prints, and writes below folders of its own.
"""

from __future__ import annotations

import difflib
import io
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import yaml

from tests.corpus import HERE, REFERENCE, mutants, tools_of
from tests.reference import series_patch

DUE = datetime(2026, 11, 30, 22, 59, tzinfo=timezone.utc)
COURSE = """
[course]
name = "Synthetic"
[deadline]
due = 2026-11-30T23:59:00
timezone = "Europe/Berlin"
[late]
percent_per_day = 10
grace_minutes = 15
cutoff_days = 5
"""
CASES = HERE / "cases"
HOSTILE_NAME = "</script><script>document.title = 'owned'</script>"
LOST = "Lost Zoë"
ROSTER = "roster.csv"
_PROC_FILE = "fs/proc/base.c"
_TABLE = "static const struct pid_entry tgid_base_stuff[] = {\n"
_STUB = """\
static ssize_t pgfault_history_read(struct file *file, char __user *buf,
\t\tsize_t count, loff_t *ppos)
{{
\treturn {read};
}}

static ssize_t pgfault_history_write(struct file *file, const char __user *buf,
\t\tsize_t count, loff_t *ppos)
{{
\treturn {write};
}}

static const struct file_operations proc_pgfault_history_operations = {{
\t.read\t\t= pgfault_history_read,
\t.write\t\t= pgfault_history_write,
}};

"""
_ENTRY = '\tREG("pgfault_history", S_IRUSR | S_IWUSR, proc_pgfault_history_operations),\n'

Make = Callable[[Path], None]
"""Makes a submission in an empty folder."""


@dataclass(frozen=True)
class SubmissionKind:
    """One submission of the class."""

    name: str
    make: Make
    late: timedelta = timedelta(hours=-5)
    state: str = ""  # that the gradebook must have for it
    partner: str = ""  # who handed it in too


def make_class(
    folder: Path, size: int, pristine: Path, light: bool = False
) -> list[SubmissionKind]:
    """Hand ``size`` submissions in below ``folder``; ``pristine`` is the kernel's tree.

    A ``light`` class has few kernels that boot.  Beside the folder stands a roster as Excel
    saves it, with a row for each section of each student.
    """
    chosen = list(islice(_light() if light else _kinds(pristine), size))
    table: dict[str, dict[str, Any]] = {}
    for number, kind in enumerate(chosen, 1):
        name = f"submission_{1000 + number}"
        (folder / name).mkdir(parents=True)
        kind.make(folder / name)
        hostile = kind.name.startswith("hostile")
        people = [_person(f"s{number:03}", HOSTILE_NAME if hostile else kind.name.title())]
        if kind.partner:
            people.append(_person(f"p{number:03}", kind.partner))
        table[name] = {":submitters": people, ":created_at": DUE + kind.late, ":score": None}
    # The export lacks a submission that its own description names.
    table["submission_999"] = {":submitters": [_person("s999", LOST)], ":created_at": DUE}
    # A member of a pair hands in again, alone.
    again = next((n for n, kind in enumerate(chosen, 1) if kind.partner), None)
    if again is not None:
        (folder / "submission_998").mkdir()
        _kernel(folder / "submission_998")
        alone = [_person(f"p{again:03}", chosen[again - 1].partner)]
        table["submission_998"] = {":submitters": alone, ":created_at": DUE - timedelta(hours=1)}
    (folder / "submission_metadata.yml").write_text(yaml.safe_dump(table))
    everybody = [person for facts in table.values() for person in facts[":submitters"]]
    (folder.parent / ROSTER).write_bytes(_roster(everybody))
    return chosen


def states(kinds: list[SubmissionKind]) -> dict[str, str]:
    """The states that the gradebook must have, by name."""
    found = {kind.name.title(): kind.state for kind in kinds if kind.state}
    return {**found, LOST: "no submission found"}


def _person(sid: str, name: str) -> dict[str, str]:
    return {":name": name, ":email": f"{sid[0]}{int(sid[1:])}@example.edu", ":sid": sid}


def _roster(people: list[dict[str, str]]) -> bytes:
    lines = ["sep=;", "Matrikelnummer;Name;E-Mail;Section"]
    for person in people:
        name = person[":name"].replace(";", ",")
        for section in ("Übung", "Lecture"):
            lines.append(f"{person[':sid']};{name};{person[':email']};{section}")
    return "".join(line + "\r\n" for line in lines).encode("cp1252")


def _kinds(pristine: Path) -> Iterator[SubmissionKind]:
    """First one of each sort, then the rest, so that a small class is colourful too."""
    in_turn: list[Iterator[SubmissionKind]] = [
        iter([SubmissionKind("reference", _reference)]),
        iter(_broken()),
        _tool_mutants(),
        iter(_stubs(pristine)),
        iter(_hostile()),
        _late(),
        iter([SubmissionKind("without tools", _kernel), SubmissionKind("only tools", _tools)]),
        iter(_as_they_come()),
        iter(_cases()),
        rewritten(5),
    ]
    while in_turn:
        for kinds in list(in_turn):
            kind = next(kinds, None)
            if kind is None:
                in_turn.remove(kinds)
            else:
                yield kind


def _light() -> Iterator[SubmissionKind]:
    """The reference, and over and over what is refused or does not build."""
    yield SubmissionKind("reference", _reference)
    yield from _as_they_come()
    yield from islice(_tool_mutants(), 2)
    for days in cycle(range(4)):
        for kind in (*_broken(), *_hostile(), SubmissionKind("only tools", _tools)):
            yield SubmissionKind(f"{kind.name}, {days} days late", kind.make, timedelta(days=days))


def _kernel(folder: Path) -> None:
    (folder / "kernel.patch").write_bytes(series_patch())


def _tools(folder: Path) -> None:
    shutil.copytree(REFERENCE / "tools", folder / "tools")


def _reference(folder: Path) -> None:
    _kernel(folder)
    _tools(folder)


def _tool_mutants() -> Iterator[SubmissionKind]:
    for mutant in mutants():
        if mutant.changes_tools and not mutant.changes_kernel:

            def make(folder: Path, mutant: object = mutant) -> None:
                _kernel(folder)
                tools_of(mutant, folder)  # type: ignore[arg-type]

            yield SubmissionKind(mutant.name.replace("/", " "), make)


def rewritten(count: int) -> Iterator[SubmissionKind]:
    """Correct, and the same but for remarks, as copied work often is."""
    for number in range(1, count + 1):

        def make(folder: Path, number: int = number) -> None:
            _reference(folder)
            for path in (folder / "tools").glob("*.c"):
                path.write_text(f"/* version {number} */\n\n{path.read_text()}")

        yield SubmissionKind(f"rewritten {number}", make)


def _late() -> Iterator[SubmissionKind]:
    for hours in (12, 30, 24 * 7):
        yield SubmissionKind(f"late {hours} hours", _reference, timedelta(hours=hours))


def _stubs(pristine: Path) -> list[SubmissionKind]:
    source = (pristine / _PROC_FILE).read_text()

    def stub(read: str, write: str) -> Make:
        changed = source.replace(_TABLE, _STUB.format(read=read, write=write) + _TABLE + _ENTRY)
        diff = "".join(
            difflib.unified_diff(
                source.splitlines(keepends=True),
                changed.splitlines(keepends=True),
                f"a/{_PROC_FILE}",
                f"b/{_PROC_FILE}",
            )
        )

        def make(folder: Path) -> None:
            (folder / "kernel.patch").write_text(diff)
            _tools(folder)

        return make

    return [
        SubmissionKind(f"stub {number}", stub(read, write))
        for number, (read, write) in enumerate(
            [
                ("-ESRCH", "count"),
                ("0", "count"),
                ("-EINVAL", "-EINVAL"),
                ("-ESRCH", "-EINVAL"),
                ("-EIO", "1"),
                ("0", "-EPERM"),
            ],
            1,
        )
    ]


def _archive(make: Callable[[zipfile.ZipFile], None]) -> Make:
    def write(folder: Path) -> None:
        with zipfile.ZipFile(folder / "work.zip", "w") as archive:
            make(archive)

    return write


def _file(name: str, content: bytes) -> Make:
    def make(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return make


def _as_they_come() -> list[SubmissionKind]:
    """Correct, or not to be read, in forms that students choose."""

    def packed(folder: Path, name: str, make: Make) -> None:
        inside = folder / "packed"
        inside.mkdir()
        make(inside)
        with zipfile.ZipFile(folder / name, "w") as archive:
            for path in sorted(inside.rglob("*")):
                archive.write(path, path.relative_to(inside))
        shutil.rmtree(inside)

    def noted(folder: Path) -> None:
        packed(folder, "project.zip", _reference)
        (folder / "readme.txt").write_text("I did my best")

    def two_archives(folder: Path) -> None:
        packed(folder, "kernel.zip", _kernel)
        packed(folder, "tools.zip", _tools)

    def beside(folder: Path) -> None:
        _kernel(folder)
        packed(folder, "tools.zip", _tools)

    def foreign(name: str, magic: bytes) -> SubmissionKind:
        return SubmissionKind(
            f"hands in {name}", _file(f"work.{name}", magic), state="cannot be read"
        )

    return [
        SubmissionKind("archive and note", noted, state="graded"),
        SubmissionKind("two archives", two_archives, state="graded"),
        SubmissionKind("patch and archive", beside, state="graded"),
        foreign("rar", b"Rar!\x1a\x07\x01\x00"),
        foreign("7z", b"7z\xbc\xaf\x27\x1c"),
        SubmissionKind("pair", _reference, timedelta(days=-1), "graded", "Second Of The Pair"),
        SubmissionKind("no text but a patch", _kernel, state="graded"),
    ]


def _cases() -> list[SubmissionKind]:
    """Eight hand-ins of tests/cases: all can be read, and one kernel serves them all."""

    def case(path: Path) -> Make:
        if path.is_dir():
            return lambda folder: _copied(path, folder)
        return _file(path.name, path.read_bytes())

    return [
        SubmissionKind(name, case(CASES / name / inside), state="graded")
        for name, inside in (
            ("a-emacslock", "project.tar.gz"),
            ("a-toolszip", "project.zip"),
            ("a-twofolders", "project.zip"),
            ("a-win-cp850", "project.zip"),
            ("p-color", "submission"),
            ("p-crlfpart", "submission"),
            ("p-nonewline", "submission"),
            ("p-noprefix", "submission"),
        )
    ]


def _copied(source: Path, folder: Path) -> None:
    shutil.copytree(source, folder, dirs_exist_ok=True)


def _broken() -> list[SubmissionKind]:
    def traversal(archive: zipfile.ZipFile) -> None:
        archive.writestr("../../outside/kernel.patch", "x")

    def link(archive: zipfile.ZipFile) -> None:
        member = zipfile.ZipInfo("kernel.patch")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/hostname")

    def two(archive: zipfile.ZipFile) -> None:
        for name in ("one", "other"):
            archive.writestr(f"{name}/kernel.patch", "x")
            archive.writestr(f"{name}/tools/Makefile", "all:\n")

    def device(folder: Path) -> None:
        with tarfile.open(folder / "work.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo("kernel.patch")
            member.type = tarfile.CHRTYPE
            member.devmajor, member.devminor = 1, 3
            archive.addfile(member)

    def twice(folder: Path) -> None:
        with tarfile.open(folder / "work.tar.gz", "w:gz") as archive:
            for text in (b"one", b"other"):
                member = tarfile.TarInfo("kernel.patch")
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text))

    def crlf(folder: Path) -> None:
        (folder / "kernel.patch").write_bytes(series_patch().replace(b"\n", b"\r\n"))

    outside = b"--- a/arch/um/kernel/trap.c\n+++ b/arch/um/kernel/trap.c\n@@ -1 +1 @@\n-x\n+y\n"
    wrong = b"--- a/mm/memory.c\n+++ b/mm/memory.c\n@@ -1,2 +1,2 @@\n-no such line\n+x\n other\n"
    return [
        SubmissionKind("damaged zip", _file("work.zip", b"PK\3\4 and then nothing of use")),
        SubmissionKind("empty patch", _file("kernel.patch", b"")),
        SubmissionKind("patch in arch", _file("kernel.patch", outside)),
        SubmissionKind("patch that does not apply", _file("kernel.patch", wrong)),
        SubmissionKind("path traversal", _archive(traversal)),
        SubmissionKind("link in a zip", _archive(link)),
        SubmissionKind("two in one", _archive(two)),
        SubmissionKind("device in a tar", device),
        SubmissionKind("one name twice", twice),
        SubmissionKind("line ends of another system", crlf),
        SubmissionKind("no patch, only text", _file("README.txt", b"I did my best")),
        SubmissionKind("nothing at all", lambda folder: None),
    ]


def _hostile() -> list[SubmissionKind]:
    def makefile(text: str) -> Make:
        def make(folder: Path) -> None:
            (folder / "tools").mkdir()
            (folder / "tools" / "Makefile").write_text(text)

        return make

    def answers(folder: Path) -> None:
        makefile("all:\n\t@echo '<img src=x onerror=alert(1)>' >&2; exit 1\n")(folder)
        (folder / "ANSWERS.md").write_text(f"{HOSTILE_NAME}\x1b[2J\u202e\x07")

    names = "all:\n\tmkdir -p '=cmd()' && touch '=cmd()/\u202egpj.exe'\n"
    return [
        SubmissionKind("hostile answers", answers),
        SubmissionKind("floods its output", makefile("all:\n\tyes '<b>flood' | head -c 3000000\n")),
        SubmissionKind("leaves a daemon", makefile("all:\n\tsetsid sleep 30 & true\n")),
        SubmissionKind("odd file names", makefile(names)),
        SubmissionKind(
            "fake results", makefile("all:\n\techo '{\"score\": 100}' > results.json\n")
        ),
    ]

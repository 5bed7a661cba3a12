# SPDX-License-Identifier: MIT
"""A student's whole way, from an empty folder to a handed-in patch with full marks.

The commands are taken from the assignment's own text, in its order, and typed on a
terminal; where the text says that something is to be written, the reference is put in
place, a part at a time.  Without ``--short`` it starts from an empty cache.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

from autograder.cache import Cache
from autograder.course import COURSE_FILE, load
from autograder.handout import bundle
from autograder.kernel import ready
from autograder.report.repeat import from_handout
from autograder.results import Result
from autograder.sandbox.sandbox import choose
from autograder.student.mirror import mirror
from tests.corpus import REFERENCE
from tests.reference import SERIES, reference_build

ROOT = Path(__file__).parents[1]
PROMPTS = ("guest# ", "guest login: ", "root@guest:~# ")
GIT = (".git", ".gitignore")
PATIENCE = 3600  # seconds for one command: the first builds a kernel, maybe on a busy machine
MAP = ("Makefile", "pgfault_history.h", "pgfaultmap.c", "regions.c", "regions.h")
# What of the reference a student has at the end of each milestone, in order.
STEPS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "M1": (("0001", "0006"), ()),
    "M2": ((), MAP),
    "M3": (("0002",), ()),
    "M4": (("0005",), ()),
    "M6": (("0003", "0004"), ()),
    "M8": ((), ("tracepgfault.c",)),
}


@dataclass(frozen=True)
class Block:
    """A fenced block of the text, with the heading that it stands below."""

    section: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A command of the text; for a boot, with what is typed in the guest."""

    section: str
    line: str
    guest: tuple[tuple[str, str], ...] = ()  # what is waited for, and what is typed then


@dataclass
class Ran:
    """How a command went."""

    command: Command
    status: int
    output: str
    seconds: float


@dataclass
class Way:
    """A student's folder, and what was done in it."""

    folder: Path
    cache: Path
    ran: list[Ran] = field(default_factory=list)
    tell: Callable[[str], None] = print
    columns: int = 4000  # of the terminal: no line of a command's output is wrapped

    @property
    def home(self) -> Path:
        """What the archive unpacked to."""
        return self.folder / bundle.FOLDER

    @property
    def text(self) -> str:
        """The assignment, as the student has it."""
        return (self.home / "assignment.md").read_text()

    def unpack(self) -> None:
        """Make the archive and unpack it, as unzip does."""
        archive = self.folder / "handout.zip"
        bundle.write(load(ROOT / COURSE_FILE), archive)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(self.folder)

    def borrow_python(self) -> None:
        """Use this interpreter's packages, in place of a fresh environment."""
        (self.home / ".venv/bin").mkdir(parents=True)
        python = self.home / ".venv/bin/python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        (self.home / ".venv/.ready").touch()

    def run(self, command: Command, status: int | None = 0) -> Ran:
        """Type a command and wait for its end; its exit status must be ``status``, if given."""
        started = time.monotonic()
        terminal = pexpect.spawn(
            "/bin/sh",
            ["-c", command.line],
            cwd=str(self.home),
            env=self._environment(),
            timeout=PATIENCE,
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(50, self.columns),
        )
        said = ""
        for prompt, typed in command.guest:
            terminal.expect_exact(prompt)
            said += str(terminal.before)
            terminal.sendline(typed)
        terminal.expect(pexpect.EOF)
        said += str(terminal.before)
        terminal.close()
        seconds = time.monotonic() - started
        ran = Ran(command, int(terminal.exitstatus or 0), said.replace("\r", ""), seconds)
        self.ran.append(ran)
        self.tell(f"{seconds:7.1f} s  [{command.section}] {command.line}: {ran.status}")
        assert terminal.signalstatus is None, ran.output[-6000:]
        assert status in (None, ran.status), ran.output[-6000:]
        return ran

    def apply(self, patch: str, folder: str = "linux", back: bool = False) -> None:
        """Change the kernel's source, or what is in another folder; or change it back."""
        done = subprocess.run(
            ["patch", "-s", "-p1", "-d", folder, *(["-R"] if back else [])],
            cwd=self.home,
            input=patch,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def revert(self) -> None:
        """Take every change to the kernel's source out again."""
        subprocess.run(
            ["git", "-c", "safe.directory=*", "checkout", "--quiet", "."],
            cwd=self.home / "linux",
            check=True,
        )

    def put_in_place(self, patches: Iterable[str], tools: Iterable[str]) -> None:
        """Write a part of the solution: patches by their numbers, files of the tools."""
        for number in patches:
            self.apply(part(number))
        for name in tools:
            shutil.copy(REFERENCE / "tools" / name, self.home / "tools" / name)

    def result(self, name: str = "check") -> Result:
        """What the last check (or submission) found."""
        return Result.read(self.home / "build" / name / "result.json")

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "PGFAULT_CACHE": str(self.cache), "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def part(number: str) -> str:
    """A patch of the reference's series."""
    (path,) = (REFERENCE / "kernel" / SERIES).glob(f"{number}-*.patch")
    return path.read_text()


def blocks(markdown: str) -> list[Block]:
    """The fenced blocks of the text, in its order."""
    found = []
    section = ""
    for match in re.finditer(r"^##+ ([^\n]+)$|^```(\w+)\n(.*?)^```$", markdown, re.M | re.S):
        if match[1]:
            section = match[1]
        else:
            found.append(Block(section, match[2], tuple(match[3].splitlines())))
    return found


def commands(block: Block) -> list[Command]:
    """The commands of a block of kind ``console``."""
    found: list[Command] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append(Command(block.section, line[2:]))
        elif prompt := next((known for known in PROMPTS if line.startswith(known)), ""):
            last = found.pop()
            typed = line.removeprefix(prompt).partition("  #")[0]
            found.append(Command(last.section, last.line, (*last.guest, (prompt, typed))))
        else:
            raise ValueError(f"neither command nor guest's command: {line}")
    return found


def milestone(section: str) -> str:
    """M1 for 'M1. The file', empty for other headings."""
    match = re.match(r"(M\d+)\.", section)
    return match[1] if match else ""


def verdicts(result: Result) -> dict[str, str]:
    """The status of each check, by id."""
    return {verdict.id: str(verdict.status) for verdict in result.verdicts}


def grade(submission: Path, out: Path, cache: Path, seed: int | None = None) -> Result:
    """Grade as the instructor does."""
    arguments = ["grade", str(submission), "--out", str(out)]
    subprocess.run(
        [sys.executable, "-m", "autograder", *arguments, *(["--seed", str(seed)] if seed else [])],
        cwd=ROOT,
        env={**os.environ, "PGFAULT_CACHE": str(cache)},
        capture_output=True,
        check=False,
    )
    return Result.read(out / "result.json")


def start(way: Way, quick: bool = False) -> None:
    """Section 2 of the text: set up, boot, a first change, and a check that fails.

    ``quick``: of all the checks that fail, try one area.
    """
    for block in blocks(way.text):
        if not block.section.startswith("2."):
            continue
        if block.kind == "diff":
            way.apply("\n".join(block.lines) + "\n")
        for command in commands(block) if block.kind == "console" else ():
            if command.line == "make check":
                line = f"{command.line} ONLY=file/" if quick else command.line
                failed = way.run(Command(command.section, line), status=2)
                assert "Fix this first" in failed.output and "failed" in failed.output
                assert way.result().totals.grader_error == 0
            else:
                ran = way.run(command)
                if any("dmesg" in typed for _, typed in command.guest):
                    assert "hello from my own kernel" in ran.output
    way.revert()


def milestones(way: Way) -> None:
    """Section 6: with the part of the solution that each asks for, its checks are green."""
    for block in blocks(way.text):
        name = milestone(block.section)
        if not name or block.kind != "console":
            continue
        if name in STEPS:
            way.put_in_place(*STEPS[name])
        for command in commands(block):
            way.run(command)


def silent(phrase: str, part: float | None) -> None:
    """No progress."""


def main() -> None:
    """Go the way in the folder named on the command line, which must be empty."""
    parser = argparse.ArgumentParser(prog="python -m tests.student_way", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--short", action="store_true", help="on the warm cache, no milestones")
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"{folder} is not empty")
    if options.short:
        short(folder)
        return
    way = Way(folder, Path(os.environ.get("WAY_CACHE", folder / "cache")))
    way.unpack()
    start(way)
    milestones(way)
    traced(way)
    debian(way)
    before = way.result("check")
    graded = grade(way.home / "submission.zip", folder / "graded", way.cache, before.seed)
    lost = [verdict.id for verdict in graded.verdicts if verdict.status != "passed"]
    assert not lost, lost
    print(f"full marks: {len(graded.verdicts)} checks passed")


def short(folder: Path) -> None:
    """The way without the milestones, on the warm cache and with the reference's objects."""
    cache = Cache.default()
    way = Way(folder, cache.root)
    way.unpack()
    way.borrow_python()
    start(way, quick=True)

    # Where the student would now write for some weeks, the reference is put in place.
    take_reference(way, cache)
    way.put_in_place((), [path.name for path in (REFERENCE / "tools").iterdir() if path.is_file()])
    (way.home / "ANSWERS.md").write_bytes((REFERENCE / "ANSWERS.md").read_bytes())

    assert "files" in way.run(Command("", "make patch")).output
    way.run(Command("", "make check"))
    here = way.result()
    assert set(verdicts(here).values()) == {"passed"}

    # One line changed, and the verdict on one check.
    change = way.home / "linux/fs/proc/pgfault_history.c"
    text = change.read_text()
    change.write_text(text.replace("count > sizeof(text)", "count >= sizeof(text)"))
    failed = way.run(Command("", "make check ONLY=start_answers"), status=2)
    assert "EINVAL" in failed.output or "expected" in failed.output.lower()
    assert "selected check" in failed.output.splitlines()[-2]
    (number,) = [v.number for v in way.result().verdicts if v.status == "failed"]
    again = way.run(Command("", from_handout(number, way.result().seed)), status=2)
    assert again.output.splitlines()[-2].startswith("0 of 1 selected check passes")
    details = way.run(Command("", f"make check V=1 ONLY={number}"), status=2).output
    assert from_handout(number, way.result().seed) in details
    broken = verdicts(way.result())  # of all checks: the few that ran joined the last report
    assert "passed" in broken.values() and "not_reached" not in broken.values()
    change.write_text(text.replace("\tchar text[2];", "\tchar text[2]"))
    words = way.run(Command("", "make kernel"), status=2).output
    assert "fs/proc/pgfault_history.c:" in words and "expected" in words
    change.write_text(text)
    assert broken != verdicts(here)

    way.run(Command("", "make submit"))
    graded = grade(way.home / "submission.zip", folder / "graded", cache.root, here.seed)
    assert verdicts(graded) == verdicts(here)
    assert graded.submission.sha256 == here.submission.sha256


def take_reference(way: Way, cache: Cache) -> None:
    """Make ``linux/`` the reference's tree with its objects, so that little is compiled."""
    sandbox = choose()
    baseline = ready.baseline(SERIES, cache, sandbox, silent)
    reference = reference_build(baseline, cache, sandbox, silent)
    mirror(reference.tree, way.home / "linux", lambda name: name in GIT)


def traced(way: Way) -> None:
    """The commands of the debugging section, in the student's kernel with the tools."""
    for block in blocks(way.text):
        if "your own guest" in block.section and block.kind == "console":
            for command in commands(block):
                ran = way.run(command)
                assert "Region: 00400000" in ran.output and " fault " in ran.output


def debian(way: Way) -> str:
    """The commands of the Debian guest; the map of the command that is traced there."""
    (block,) = [
        block for block in blocks(way.text) if "Debian" in block.section and block.kind == "console"
    ]
    (way.home / "cow").unlink(missing_ok=True)
    first, removal, second = (way.run(command) for command in commands(block))
    assert removal.command.line == "rm cow" and (way.home / "cow").exists()
    assert "assignment.md" in first.output and "ps: 0" in first.output
    # What was written to the disk is gone with the file that it was written to.
    assert "kept for now" in first.output and "kept for now" not in second.output
    assert "No such file" in second.output
    assert "X" in first.output.partition("Region: 00400000")[2]
    return first.output


if __name__ == "__main__":
    main()

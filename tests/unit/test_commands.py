# SPDX-License-Identifier: MIT
"""Every command that a text names exists for its reader, and every --help fits a terminal."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from autograder import KIT_VERSION
from autograder.cli import main as cli
from autograder.course import COURSE_FILE, load
from autograder.handout import bundle
from autograder.judge import rubric
from autograder.pgfault.viewer.command import trace
from autograder.report.repeat import from_grader, from_handout
from autograder.report.rubric_list import listed
from autograder.scoring import worths
from autograder.student import __main__ as student

ROOT = Path(__file__).parents[2]
WIDTH = 80
GROUPS = ("kernel", "class")
INSTRUCTORS = {"kit/autograder/course.py"}  # nobody else edits course.toml

# In backticks, or at a prompt: what somebody is to type.
NAMED = re.compile(
    r"[`']((?:make|python -m autograder)(?: [^`'\n]*)?)[`']|^\$ (make\b[^\n]*)$", re.M
)
TARGET = re.compile(r"^([a-z][a-z-]*):", re.M)


def instructors_app() -> TyperGroup:
    """The command line with all its commands."""
    app = cli.app
    names = {command.callback.__name__ for command in app.registered_commands if command.callback}
    if "trace" not in names:
        app.command()(trace)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def students_app() -> TyperGroup:
    group = typer.main.get_command(student.app)
    assert isinstance(group, TyperGroup)
    return group


def commands(group: TyperGroup, path: str) -> Iterator[tuple[str, TyperGroup | TyperCommand]]:
    """Every command, groups included, with the words that lead to it."""
    yield path, group
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{path} {name}")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{path} {name}", command


ALL = [
    *commands(instructors_app(), "python -m autograder"),
    *commands(students_app(), "python -m autograder.student"),
]


@pytest.mark.parametrize("path", [path for path, _ in ALL])
def test_help_fits_and_breaks_no_word(path: str) -> None:
    command = dict(ALL)[path]
    shown = {}
    for width in (WIDTH, 400):
        context = typer.Context(
            command, info_name=path, terminal_width=width, max_content_width=width
        )
        shown[width] = command.get_help(context)
    assert all(len(line) <= WIDTH for line in shown[WIDTH].splitlines())
    assert not re.search(r"[a-z]\.\.\.$", shown[WIDTH], re.M), "a summary is cut"
    assert set(shown[WIDTH].split()) <= set(shown[400].split())


@pytest.mark.parametrize("folder", [".", "handout/kit"])
def test_make_help_fits(folder: str) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT / folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) > 10
    assert all(len(line) <= WIDTH for line in done.stdout.splitlines())
    assert not re.search(r"\b(mend|without|told|tell)\b", done.stdout)


def test_the_list_of_checks_has_areas_with_sums_and_fits() -> None:
    lines = list(listed(rubric.checks(), worths(load(ROOT / COURSE_FILE))))
    assert all(len(line) <= WIDTH for line in lines)
    assert lines[0].startswith("Build: 5 checks, ")
    assert re.fullmatch(
        rf"All areas: {len(rubric.checks())} checks, 100 points, [\d.]+ for extra credit", lines[-1]
    )


def made(folder: Path, line: str) -> list[str]:
    """What make would run for ``line``: the words behind ``-m``."""
    words = shlex.split(line)
    assert words[0] == "make"
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", "-o", ".venv/.ready", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    ran = done.stdout.replace("\\\n", " ").splitlines()[-1]
    return shlex.split(ran.partition(" -m ")[2])


def parsed(group: TyperGroup, words: list[str]) -> dict[str, object]:
    """The parameters of a command line.  Errors: typer's, if it does not parse."""
    command = group.commands[words[0]]
    return dict(command.make_context(words[0], words[1:], resilient_parsing=False).params)


def test_the_line_that_repeats_a_check_runs_for_students() -> None:
    words = made(ROOT / "handout/kit", from_handout("6.7", 123))
    assert words[0] == "autograder.student"
    params = parsed(students_app(), words[1:])
    assert (params["only"], params["seed"], params["verbose"]) == ("6.7", 123, False)
    words = made(ROOT / "handout/kit", "make check V=1 ONLY=2,faults")
    assert parsed(students_app(), words[1:])["verbose"] is True


def test_the_line_that_repeats_a_check_runs_for_instructors() -> None:
    submission = Path("in/ada's submission.zip")
    words = shlex.split(from_grader(submission, Path("build/check"))("6.7", 123))
    assert words[1:3] == ["-m", "autograder"]
    params = parsed(instructors_app(), words[3:])
    assert (params["only"], params["seed"]) == ("6.7", 123)
    assert (params["submission"], params["out"]) == (submission, Path("build/check/only-6.7"))
    words = made(ROOT, "make check SUBMISSION=in/ada ONLY=6.7 SEED=123 V=1")
    params = parsed(instructors_app(), words[1:])
    assert (params["only"], params["seed"], params["verbose"]) == ("6.7", 123, True)
    assert params["out"] == Path("build/only")  # the full report stays
    assert parsed(instructors_app(), ["grade", "in/ada"])["out"] == Path("build/check")


def test_cleaning_up_keeps_the_history(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(ROOT / "handout/kit", home)
    for name in ("history/one.json", "check/result.json", "kernel.log"):
        (home / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "build" / name).touch()
    for _ in range(2):
        subprocess.run(["make", "-s", "clean"], cwd=home, check=True)
        assert [path.name for path in (home / "build").rglob("*")] == ["history", "one.json"]


def named(text: str) -> list[str]:
    """The commands that ``text`` tells somebody to type."""
    return [first or second for first, second in NAMED.findall(text)]


def targets(makefile: Path) -> set[str]:
    return set(TARGET.findall(makefile.read_text()))


def test_students_are_told_of_commands_that_they_have() -> None:
    """In every file of the handout: hints, messages, pages, the text."""
    known = targets(ROOT / "handout/kit/Makefile")
    found: list[tuple[str, str]] = []
    for name, data in bundle.contents(load(ROOT / COURSE_FILE)).items():
        text = data.decode(errors="replace")
        found += [(name, line) for line in named(text) if name not in INSTRUCTORS]
    assert len(found) > 50
    unknown = [(name, line) for name, line in found if not _students_have(line, known)]
    assert unknown == []


def _students_have(line: str, known: set[str]) -> bool:
    words = line.split()
    if words[0] != "make":
        # A comment of ours in results.py names what makes the schema.
        return line == "python -m autograder schema"
    target = next((word for word in words[1:] if "=" not in word), "")
    # In the kernel's own tree, in tools/, or make itself.
    return not target or target in known or target in ("-C", "mrproper", "prepare")


def test_only_of_every_command_names_checks() -> None:
    written = bundle.contents(load(ROOT / COURSE_FILE))["assignment.md"].decode()
    expressions = re.findall(r"make check (?:SEED=\S+ )?ONLY=([\w,./]+)", written)
    assert len(expressions) > 8
    for expression in expressions:
        assert rubric.select(expression), expression


def test_instructors_are_told_of_commands_that_exist() -> None:
    known = {path.removeprefix("python -m autograder ") for path, _ in ALL}
    make_targets = targets(ROOT / "Makefile") | targets(ROOT / "handout/kit/Makefile")
    sources = [
        *(ROOT / "autograder").rglob("*.py"),
        *(ROOT / "docs").glob("*.md"),
        ROOT / "README.md",
        *(ROOT / "templates").glob("*.j2"),
    ]
    for path in sources:
        for line in named(path.read_text()):
            words = line.split()
            if words[0] == "python":
                name = (
                    " ".join(words[3:5])
                    if words[3:4] and words[3] in GROUPS
                    else " ".join(words[3:4])
                )
                assert name in known or name in ("", "--help"), (path, line)
            elif len(words) > 1 and re.fullmatch(r"[a-z-]+", words[1]) and path.suffix != ".py":
                assert words[1] in make_targets, (path, line)


def test_the_version_is_printed_and_has_its_section_of_changes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"pgfault-course-kit {KIT_VERSION}\n"
    changes = re.findall(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert changes[0] == KIT_VERSION


def test_the_commands_of_contributing_run() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    lines = re.findall(r"`(make [^`]+|\.venv/bin/python -m autograder [^`]+)`", text)
    assert len(lines) > 10
    for line in lines:
        if line.startswith("make"):
            subprocess.run(["make", "-n", *shlex.split(line)[1:]], cwd=ROOT, check=True)
        else:
            parsed(instructors_app(), shlex.split(line)[3:])


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_what_a_guide_names_is_there(name: str) -> None:
    path = ROOT / name
    text = path.read_text()
    linked = {path.parent / link.partition("#")[0] for link in re.findall(r"\]\((.*?)\)", text)}
    named = {ROOT / word for word in re.findall(r"`([\w.][\w./-]*/[\w./-]*|\w+\.toml)`", text)}
    made = {ROOT / word for word in ("build/", ".venv/")}
    assert linked and named
    missing = [str(found) for found in (linked | named) - made if not found.exists()]
    assert missing == []


def test_each_license_that_the_package_names_has_its_text() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    named = re.search(r'license = \{ text = "(.*)" \}', project)
    assert named is not None
    assert set(named[1].split(" AND ")) == {path.stem for path in (ROOT / "LICENSES").iterdir()}

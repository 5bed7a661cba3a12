# SPDX-License-Identifier: MIT
"""docs/class.md names every command for a class and every key of course.toml.

What README.md and the documents tell a reader to run exists, with the options that they give.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from typer.testing import CliRunner

from autograder.cli import main as cli
from autograder.cli.of_class import COMMANDS
from autograder.course import Course
from autograder.pgfault.viewer.command import trace

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "class.md").read_text()
PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
AUTOGRADER = re.compile(r"python -m autograder ((?:kernel |class )?[a-z-]+)([^`#\n|]*)")
MAKE = re.compile(r"(?:^    |`)make ([a-z][a-z-]*)", re.M)
TARGET = re.compile(r"^([a-z][a-z-]*):", re.M)


def text_of(page: str) -> str:
    return (ROOT / page).read_text()


def keys() -> list[tuple[str, str]]:
    found = []
    for section, field in Course.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += [(section, key) for key in kind.model_fields]
        else:
            found.append((section, ""))
    return found


@pytest.mark.parametrize("command", [*(f"class {name}" for name in COMMANDS), "gradescope"])
def test_every_command(command: str) -> None:
    assert f"python -m autograder {command}" in TEXT


@pytest.mark.parametrize(("section", "key"), keys())
def test_every_key(section: str, key: str) -> None:
    assert (
        f"`[{section}] {key}`" in TEXT
        or f"`[{section}.{key}]`" in TEXT
        or (not key and f"`[{section}]`" in TEXT)
    )


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        *(
            f"docs/{name}.md"
            for name in ("class", "instructor", "checks", "corpus", "speed", "threats")
        ),
    ],
)
def test_plain_words(page: str) -> None:
    assert not re.findall(r"\bmend\w*|\btold\b|\brests? on\b|\bfor ever\b|\banew\b", text_of(page))


@cache
def help_of(command: str) -> str:
    """What ``--help`` of a command prints; fails if there is no such command."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.registered_commands = list(cli.app.registered_commands)
    app.registered_groups = list(cli.app.registered_groups)
    app.command()(trace)
    done = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, f"there is no command {command}"
    return done.output


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_says_to_run_exists(page: str) -> None:
    text = text_of(page)
    for command, rest in AUTOGRADER.findall(text):
        shown = help_of(command)
        for option in re.findall(r"--[a-z-]+", rest):
            assert re.search(rf"{option}\b", shown), f"{command} has no option {option}"
    makefiles = [ROOT / "Makefile", ROOT / "handout" / "kit" / "Makefile"]
    known = {name for path in makefiles for name in TARGET.findall(path.read_text())}
    assert set(MAKE.findall(text)) <= known

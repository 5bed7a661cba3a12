# SPDX-License-Identifier: MIT
"""docs/class.md names every command for a class and every key of course.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from autograder.cli_class import add_to
from autograder.course import Course

TEXT = Path(__file__).parents[2].joinpath("docs", "class.md").read_text()


def commands() -> list[str]:
    app = typer.Typer()
    add_to(app)
    return [command.name or "" for command in app.registered_commands]


def keys() -> list[tuple[str, str]]:
    found = []
    for section, field in Course.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += [(section, key) for key in kind.model_fields]
        else:
            found.append((section, ""))
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command(command: str) -> None:
    assert f"python -m autograder {command}" in TEXT


@pytest.mark.parametrize(("section", "key"), keys())
def test_every_key(section: str, key: str) -> None:
    assert (
        f"`[{section}] {key}`" in TEXT
        or f"`[{section}.{key}]`" in TEXT
        or (not key and f"`[{section}]`" in TEXT)
    )

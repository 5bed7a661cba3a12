# SPDX-License-Identifier: MIT
"""Options that had other names: a word of advice, and the old spelling until 0.3."""

from __future__ import annotations

from collections.abc import Mapping

import typer
from typer.core import TyperCommand

from autograder.errors import UsageError


class OfGrades(TyperCommand):
    """A command that reads a graded class: it says which option names that."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Errors: UsageError for --out, if nothing is written to a place of its own."""
        options = {name for param in self.params for name in param.opts}
        given = {word.partition("=")[0] for word in args}
        if "--out" in given - options and "--grades" in options:
            raise UsageError(
                f"{ctx.command_path} reads the grades of a class: name their folder with --grades"
            )
        return super().parse_args(ctx, args)


def renamed(names: Mapping[str, str]) -> type[TyperCommand]:
    """A command that takes options by their old names, too: a mapping from old to new."""

    class Renamed(TyperCommand):
        def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
            """Read the options in today's spelling."""
            return super().parse_args(ctx, [_today(word) for word in args])

    def _today(word: str) -> str:
        name, equals, value = word.partition("=")
        return names.get(name, name) + equals + value

    return Renamed

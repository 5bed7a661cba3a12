# SPDX-License-Identifier: MIT
"""The feedback page: one file that needs no network and runs no script."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.files import write_atomically
from autograder.report import text
from autograder.report.view import arrange, base_points, count
from autograder.results import Result

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
COURSE = "Page fault tracing"

# Room for one field (characters, lines): a page stays readable, and small enough to mail.
_PROSE = (3_000, 40)
_LOG = (16_000, 300)


def render(result: Result, *, for_instructor: bool = False, course: str = COURSE) -> str:
    """The page for a student, or the instructor's copy, in which nothing is withheld."""
    return (
        environment()
        .get_template("feedback.html.j2")
        .render(
            course=course,
            result=result,
            base_points=base_points(result.totals),
            view=arrange(result, for_instructor=for_instructor),
            for_instructor=for_instructor,
        )
    )


def write(
    result: Result, path: Path, *, for_instructor: bool = False, course: str = COURSE
) -> None:
    """Write the page of :func:`render` to ``path``, atomically."""
    write_atomically(path, render(result, for_instructor=for_instructor, course=course))


@lru_cache(maxsize=1)
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        line=text.one_line,
        prose=lambda value: text.shorten(value, *_PROSE),
        log=lambda value: text.shorten(value, *_LOG),
        points=text.number,
        duration=text.duration,
        count=count,
    )
    return environment


def _finalize(value: object) -> object:
    """Make text visible wherever a template prints it, so that no place can forget to."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return text.visible(value)
    return value

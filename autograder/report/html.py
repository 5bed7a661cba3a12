# SPDX-License-Identifier: MIT
"""The feedback page: one file that needs no network and runs no script but its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.files import write_atomically
from autograder.report import assets, hangs, loglines, text, traces
from autograder.report.journey import Journey
from autograder.report.repeat import Repeat, from_handout
from autograder.report.view import anchor, arrange, base_points, count
from autograder.results import Evidence, Result

TEMPLATES = assets.TEMPLATES
COURSE = "Page fault tracing"

# Room for one field (characters, lines): a page stays readable, and small enough to mail.
_PROSE = (3_000, 40)
_LOG = (16_000, 300)


def render(
    result: Result,
    *,
    for_instructor: bool = False,
    course: str = COURSE,
    observations: Path | None = None,
    journey: Journey | None = None,
    repeat: Repeat = from_handout,
) -> str:
    """The page for a student, or the instructor's copy, in which nothing is withheld.

    With the folder of the grading's ``observations`` it shows traces as well.
    """
    view = arrange(result, for_instructor=for_instructor, repeat=repeat)
    shown = traces.of_checks(view, observations, result.seed) if observations else {}
    passed = {row.verdict.id for row in view.passed}
    style, script = assets.style("feedback.css", "replay.css"), assets.script()
    return (
        environment()
        .get_template("feedback.html.j2")
        .render(
            course=course,
            result=result,
            base_points=base_points(result.totals),
            view=view,
            journey=journey,
            traces=shown,
            shown_traces=[trace for name, trace in shown.items() if name in passed],
            for_instructor=for_instructor,
            style=style,
            script=script,
            policy=assets.policy(style=style, script=script),
        )
    )


def write(
    result: Result,
    path: Path,
    *,
    for_instructor: bool = False,
    course: str = COURSE,
    observations: Path | None = None,
    journey: Journey | None = None,
    repeat: Repeat = from_handout,
) -> None:
    """Write the page of :func:`render` to ``path``, atomically."""
    page = render(
        result,
        for_instructor=for_instructor,
        course=course,
        observations=observations,
        journey=journey,
        repeat=repeat,
    )
    write_atomically(path, page)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Where the templates are, with the filters that they use."""
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
        code=lambda value: text.one_line(value.expandtabs()),
        prose=lambda value: text.shorten(value, *_PROSE),
        log=lambda value: text.shorten(value, *_LOG),
        points=text.number,
        duration=text.duration,
        count=count,
        state=hangs.state,
        calls=hangs.calls,
        loglines=_loglines,
    )
    environment.globals["anchor"] = anchor
    return environment


def _loglines(evidence: Evidence) -> list[loglines.Lines]:
    """The lines of a log, in runs of interesting and other ones."""
    files = {excerpt.file for excerpt in evidence.excerpts}
    return loglines.marked(text.shorten(evidence.text, *_LOG), files)


def _finalize(value: object) -> object:
    """Make text visible wherever a template prints it, so that no place can forget to."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return text.visible(value)
    return value

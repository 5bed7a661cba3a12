# SPDX-License-Identifier: MIT
"""The feedback page: one file that needs no network and runs no script but its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder import assignment, text
from autograder.files import write_atomically
from autograder.report import assets, hangs, loglines
from autograder.report.coverage import Reach
from autograder.report.exhibits import Exhibits
from autograder.report.inline import coded
from autograder.report.journey import Journey
from autograder.report.repeat import Repeat, from_handout
from autograder.report.rules import first_sentence, named
from autograder.report.sparkline import sparkline
from autograder.report.view import (
    View,
    anchor,
    arrange,
    base_points,
    count,
    counted,
    excerpts_of,
    is_near,
)
from autograder.results import Evidence, Excerpt, Result

TEMPLATES = assets.TEMPLATES

# Room for one field (characters, lines): a page stays readable, and small enough to mail.
_PROSE = (3_000, 40)
_LOG = (16_000, 300)
_SENTENCE = 600


def render(
    result: Result,
    *,
    for_instructor: bool = False,
    course: str = "",
    observations: Path | None = None,
    journey: Journey | None = None,
    repeat: Repeat = from_handout,
) -> str:
    """The page for a student, or the instructor's copy, in which nothing is withheld.

    With the folder of the grading's ``observations`` it has the assignment's exhibits as well;
    with a ``journey``, how far the student has come.  ``repeat`` makes the line that runs a
    check again.
    """
    view = arrange(result, for_instructor=for_instructor, repeat=repeat)
    exhibits = _exhibits(view, observations, result.seed)
    style = assets.style("feedback.css") + exhibits.style
    script = assets.page_script() + exhibits.script
    return (
        environment()
        .get_template("feedback.html.j2")
        .render(
            course=course or assignment.current().title,
            result=result,
            totals=result.totals,
            base_points=base_points(result.totals),
            counted=counted(result),
            near=is_near(result.totals) and not view.partial,
            view=view,
            journey=journey,
            tellers=loglines.tellers(
                row.verdict for problem in view.problems for row in problem.rows
            ),
            exhibits=exhibits,
            reach=Reach(result.coverage),
            rules=named(row.verdict for row in view.failed),
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
    course: str = "",
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


def _exhibits(view: View, observations: Path | None, seed: int) -> Exhibits:
    exhibits = assignment.current().exhibits
    if exhibits is None or observations is None:
        return Exhibits()
    failed, passed = ([row.verdict for row in rows] for rows in (view.failed, view.passed))
    return exhibits(failed, passed, observations, seed)


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
        code=lambda value: "\t".join(text.one_line(part) for part in value.split("\t")),
        prose=lambda value: coded(text.shorten(value, *_PROSE)),
        coded=lambda value: coded(text.one_line(value, _SENTENCE)),
        plain=lambda value: text.shorten(value, *_PROSE),
        log=lambda value: text.shorten(value, *_LOG),
        points=text.number,
        duration=text.duration,
        count=count,
        state=hangs.state,
        doing=hangs.doing,
        calls=hangs.calls,
        sparkline=sparkline,
    )
    environment.globals.update(anchor=anchor, proof=_proof, sentence=first_sentence)
    return environment


@dataclass(frozen=True)
class Proof:
    """What a check shows: logs, lines of the patch, and reports that another check shows."""

    logs: list[loglines.Log]
    sources: list[loglines.Source]
    elsewhere: list[tuple[Evidence, str]]  # with the number of that check


def _proof(
    evidence: list[Evidence],
    excerpts: list[Excerpt] | None = None,
    number: str = "",
    tellers: Mapping[str, str] | None = None,
) -> Proof:
    """What to show of ``evidence`` in the check with ``number``; by default with all excerpts."""
    own, elsewhere = [], []
    for item in evidence:
        teller = (tellers or {}).get(loglines.bare(item.title), number)
        if item.kind == "report" and teller != number:
            elsewhere.append((item, teller))
        else:
            own.append(item.model_copy(update={"text": text.shorten(item.text, *_LOG)}))
    chosen = excerpts_of(own) if excerpts is None else excerpts
    return Proof(*loglines.linked(own, chosen), elsewhere)


def _finalize(value: object) -> object:
    """Make text visible wherever a template prints it, so that no place can forget to."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return text.visible(value)
    return value

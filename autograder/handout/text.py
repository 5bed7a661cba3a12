# SPDX-License-Identifier: MIT
"""The assignment's text: Markdown with the course's values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.assignment import current
from autograder.course import Course
from autograder.errors import GraderError
from autograder.files import KIT
from autograder.handout import page
from autograder.handout.tables import VISIBLE, amount, points_by_area, visible_checks
from autograder.judge import rubric
from autograder.scoring import worths

HANDOUT = KIT / "handout"
CHAPTERS = "text"
EXAMPLES = "examples"

_COMMAND = re.compile(r"^([a-z][a-z-]*):[^=#\n]*## (.+)$", re.M)
_NAME = re.compile(r"[ \t]*\{#[a-z0-9-]+\}(?=\n)")


@dataclass(frozen=True)
class AssignmentText:
    """The text in both forms."""

    markdown: str
    html: str


def assignment(course: Course, root: Path = HANDOUT) -> AssignmentText:
    """The text for ``course``.  Errors: GraderError if a part of it is missing."""
    try:
        markdown = _markdown(course, root)
        embedded = current().embedded(root / EXAMPLES)
        html = page.render(markdown, course.title, embedded, root)
        return AssignmentText(_without_fences(embedded, _NAME.sub("", markdown)), html)
    except OSError as error:
        raise GraderError(f"the assignment's text cannot be made: {error}") from error


def _without_fences(languages: Iterable[str], markdown: str) -> str:
    """``markdown`` without what only a page can show."""
    for language in languages:
        fence = rf"^```{re.escape(language)}\n.*?^```\n\n"
        markdown = re.sub(fence, "", markdown, flags=re.M | re.S)
    return markdown


def commands(makefile: str) -> list[tuple[str, str]]:
    """The targets of the student's Makefile with what they do."""
    return _COMMAND.findall(makefile)


def _markdown(course: Course, root: Path) -> str:
    environment = Environment(
        loader=FileSystemLoader(root / CHAPTERS),
        undefined=StrictUndefined,
        autoescape=False,  # it is Markdown; the page's parser escapes
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        comment_start_string="{##",  # "{#name}" gives a heading its address
    )
    values = _values(course, root)
    chapters = sorted(path.name for path in (root / CHAPTERS).glob("*.md.j2"))
    return "\n".join(environment.get_template(name).render(values) for name in chapters)


def _values(course: Course, root: Path) -> dict[str, object]:
    worth = worths(course)
    extra = sum((value.points for value in worth.values() if value.extra_credit), Fraction())
    visible = sum(value.visibility == VISIBLE for value in worth.values())
    due = course.due()
    return {
        "assignment": course.title,
        "course": course.course.name,
        "term": course.course.term,
        "series": course.series,
        "due": moment(due) if due else "",
        "extension_days": course.deadline.extension_days if due else 0,
        "late": late_policy(course) if due else "",
        "full": amount(Fraction(course.points.full)),
        "extra_points": amount(extra) if extra else "",
        "points_table": points_by_area(course),
        "checks_table": visible_checks(course),
        "hidden": visible != len(worth),
        "visible_count": visible,
        "total_count": len(rubric.checks()),
        "milestones": {step.name: step for step in current().milestones},
        "commands": commands((root / "kit" / "Makefile").read_text()),
        **current().text_values(root / EXAMPLES),
    }


def moment(when: datetime) -> str:
    """A point in time as people write it, with its time zone."""
    return f"{when:%A}, {when.day} {when:%B %Y, %H:%M} ({when.tzname()})"


def late_policy(course: Course) -> str:
    """What lateness costs, in words; empty where it costs nothing."""
    late = course.late
    said = []
    if late.percent_per_day:
        percent = amount(Fraction(late.percent_per_day))
        said.append(f"Each day late that has begun costs {percent} % of the points earned.")
    if late.grace_minutes:
        minutes = amount(Fraction(late.grace_minutes))
        said.append(f"The first {minutes} minutes count as in time.")
    if late.cutoff_days is not None:
        days = f"{late.cutoff_days} day{'' if late.cutoff_days == 1 else 's'}"
        said.append(f"What comes more than {days} late gets no points.")
    return " ".join(said)

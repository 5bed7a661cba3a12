# SPDX-License-Identifier: MIT
"""The assignment's text: Markdown with the course's values, and the page made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from autograder.checks import milestones, rubric
from autograder.course import Course
from autograder.errors import GraderError
from autograder.handout.tables import VISIBLE, amount, points_by_area, visible_checks
from autograder.scoring import worths

ROOT = Path(__file__).resolve().parents[2] / "handout"
CHAPTERS = "text"
EXAMPLES = "examples"
PAGE = "page.html.j2"
STYLE = "page.css"

_COMMAND = re.compile(r"^([a-z][a-z-]*):[^=#\n]*## (.+)$", re.M)
_IDENTIFIER = re.compile(r"\s*\{#([a-z0-9-]+)\}$")


@dataclass(frozen=True)
class Assignment:
    """The text in both forms."""

    markdown: str
    html: str


def assignment(course: Course, root: Path = ROOT) -> Assignment:
    """The text for ``course``.  Errors: GraderError where a part of it is missing."""
    try:
        markdown = _markdown(course, root)
        return Assignment(_IDENTIFIERS.sub("", markdown), _page(course, markdown, root))
    except OSError as error:
        raise GraderError(f"the assignment's text cannot be made: {error}") from error


_IDENTIFIERS = re.compile(r"[ \t]*\{#[a-z0-9-]+\}(?=\n)")


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
    example = (root / EXAMPLES / "map.txt").read_text().rstrip("\n")
    caption, _, example = example.partition("\n\n")
    due = course.due()
    return {
        "assignment": course.course.assignment,
        "course": course.course.name,
        "term": course.course.term,
        "series": course.kernel.series,
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
        "milestones": {step.name: step for step in milestones.STEPS},
        "commands": commands((root / "kit" / "Makefile").read_text()),
        "example": example,
        "example_caption": caption,
        "kasan": (root / EXAMPLES / "kasan.txt").read_text().rstrip("\n"),
        "lockdep": (root / EXAMPLES / "lockdep.txt").read_text().rstrip("\n"),
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


def _page(course: Course, markdown: str, root: Path) -> str:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    tokens = parser.parse(markdown)
    contents = _name_headings(tokens)
    _mark_columns(tokens)
    parser.add_render_rule("image", _figure(root))
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("table_open", lambda *_: '<div class="table" tabindex="0">\n<table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    body = parser.renderer.render(tokens, parser.options, {})
    body = re.sub(r"<p>(<figure>.*?</figure>)</p>", r"\1", body, flags=re.S)
    environment = Environment(
        loader=FileSystemLoader(root), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    return environment.get_template(PAGE).render(
        title=course.course.assignment,
        css=Markup((root / STYLE).read_text()),
        body=Markup(body),
        contents=contents,
    )


def _name_headings(tokens: Sequence[Token]) -> list[tuple[str, str]]:
    """Give each heading an address: its own ``{#name}``, else one made of its words."""
    contents = []
    taken: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        if found := _IDENTIFIER.search(inline.content):
            last = (inline.children or [])[-1]
            last.content = _IDENTIFIER.sub("", last.content)
        text = _IDENTIFIER.sub("", inline.content)
        name = found[1] if found else re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        if name in taken:
            raise GraderError(f"two headings of the assignment have the address #{name}")
        taken.add(name)
        opening.attrSet("id", name)
        if opening.tag == "h2":
            contents.append((name, text))
    return contents


def _mark_columns(tokens: Sequence[Token]) -> None:
    """Columns that Markdown aligns to the right get a class instead of a style."""
    for token in tokens:
        if token.type in ("th_open", "td_open") and "style" in token.attrs:
            if "right" in str(token.attrs["style"]):
                token.attrSet("class", "right")
            del token.attrs["style"]


def _figure(root: Path):  # type: ignore[no-untyped-def]
    def render(
        renderer: RendererHTML,
        tokens: Sequence[Token],
        index: int,
        options: OptionsDict,
        env: EnvType,
    ) -> str:
        token = tokens[index]
        drawing = (root / str(token.attrs["src"])).read_text()
        caption = renderer.renderInlineAsText(token.children, options, env)
        return f"<figure>\n{drawing}<figcaption>{Markup.escape(caption)}</figcaption>\n</figure>"

    return render


def _fence(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    name = Markup.escape(token.info.strip() or "text")
    return f'<pre class="{name}" tabindex="0"><code>{Markup.escape(token.content)}</code></pre>\n'

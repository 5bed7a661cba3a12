# SPDX-License-Identifier: MIT
"""The assignment as a page: one file that fetches nothing and runs no script but its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from autograder.errors import GraderError
from autograder.handout import links
from autograder.report import assets
from autograder.report.exhibits import NOTHING, Embedded

PAGE = "page.html.j2"
STYLE = "page.css"
SCRIPT = "page.js"

_IDENTIFIER = re.compile(r"\s*\{#([a-z0-9-]+)\}$")


@dataclass
class Heading:
    """A heading in the contents: its address, its words, and the headings below it."""

    name: str
    text: str
    below: list[Heading] = field(default_factory=list)


def render(markdown: str, title: str, embedded: Mapping[str, Embedded], root: Path) -> str:
    """The page of ``markdown``; a fence in one of the languages ``embedded`` gives way to that.

    Errors: GraderError if two headings have the same address.
    """
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    tokens = parser.parse(markdown)
    contents = _name_headings(tokens)
    links.link(tokens)
    _mark_columns(tokens)
    parser.add_render_rule("image", _figure(root))
    parser.add_render_rule("fence", _fence(embedded))
    parser.add_render_rule("table_open", lambda *_: '<div class="table" tabindex="0">\n<table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    body = parser.renderer.render(tokens, parser.options, {})
    body = re.sub(r"<p>(<figure>.*?</figure>)</p>", r"\1", body, flags=re.S)
    environment = Environment(
        loader=FileSystemLoader(root), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    style = Markup((root / STYLE).read_text()) + NOTHING.join(e.style for e in embedded.values())
    script = NOTHING.join(e.script for e in embedded.values()) + Markup((root / SCRIPT).read_text())
    return environment.get_template(PAGE).render(
        title=title,
        style=style,
        script=script,
        policy=assets.policy(style=style, script=script),
        body=Markup(body),
        contents=contents,
    )


def _name_headings(tokens: Sequence[Token]) -> list[Heading]:
    """Give each heading an address: its own ``{#name}``, else one made of its words."""
    contents: list[Heading] = []
    taken: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        if found := _IDENTIFIER.search(inline.content):
            last = (inline.children or [])[-1]
            last.content = _IDENTIFIER.sub("", last.content)
            inline.content = _IDENTIFIER.sub("", inline.content)
        text = inline.content
        name = found[1] if found else re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
        if name in taken:
            raise GraderError(f"two headings of the assignment have the address #{name}")
        taken.add(name)
        opening.attrSet("id", name)
        if opening.tag == "h2":
            contents.append(Heading(name, text))
        elif opening.tag == "h3":
            contents[-1].below.append(Heading(name, text))
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


def _fence(embedded: Mapping[str, Embedded]):  # type: ignore[no-untyped-def]
    def render(
        renderer: RendererHTML,
        tokens: Sequence[Token],
        index: int,
        options: OptionsDict,
        env: EnvType,
    ) -> str:
        token = tokens[index]
        name = token.info.strip() or "text"
        if name in embedded:
            return f"<p>{Markup.escape(token.content.strip())}</p>\n{embedded[name].html}\n"
        code = Markup.escape(token.content)
        return f'<pre class="{Markup.escape(name)}" tabindex="0"><code>{code}</code></pre>\n'

    return render

# SPDX-License-Identifier: MIT
"""Links from 'section 4.3' and 'rule R2' in the assignment to the places that they name.

A section is found by the number that its heading begins with.  A rule is defined where a
paragraph begins with its name in bold, and that name gets the address ``#rule-r2``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it.token import Token

RULE = r"[FRTBPKX]\d+"

_SECTION = re.compile(r"(\d+(?:\.\d+)?)\.? ")
_DEFINITION = re.compile(rf"({RULE})\.")
_MENTION = re.compile(rf"\b[Ss]ections? (?P<section>\d+(?:\.\d+)?)|\b(?P<rule>{RULE})\b")


def link(tokens: Sequence[Token]) -> None:
    """Put the links into ``tokens``; the headings have their addresses already."""
    places: dict[str, str] = {}
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and (number := _SECTION.match(inline.content)):
            places[number[1]] = str(opening.attrs["id"])
        elif opening.type == "paragraph_open" and (rule := _defined(inline)):
            places[rule] = f"rule-{rule.lower()}"
    for before, token in pairwise(tokens):
        if token.type == "inline" and token.children and before.type != "heading_open":
            token.children = list(_linked(token, places))


def _defined(inline: Token) -> str:
    """The rule that the paragraph defines, and its address in the token; else nothing."""
    children = inline.children or []
    bold = next((n for n, child in enumerate(children) if child.type == "strong_open"), None)
    if bold is None or any(child.content for child in children[:bold]):
        return ""
    found = _DEFINITION.match(children[bold + 1].content)
    if found is None:
        return ""
    children[bold].attrSet("id", f"rule-{found[1].lower()}")
    return found[1]


def _linked(inline: Token, places: dict[str, str]) -> Iterator[Token]:
    inside = ""
    for token in inline.children or []:
        if token.type == "strong_open":
            inside = str(token.attrs.get("id", ""))
        elif token.type == "strong_close":
            inside = ""
        if token.type == "text":
            yield from _split(token.content, places, inside)
        else:
            yield token


def _split(text: str, places: dict[str, str], inside: str) -> Iterator[Token]:
    """``text`` with links to all places that it names but the one it stands ``inside`` of."""
    end = 0
    for found in _MENTION.finditer(text):
        place = places.get(found["section"] or found["rule"], inside)
        if place == inside:
            continue
        yield _text(text[end : found.start()])
        opening = Token("link_open", "a", 1)
        opening.attrSet("href", f"#{place}")
        yield from (opening, _text(found[0]), Token("link_close", "a", -1))
        end = found.end()
    yield _text(text[end:])


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token

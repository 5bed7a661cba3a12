# SPDX-License-Identifier: MIT
"""Sentences for a page, with the names in them set as code."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from autograder.text import visible

# Between backticks; a place in a source file; a function.
_CODE = re.compile(
    r"`(?P<quoted>[^`\n]{1,200})`"
    r"|(?P<place>(?<![\w./-])[\w.-]{1,100}(?:/[\w.-]{1,100}){0,9}\.[chS]:\d+(?!\d))"
    r"|(?P<call>\b[A-Za-z_]\w{0,100}\(\d?\))"
)


def coded(text: str) -> Markup:
    """``text``, safe to stand in a page, with ``mm/x.c:7``, ``put()`` and backticks as code."""
    text = visible(text)
    parts, end = [], 0
    for match in _CODE.finditer(text):
        code = match["quoted"] or match[0]
        parts += [escape(text[end : match.start()]), Markup("<code>{}</code>").format(code)]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])

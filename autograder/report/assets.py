# SPDX-License-Identifier: MIT
"""Styles and scripts as they stand inside a page, and the policy that lets only them act.

A page is one file: its scripts are the modules in ``web/src``, joined.  Its content security
policy names them by their hashes, so that nothing else in it can run, whatever a submission
managed to write there; and it forbids every request.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from markupsafe import Markup

from autograder.files import KIT

TEMPLATES = KIT / "templates"
SCRIPTS = KIT / "web" / "src"

_IMPORT = re.compile(r"^import \{(?P<names>[^}]*)\} from \"\./(?P<module>[a-z]+)\.js\";$", re.M)
_EXPORT = re.compile(r"^export (?=(?:const|class|function) (?P<name>\w+))", re.M)
# Comments on lines of their own.
_COMMENT = re.compile(r"^[ \t]*(/\*.*?\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)


@lru_cache(maxsize=4)
def script(*modules: str) -> Markup:
    """The modules of ``web/src``, each in a function of its own, so that no names clash.

    Each stands after those that it imports.
    """
    parts = []
    for name in modules:
        source = _COMMENT.sub("", (SCRIPTS / f"{name}.js").read_text(encoding="utf-8"))
        exported = ", ".join(match["name"] for match in _EXPORT.finditer(source))
        body = _EXPORT.sub("", _IMPORT.sub(r"const {\g<names>} = of_\g<module>;", source))
        parts.append(f"const of_{name} = (() => {{\n{body}return {{ {exported} }};\n}})();\n")
    text = '// SPDX-License-Identifier: MIT\n"use strict";\n(() => {\n' + "".join(parts) + "})();\n"
    return _checked(text)


@lru_cache(maxsize=1)
def page_script() -> Markup:
    """The feedback page's own script."""
    return _checked(_COMMENT.sub("", (TEMPLATES / "feedback.js").read_text(encoding="utf-8")))


@lru_cache(maxsize=8)
def style(*names: str) -> Markup:
    """The style sheets ``names``, joined."""
    text = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)
    assert "</style" not in text
    return Markup(text)


def _checked(text: str) -> Markup:
    """A script that cannot end its element."""
    assert "</script" not in text and "<!--" not in text
    return Markup(text)


def policy(*, style: str, script: str) -> str:
    """The content security policy of a page with this style and this script."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"

# SPDX-License-Identifier: MIT
"""Which modules a program needs: those that it imports, and what these import."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

PACKAGE = "autograder"


def modules(roots: Iterable[str], top: Path) -> set[Path]:
    """The files, relative to ``top``, of ``roots`` and of all of ours that they import.

    Imports inside functions count; imports for the type checker only do not.
    """
    found: set[Path] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        path = _file(name, top)
        if path is None or path in found:
            continue
        found.add(path)
        waiting += _parents(name)
        waiting += _imported(ast.parse((top / path).read_text()))
    return found


def _file(name: str, top: Path) -> Path | None:
    base = Path(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if (top / path).is_file():
            return path
    return None


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _imported(tree: ast.AST) -> list[str]:
    names = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        waiting += ast.iter_child_nodes(node)
    return [name for name in names if name.split(".")[0] == PACKAGE]

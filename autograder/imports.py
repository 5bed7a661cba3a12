# SPDX-License-Identifier: MIT
"""Which modules import which, read from their sources: nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = "autograder"


def modules(roots: Iterable[str], top: Path, short_of: Iterable[str] = ()) -> set[Path]:
    """The files, relative to ``top``, of ``roots`` and of all of ours that they import.

    Imports inside functions count; imports for the type checker only do not.
    ``short_of``: packages that are not entered, unless a root is in there.
    """
    closed = tuple(short_of)
    found: set[Path] = set()
    waiting = [(root, True) for root in roots]
    while waiting:
        name, is_root = waiting.pop()
        path = _file(name, top)
        shut = any(f"{name}.".startswith(f"{package}.") for package in closed)
        if path is None or path in found or (shut and not is_root):
            continue
        found.add(path)
        inner = [*_parents(name), *_imported((top / path).read_text(), top)]
        waiting += [(each, False) for each in inner]
    return found


def arrows(top: Path) -> dict[str, set[str]]:
    """For each of our modules: those that it imports, for the type checker too."""
    found = {}
    for path in sorted((top / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(top).with_suffix("").parts).removesuffix(".__init__")
        imported = _imported(path.read_text(), top, for_types=True)
        found[name] = {other for other in imported if _file(other, top)}
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


def _imported(source: str, top: Path, for_types: bool = False) -> set[str]:
    """What a source imports of ours: of ``from a import b``, b where it is a module, else a."""
    found = set()
    for module, name in _statements(source, for_types):
        inner = f"{module}.{name}"
        found.add(inner if name and _file(inner, top) else module)
    return found


@cache  # parsing is what takes the time, and few sources change between two walks
def _statements(source: str, for_types: bool) -> list[tuple[str, str]]:
    """Each import of ours, as a module and a name in it, if one is given."""
    found: list[tuple[str, str]] = []
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if not for_types and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(node.module, alias.name) for alias in node.names]
        elif not isinstance(node, ast.expr):  # no expression holds an import
            waiting += ast.iter_child_nodes(node)
    return found

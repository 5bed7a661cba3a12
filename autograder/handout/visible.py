# SPDX-License-Identifier: MIT
"""Sources of the checks without those that students do not get."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Collection
from pathlib import Path

from autograder import assignment
from autograder.judge import rubric

KEPT = {"AREA", "GROUP", "RESTS_ON"}
"""What the rubric looks for in a module of checks, though nothing in there uses it."""


def without_hidden(source: str, hidden: set[str]) -> str:
    """``source`` of a module of checks without the functions named in ``hidden``.

    What only these used (an imported name, a constant) goes with them, so that it tells
    nothing of what they do.
    """
    if not hidden:
        return source
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name in hidden:
            _blank(lines, node)
    before: set[str] = set()
    while True:  # what a removed helper used may be unused now
        left = "".join(line for line in lines if line)
        unused = _unused(ast.parse(left)) - before
        if not unused:
            return re.sub(r"\n{4,}", "\n\n\n", left.rstrip("\n") + "\n")
        before |= unused
        lines = left.splitlines(keepends=True)
        for node in ast.parse(left).body:
            if isinstance(node, ast.FunctionDef | ast.Assign) and _names(node) & unused:
                _blank(lines, node)
            elif isinstance(node, ast.ImportFrom):
                _shorten(lines, node, unused)


def without_names(source: str, hidden: Collection[str]) -> str:
    """``source`` of a module that speaks of checks by their ids, without those in ``hidden``.

    What rests on one of these rests on the boot instead.
    """
    boots = f'"{assignment.current().boots}"'.encode()
    lines = source.encode().splitlines(keepends=True)
    named = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and node.value in hidden
    ]
    for node in sorted(named, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        assert node.end_lineno == node.lineno  # an id is a short word
        line = lines[node.lineno - 1]
        lines[node.lineno - 1] = line[: node.col_offset] + boots + line[node.end_col_offset :]
    return b"".join(lines).decode()


def hidden_functions(visible: set[str]) -> dict[str, set[str]]:
    """For each module of checks (its file's name): the functions that are not ``visible``."""
    found: dict[str, set[str]] = {}
    for module in rubric.modules():
        assert module.__file__ is not None
        functions = {
            name
            for name, function in vars(module).items()
            if name.startswith("test_")
            and inspect.isfunction(function)
            and rubric.describe(function).id not in visible
        }
        found[Path(module.__file__).name] = functions
    return found


def _blank(lines: list[str], node: ast.FunctionDef | ast.Assign) -> None:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    assert node.end_lineno is not None
    while first > 1 and lines[first - 2].startswith("#"):  # a comment above belongs to it
        first -= 1
    for number in range(first - 1, node.end_lineno):
        lines[number] = ""


def _names(node: ast.FunctionDef | ast.Assign) -> set[str]:
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    return {target.id for target in node.targets if isinstance(target, ast.Name)}


def _unused(module: ast.Module) -> set[str]:
    used = {
        node.id
        for node in ast.walk(module)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    defined: set[str] = set()
    for node in module.body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            defined |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("test_"):
            defined.add(node.name)
        elif isinstance(node, ast.Assign):
            defined |= _names(node) - KEPT
    return defined - used


def _shorten(lines: list[str], node: ast.ImportFrom, unused: set[str]) -> None:
    kept = [alias for alias in node.names if (alias.asname or alias.name) not in unused]
    if len(kept) == len(node.names):
        return
    assert node.end_lineno is not None
    for number in range(node.lineno - 1, node.end_lineno):
        lines[number] = ""
    if kept:
        names = ", ".join(ast.unparse(alias) for alias in kept)
        lines[node.lineno - 1] = f"from {node.module} import {names}\n"

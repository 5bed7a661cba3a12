# SPDX-License-Identifier: MIT
"""The locked packages that a student's part of the kit needs: those that it runs with."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENTRY = re.compile(r"^[A-Za-z0-9][^\n]*(?:\n[ \t]+[^\n]*)*", re.M)
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_VIA = re.compile(r"^    # (?:via +|  +)([A-Za-z0-9._-]+)", re.M)


def needed(lock: str, roots: Iterable[str]) -> str:
    """The entries of ``lock`` for ``roots`` and for all that these depend on.

    The lock says for every package on whose account it is there ("via").
    Errors: ValueError where a root has no entry.
    """
    entries = [(normal(_NAME.match(text)[0]), text) for text in _ENTRY.findall(lock)]  # type: ignore[index]
    kept = {normal(name) for name in roots}
    known = {name for name, _ in entries}
    if missing := kept - known:
        raise ValueError(f"requirements.lock has no {', '.join(sorted(missing))}")
    while True:
        more = {
            name
            for name, text in entries
            if name not in kept and kept.intersection(normal(via) for via in _VIA.findall(text))
        }
        if not more:
            break
        kept |= more
    return "".join(text + "\n" for name, text in entries if name in kept)


def normal(name: str) -> str:
    """A package's name as the indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()

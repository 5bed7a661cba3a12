# SPDX-License-Identifier: MIT
"""What an assignment consists of: a plain value, which a package offers as ``ASSIGNMENT``.

The engine (everything in ``autograder`` but the assignment's own package) knows an assignment
by this value alone.  ``course.toml`` names the package; one process grades one assignment.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    pass

DEFAULT = "autograder.pgfault"


@dataclass(frozen=True)
class Assignment:
    """One assignment.  Paths are absolute; everything without a default has to be there."""

    title: str
    checks: str
    """The package with the checks: its modules ``test_*.py``, and ``pytest.ini`` beside them."""

    probes: Path
    """The folder with the probes: C sources, compiled together with those of ``guest/lib``."""

    boots: str
    """The id of the check that stands for 'the kernel boots'; its probe has to note it."""

    areas: Mapping[str, str]
    """The areas of the rubric, in order, with what each asks for."""

    tools: Mapping[str, str] = field(default_factory=dict)
    """Programs that ``make -C tools`` has to build: their names, and their paths below tools/."""

    folders: Sequence[str] = ("fs", "include", "init", "ipc", "kernel", "lib", "mm")
    """The folders of the kernel that a patch may touch."""


_current: Assignment | None = None


def use(package: str) -> Assignment:
    """Grade the assignment of ``package`` in this process from now on.

    Errors: UsageError if there is no such package, or no assignment in it.
    """
    global _current
    _current = load(package)
    return _current


def current() -> Assignment:
    """The assignment of this process; the kit's own if none was named."""
    return _current if _current is not None else use(DEFAULT)


def load(package: str) -> Assignment:
    """The assignment that ``package`` offers.  Errors: UsageError if it offers none."""
    try:
        module: ModuleType = importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise UsageError(f"there is no assignment in the package {package}: {error}") from error
    found = getattr(module, "ASSIGNMENT", None)
    if not isinstance(found, Assignment):
        raise UsageError(f"the package {package} has no ASSIGNMENT (autograder/assignment.py)")
    return found

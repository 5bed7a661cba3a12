# SPDX-License-Identifier: MIT
"""What an assignment consists of: a plain value, which a package offers as ``ASSIGNMENT``.

The engine (everything in ``autograder`` but the assignment's own package) knows an assignment
by this value alone.  ``course.toml`` names the package; one process grades one assignment.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from autograder.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from typer import Typer

    from autograder.guest.observation import Observation, Outcome
    from autograder.judge.stages import Gate
    from autograder.report.exhibits import Embedded, Exhibits
    from autograder.results import Finding, Verdict

    Look = Callable[[str], Observation]
    """Gives what the probe of the check with this id saw."""

    Shown = Sequence[Verdict]

DEFAULT = "autograder.pgfault"


class Milestone(NamedTuple):
    """One step in the order of work."""

    name: str
    title: str
    only: str  # what ONLY= takes; empty for the last, which all checks belong to


class Advice(NamedTuple):
    """What stands in the way of everything else, and the next step."""

    sentence: str  # with ``{observed}`` in it, if that is to be named
    hint: str


def _no_hint(outcome: Outcome) -> str:
    return ""


def _nothing(examples: Path) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Assignment:
    """One assignment.  Paths are absolute; everything without a default has to be there."""

    title: str
    checks: str
    """The package with the checks: its modules ``test_*.py``."""

    probes: Path
    """The folder with the probes: C sources, compiled together with those of ``guest/lib``."""

    boots: str
    """The id of the check that stands for 'the kernel boots': any probe of its own will do."""

    areas: Mapping[str, str]
    """The areas of the rubric, in order, with what each asks for."""

    milestones: Sequence[Milestone] = ()
    """An order of work; the last one is the whole."""

    gate: Callable[[Look], Gate | None] | None = None
    """Looks for what keeps the checks behind it from being tried, once the kernel boots."""

    gates: Sequence[str] = ()
    """The ids of the checks that fail with a gate."""

    causes: Mapping[Finding, Advice] = field(default_factory=dict)
    """For each finding of a gate: how the diagnosis names it, and the next step."""

    hint_for: Callable[[Outcome], str] = _no_hint
    """A hint for a boot that did not come to its end; empty if any hint of the engine fits."""

    exhibits: Callable[[Shown, Shown, Path, int], Exhibits] | None = None
    """What it adds to a feedback page: from the failed verdicts and those that passed, as far
    as the reader may see them, the folder of the observations, and the seed.
    """

    text_values: Callable[[Path], Mapping[str, str]] = _nothing
    """What the text can name besides the course's values, out of its folder of examples."""

    embedded: Callable[[Path], Mapping[str, Embedded]] = _nothing
    """What stands in the text's page where a fence names it, out of the folder of examples."""

    shows: Sequence[str] = ()
    """What of its package only shows what was seen: a change there makes no grade out of date."""

    add_commands: Callable[[Typer], None] | None = None
    """Puts commands of its own into the instructor's command line."""

    reads: Sequence[str] = ()
    """Files of the kit outside its package that it reads while grading, by their paths in there:
    they go wherever it does.
    """

    for_instructors: Sequence[str] = ()
    """What of its package students do not get, besides the hidden checks."""

    tools: Mapping[str, str] = field(default_factory=dict)
    """Programs that ``make -C tools`` has to build: their names, and their paths below tools/."""

    folders: Sequence[str] = ("fs", "include", "init", "ipc", "kernel", "lib", "mm")
    """The folders of the kernel that a patch may touch."""

    structures: Sequence[str] = ("task_struct", "signal_struct", "mm_struct", "vm_area_struct")
    """Where a solution keeps its state: what need not be compiled again for it is found out."""

    rules: Callable[[], Mapping[str, str]] = dict
    """The rules of the contract that checks name: each one's text by its name, in order."""

    @property
    def package(self) -> str:
        """The package that offers it."""
        return self.checks.rpartition(".")[0]

    @property
    def checks_folder(self) -> Path:
        """Where the checks are."""
        package = importlib.import_module(self.checks)
        return Path(next(iter(package.__path__)))


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


def use_here(course: Path = Path("course.toml")) -> Assignment:
    """Grade the assignment that ``course`` names, before anything else is known of the course.

    What is wrong with the file is told where the course is read (course.py).
    """
    try:
        table: dict[str, Any] = tomllib.loads(course.read_text(encoding="utf-8"))
        return use(str(table["assignment"]["package"]))
    except (OSError, ValueError, KeyError, TypeError, UsageError):
        return current()


def load(package: str) -> Assignment:
    """The assignment that ``package`` offers.  Errors: UsageError if it offers none."""
    try:
        module = importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise UsageError(f"there is no assignment in the package {package}: {error}") from error
    found = getattr(module, "ASSIGNMENT", None)
    if not isinstance(found, Assignment):
        raise UsageError(f"the package {package} has no ASSIGNMENT (autograder/assignment.py)")
    return found

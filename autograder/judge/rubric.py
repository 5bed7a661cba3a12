# SPDX-License-Identifier: MIT
"""The rubric: every check with its number, points, rule and hint, in order."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any, TypeVar

from autograder import assignment
from autograder.guest.machine import Job
from autograder.judge.draw import draw_params

ALL = "all"
"""What stands for the checks of every grade where checks are named."""

Function = TypeVar("Function", bound=Callable[..., None])


@dataclass(frozen=True)
class Plan:
    """The probe that a check wants run, with parameters yet to be drawn."""

    probe: str
    params: Mapping[str, object]

    def job(self, seed: int) -> Job:
        """What to run for ``seed``."""
        return Job(self.probe, draw_params(self.probe, self.params, seed))


@dataclass(frozen=True)
class Check:
    """One item of the rubric."""

    id: str
    number: str
    title: str
    area: str
    points: float
    rule: str
    """The name of the contract's rule that it is about; empty where there are no rules."""

    clause: str
    """What that rule says, in full."""

    hint: str
    visibility: str
    tags: tuple[str, ...]
    extra_credit: bool
    needs: tuple[str, ...]
    rests_on: tuple[str, ...]
    plan: Plan | None
    all_boots: bool
    on_request: bool
    """Whether it is tried, and told of, only where its area or its number is asked for."""

    @property
    def order(self) -> tuple[int, ...]:
        """Sorts ``2.10`` after ``2.9``."""
        return tuple(int(part) for part in self.number.split("."))


def rule(name: str) -> Callable[[Function], Function]:
    """The rule of the contract that a check is about."""
    return _setter("__rule__", name)


def hint(text: str) -> Callable[[Function], Function]:
    """What a student should look at first where the check fails."""
    return _setter("__hint__", text)


def observe(probe: str, **params: object) -> Callable[[Function], Function]:
    """The probe whose observation the check judges; parameters may be drawn (draw.py)."""
    return _setter("__plan__", Plan(probe, params))


def needs(*tools: str) -> Callable[[Function], Function]:
    """The submission's tools without which the check cannot be reached."""
    return _setter("__needs__", tools)


def rests_on(*ids: str) -> Callable[[Function], Function]:
    """The checks without which it can hardly pass; by default those in ``RESTS_ON`` of its area."""
    return _setter("__rests_on__", ids)


def extra_credit(function: Function) -> Function:
    """The check's points come on top of the full marks."""
    return _setter("__extra__", True)(function)


def all_boots(function: Function) -> Function:
    """The check judges what every boot of the grading showed."""
    return _setter("__all_boots__", True)(function)


def any_outcome(function: Function) -> Function:
    """The check judges also boots that ended badly."""
    return _setter("__any_outcome__", True)(function)


def _setter(name: str, value: object) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        setattr(function, name, value)
        return function

    return decorate


def describe(function: Callable[..., None]) -> Check:
    """The rubric's item for a check function.  Errors: ValueError where it is incomplete."""
    module = inspect.getmodule(function)
    assert module is not None
    name = function.__name__.removeprefix("test_")
    group = vars(module).get("GROUP", module.__name__.rpartition(".test_")[2])
    attributes: dict[str, Any] = vars(function)
    rules = assignment.current().rules()
    named = attributes.get("__rule__", "")
    missing = [key for key in ("__number__", "__weight__") if key not in attributes]
    title = inspect.getdoc(function)
    if missing or not title:
        raise ValueError(f"the check {name} lacks {', '.join(missing) or 'a docstring'}")
    if named not in (rules or {""}):
        raise ValueError(f"the check {name} names the rule {named!r}, which does not exist")
    return Check(
        id=f"{group}/{name}",
        number=attributes["__number__"],
        title=" ".join(title.split("\n\n")[0].split()),
        area=vars(module)["AREA"],
        points=attributes["__weight__"],
        rule=named,
        clause=rules.get(named, ""),
        hint=attributes.get("__hint__", ""),
        visibility=attributes.get("__visibility__", "visible"),
        tags=tuple(attributes.get("__tags__", ())),
        extra_credit=attributes.get("__extra__", False),
        needs=tuple(attributes.get("__needs__", ())),
        rests_on=attributes.get("__rests_on__", vars(module).get("RESTS_ON", ())),
        plan=attributes.get("__plan__"),
        all_boots=attributes.get("__all_boots__", False),
        on_request=vars(module).get("ON_REQUEST", False),
    )


def modules() -> list[ModuleType]:
    """The modules that hold checks."""
    chosen = assignment.current()
    names = sorted(
        info.name
        for info in pkgutil.iter_modules([str(chosen.checks_folder)])
        if info.name.startswith("test_")
    )
    return [importlib.import_module(f"{chosen.checks}.{name}") for name in names]


def checks() -> tuple[Check, ...]:
    """The checks of every grade, in the order of their numbers.

    Errors: ValueError for a doubled number.
    """
    return tuple(check for check in every_check() if not check.on_request)


def every_check() -> tuple[Check, ...]:
    """All checks, those on request too, in the order of their numbers.

    Errors: ValueError for a doubled number.
    """
    return _checks(assignment.current().checks)


@cache
def _checks(package: str) -> tuple[Check, ...]:
    found = [
        describe(function)
        for module in modules()
        for name, function in vars(module).items()
        if name.startswith("test_") and inspect.isfunction(function)
    ]
    found.sort(key=lambda check: check.order)
    for before, after in pairwise(found):
        if before.number == after.number:
            raise ValueError(f"{before.id} and {after.id} have the same number {after.number}")
    return tuple(found)


def job_of(check_id: str, seed: int) -> Job:
    """What the probe of the check with this id is to do.  Errors: StopIteration if it has none."""
    plan = next(check.plan for check in checks() if check.id == check_id and check.plan)
    return plan.job(seed)


def select(expression: str | None) -> list[Check]:
    """The checks that ``--only`` names, with commas between the names.

    A name is a number, an area, a milestone or a part of an id; ``all`` names the checks of every
    grade, and a minus before a name leaves out what it names: ``all,-two_at_once``.
    """
    if not expression:
        return list(checks())
    named = [word.strip() for word in expression.split(",")]
    wanted = _words(word for word in named if not word.startswith("-"))
    unwanted = _words(word[1:] for word in named if word.startswith("-"))
    return [
        check
        for check in every_check()
        if any(_is_meant(check, word) for word in wanted)
        and not any(_is_meant(check, word) for word in unwanted)
    ]


def _words(named: Iterable[str]) -> list[str]:
    expanded = ",".join(map(_expanded, named))
    return [word.strip() for word in expanded.split(",") if word.strip()]


def _expanded(word: str) -> str:
    """The checks that a milestone's name such as ``M3`` stands for; any other word as it is."""
    steps = assignment.current().milestones
    return next((step.only for step in steps if step.only and step.name == word.upper()), word)


def guest_jobs(selected: list[Check], seed: int, blocked: Collection[str] = ()) -> list[Job]:
    """What has to be run for ``selected``, each once, in their order.

    Not what only checks want that are ``blocked``: they will not be tried.
    """
    chosen = {check.id for check in selected}
    wanting = every_check() if any(check.all_boots for check in selected) else selected
    found: list[Job] = []
    for check in wanting:
        if check.plan is None or check.id in blocked:
            continue
        job = check.plan.job(seed)
        # Those that judge all boots do not look at what happens while a process is held.
        due = check.id in chosen or not (check.on_request or job.holds)
        if due and job not in found:
            found.append(job)
    return found


def _is_meant(check: Check, word: str) -> bool:
    if word.lower() == ALL:
        return not check.on_request
    if check.on_request:
        return check.number == word or check.id.lower().startswith(word.lower())
    if word.replace(".", "").isdecimal():
        return check.number == word or check.number.startswith(f"{word}.")
    if word.lower() == check.area.lower():
        return True
    return word.lower() in check.id.lower()

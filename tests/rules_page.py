# SPDX-License-Identifier: MIT
"""``docs/rules.md``: each rule of the contract, its checks, and the mistakes that prove these.

``python -m tests.rules_page`` writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.judge import rubric
from autograder.pgfault.rules import rules
from autograder.report.rules import first_sentence
from tests.corpus import Mutant, mutants

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"
MOST = 3  # mistakes named for a check

UNCHECKED = {
    "R6": "4.12 gives `pgfaultmap --events` only what a second reader read, and 9.26 a trace "
    "without its beginning.",
    "T8": "It permits something: no check compares regions after a process has exited, or after "
    "records were lost.",
    "T9": "The guest's time is virtual: computing takes none. Reading the patch shows it.",
    "P4": "Every check that reads a trace reads what `pgfaultmap --events` prints of it, so a line "
    "that is not as demanded fails them all.",
}
"""Rules without a check of their own, and why."""

HEAD = """\
# The rules and their checks

Made by `python -m tests.rules_page` from the contract, the checks and the corpus: do not edit.
Each rule of the contract (section 5 of the assignment) has its checks, and each check the
mistakes that it finds: first those that break this very rule, then those that fail the fewest
checks.
"""


def page() -> str:
    """The page."""
    known = mutants()
    return "\n".join([HEAD, *(_section(name, text, known) for name, text in rules().items())])


def proofs(check_id: str, rule: str, known: Iterable[Mutant]) -> list[Mutant]:
    """The mistakes that ``check_id`` finds, those first that show best what it is for."""
    caught = [mutant for mutant in known if check_id in mutant.fails]
    return sorted(caught, key=lambda one: (one.rule != rule, len(one.fails), one.name))


def _section(name: str, text: str, known: list[Mutant]) -> str:
    lines = [f"## {name}", "", first_sentence(text), ""]
    checks = [check for check in rubric.every_check() if check.rule == name]
    if checks:
        lines += ["| check | | mistakes |", "| --- | --- | --- |"]
        lines += [_row(check, proofs(check.id, name, known)) for check in checks]
    else:
        lines += [f"No check of its own. {UNCHECKED[name]}"]
    missed = [mutant.name for mutant in known if mutant.rule == name and mutant.is_missed]
    if missed:
        lines += ["", f"No check sees {_names(missed)}."]
    return "\n".join([*lines, ""])


def _row(check: rubric.Check, found: list[Mutant]) -> str:
    names = _names([mutant.name for mutant in found[:MOST]])
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    title = check.title.replace("|", "\\|")
    return f"| {check.number} | {title} | {names}{more} |"


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page())

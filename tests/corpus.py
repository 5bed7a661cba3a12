# SPDX-License-Identifier: MIT
"""The corpus: wrong submissions, each one mistake away from a correct one, and correct ones.

A mutant is a file ``tests/mutants/AREA/NAME.diff``: a header that says what is wrong, which
rule of the contract it breaks, and which checks must fail (``Depends:`` says why where that is
not plain, and names those that may fail as well), and a diff on the reference solution
(``tools/...``, or a path in the kernel's tree once the reference's series is applied).  Where
the header says ``Fails: ???`` the mutant is a draft: nobody has yet looked which checks fail,
and why.
``Fails: none`` is a mistake that no check can see; ``Depends:`` says why.
``Of: solutions/NAME`` says that the diff is one on that correct submission instead.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REFERENCE = HERE.parent / "reference-solution"
SOLUTIONS = HERE / "solutions"
WITHOUT_EXTRA = "WITHOUT-EXTRA-CREDIT"  # a file in a solution that leaves threads out
UNKNOWN = "???"
NONE = "none"
_HEADER = re.compile(r"^(Mistake|Rule|Fails|Depends|Of): *(.*)$")
_CHECK = re.compile(r"\b[a-z_]+/[a-z_0-9]+\b")


@dataclass(frozen=True)
class Mutant:
    """One wrong submission."""

    name: str  # AREA/NAME
    mistake: str
    rule: str  # of the contract, which it breaks
    fails: frozenset[str]
    depends: str
    diff: str
    of: Path = REFERENCE  # the correct submission that the diff is on

    @property
    def is_draft(self) -> bool:
        """Whether it is not known yet which checks must fail."""
        return self.fails == {UNKNOWN}

    @property
    def is_missed(self) -> bool:
        """Whether it is known that no check sees the mistake."""
        return not self.fails

    @property
    def may_fail(self) -> frozenset[str]:
        """Checks that fail with the mistake or not, as memory and time would have it."""
        return frozenset(_CHECK.findall(self.depends)) - self.fails

    @property
    def solution(self) -> str:
        """The correct solution that the diff is on; empty: the reference."""
        return "" if self.of == REFERENCE else f"{SOLUTIONS.name}/{self.of.name}"

    @property
    def changes_kernel(self) -> bool:
        """Whether the kernel differs from the correct one."""
        return bool(re.search(r"^\+\+\+ b/(fs|include|init|ipc|kernel|lib|mm)/", self.diff, re.M))

    @property
    def changes_tools(self) -> bool:
        """Whether the tools differ from the correct ones."""
        return bool(re.search(r"^\+\+\+ b/tools/", self.diff, re.M))


def load(path: Path) -> Mutant:
    """Read one mutant.

    Errors: ValueError where its header is incomplete or names no correct submission.
    """
    text = path.read_text()
    head, found, rest = text.partition("\n\n")
    fields: dict[str, str] = {}
    last = ""
    for line in head.splitlines():
        match = _HEADER.match(line)
        if match:
            last = match[1]
            fields[last] = match[2]
        elif last:
            fields[last] += " " + line.strip()
    missing = [key for key in ("Mistake", "Rule", "Fails") if not fields.get(key)]
    if missing or not found:
        raise ValueError(f"{path} has no {', '.join(missing) or 'diff'}")
    of = HERE / fields["Of"] if "Of" in fields else REFERENCE
    if of != REFERENCE and not (of / "kernel.patch").is_file():
        raise ValueError(f"{path} is of no correct submission: {fields['Of']}")
    return Mutant(
        name=f"{path.parent.name}/{path.stem}",
        mistake=fields["Mistake"],
        rule=fields["Rule"],
        fails=frozenset(fields["Fails"].split()) - {NONE},
        depends=fields.get("Depends", ""),
        diff=rest,
        of=of,
    )


def mutants(drafts: bool = False) -> list[Mutant]:
    """All mutants, by name; or all drafts of mutants."""
    found = [load(path) for path in sorted((HERE / "mutants").glob("*/*.diff"))]
    return [mutant for mutant in found if mutant.is_draft is drafts]


def solutions() -> list[Path]:
    """The correct submissions that are not the reference."""
    return sorted(path.parent for path in SOLUTIONS.glob("*/kernel.patch"))


def leaves_extra_credit_out(correct: Path) -> bool:
    """Whether a correct submission says that it does without the extra credit."""
    return (correct / WITHOUT_EXTRA).exists()


def tools_of(mutant: Mutant, folder: Path) -> Path:
    """The correct tools with the mutant's mistake, as sources in ``folder``."""
    tools = folder / "tools"
    shutil.copytree(mutant.of / "tools", tools)
    if mutant.changes_tools:
        subprocess.run(
            ["patch", "-p1", "--batch", "--silent"],
            input=mutant.diff,
            text=True,
            cwd=folder,
            check=True,
        )
    return tools

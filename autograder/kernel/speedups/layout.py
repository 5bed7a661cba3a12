# SPDX-License-Identifier: MIT
"""Which objects stay as they are when a structure of the kernel gets another field.

A solution keeps its state in a structure that each process or region has.  Some 400
sources include the header, and make compiles them all; but code changes only where it
uses what comes after the new field, or the size of the structure.  Where it does is
measured, once for a baseline: every object is compiled with a field added to each of
these structures, and compared with the baseline's.  Objects that come out the same are
kept by a build whose patch does no more to these headers than add fields behind that
place and name structures.

What may be wrong in a kept object is the number of a line in such a header, where a
warning inside one of its inline functions names it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import current
from autograder.kernel.speedups.headstart import Unit

INSIDE = "/layout"
"""Where the sandbox shows the folder that :func:`write_survey` fills."""

DONE = b"compared\n"
"""What is printed for each object that was compiled, and then its name if it is the same."""

FIELD = "char layout_survey[64] __attribute__((aligned(64)));"
"""Moves all that follows, whatever its alignment."""

MOST_LINES = 100
"""That a patch may add to a header; with more it is not compared."""

_SAME = re.compile(r"^same (\S+)$", re.M)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|endif)\b[^\\\n]*$", re.M)
_NAMES_STRUCTURE = re.compile(r"(struct|union) \w+")
_FIELD = re.compile(r"[A-Za-z_][\w\s*,:()\[\]+-]*")
_ANONYMOUS = re.compile(r"(struct|union)\s*\{")


@dataclass(frozen=True)
class Structure:
    """A structure that a solution may keep its state in."""

    header: str
    opening: str  # its first line
    first: str = ""  # the line after which fields may be added, where that is a later one

    def body(self, lines: list[str]) -> range:
        """The indices of ``lines`` before which a field may be added; none where this kernel
        has another structure."""
        try:
            start = lines.index(self.opening)
            earliest = lines.index(self.first, start) if self.first else start
            end = next(i for i in range(earliest, len(lines)) if lines[i].startswith("}"))
        except (ValueError, StopIteration):
            return range(0)
        return range(earliest + 1, end + 1)


_KNOWN = {
    # What comes before this field is used all over the kernel, what follows it in few places.
    "task_struct": Structure(
        "include/linux/sched.h", "struct task_struct {", first="\tvoid\t\t\t\t*journal_info;"
    ),
    "signal_struct": Structure("include/linux/sched/signal.h", "struct signal_struct {"),
    "mm_struct": Structure("include/linux/mm_types.h", "struct mm_struct {"),
    "vm_area_struct": Structure("include/linux/mm_types.h", "struct vm_area_struct {"),
}


def structures() -> tuple[Structure, ...]:
    """The structures that solutions of the assignment may keep their state in."""
    return tuple(_KNOWN[name] for name in current().structures)


def surveyed_headers() -> frozenset[str]:
    """Where these structures are."""
    return frozenset(structure.header for structure in structures())


def write_survey(units: Iterable[Unit], tree: Path, folder: Path) -> None:
    """Fill ``folder`` with a Makefile that compiles ``units`` of ``tree`` with more fields."""
    for header in surveyed_headers():
        lines = (tree / header).read_text().split("\n")
        for structure in structures():
            places = structure.body(lines) if structure.header == header else ()
            if places:
                lines[places[0] - 1] += f" {FIELD}"  # so that no line gets another number
        path = folder / header
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines))
    # Found before the tree's own headers, and called by their names in messages.
    options = f"-I{INSIDE}/include -fmacro-prefix-map={INSIDE}/=./ -w"
    rules = [".PHONY: all", "all:"]
    for number, unit in enumerate(units):
        goal, new, old = f"{number}.compared", f"{unit.name}.new", f"{unit.name}.old"
        command = unit.bare.replace("gcc ", f"gcc {options} ", 1).replace("$", "$$")
        rules += [
            f"all: {goal}",
            f".PHONY: {goal}",
            f"{goal}:",
            f"\t@{command} -c -o {new} {unit.source} && objcopy -g {new} \\",
            f"\t&& objcopy -g {unit.name} {old} && cmp -s {new} {old} && echo same {unit.name}; \\",
            f"\trm -f {new} {old}; echo compared",
        ]
    (folder / "Makefile").write_text("\n".join(rules) + "\n")


def read_survey(output: str) -> list[str]:
    """The names of the objects that came out the same."""
    return sorted(_SAME.findall(output))


def unaffected(
    units: Iterable[Unit], same: Collection[str], changed: Collection[str], grown: Collection[str]
) -> list[str]:
    """The objects of ``units`` that are what they would be if they were compiled again.

    ``same``: those that :func:`read_survey` found; ``changed``: the files that a patch
    changes; ``grown``: the headers of these that :func:`only_grows` says yes to.
    """
    others = set(changed) - set(grown)
    return [unit.name for unit in units if unit.name in same and not unit.dependencies & others]


def grown(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The headers, by name, of which the text after a patch only adds fields."""
    return {name for name in before if only_grows(name, before[name], after.get(name, ""))}


def only_grows(header: str, before: str, after: str) -> bool:
    """Whether ``after`` adds fields to the surveyed structures, names some, and no more."""
    old, new = before.split("\n"), after.split("\n")
    unseen = iter(new)
    if len(new) - len(old) > MOST_LINES or not all(line in unseen for line in old):
        return False  # also of use where a comparison would take long
    comparison = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, start, _, first, last in comparison.get_opcodes():
        if kind == "equal":
            continue
        if kind != "insert" or not _between_declarations(old, start):
            return False
        declarations = _declarations("\n".join(new[first:last]))
        if declarations is None:
            return False
        for declaration in declarations:
            if _NAMES_STRUCTURE.fullmatch(declaration):
                continue
            if not (_takes_fields(header, old, start) and _FIELD.fullmatch(declaration)):
                return False
    return True


def _declarations(text: str) -> list[str] | None:
    """The declarations in ``text``; None where it has something else as well."""
    text = _COMMENT.sub(" ", text)
    depth = 0
    for condition in _CONDITION.findall(text):
        depth += -1 if condition == "endif" else 1
        if depth < 0:
            return None
    text = _CONDITION.sub("", text)
    *declarations, rest = (" ".join(part.split()) for part in text.split(";"))
    if rest or depth:
        return None
    return declarations


def _between_declarations(lines: list[str], index: int) -> bool:
    """Whether a declaration is complete, and no comment open, before that line."""
    above = "\n".join(lines[:index])
    if above.rfind("/*") > above.rfind("*/"):
        return False
    last = lines[index - 1].strip() if index else ""
    if last.startswith("#"):
        return not last.endswith("\\")
    code = _COMMENT.sub("", last).strip()
    return (
        not code
        or code.endswith((";", "{", "}", "*/"))
        or code in ("randomized_struct_fields_start", "randomized_struct_fields_end")
    )


def _takes_fields(header: str, lines: list[str], index: int) -> bool:
    """Whether a field before that line is one of a surveyed structure, or of a part without
    a name of its own."""
    for structure in structures():
        if structure.header != header or index not in structure.body(lines):
            continue
        body = _COMMENT.sub("", "\n".join(lines[lines.index(structure.opening) + 1 : index]))
        open_parts: list[str] = []
        for line in body.split("\n"):
            if "{" in line:
                open_parts.append(line.strip())
            if "}" in line and open_parts:
                open_parts.pop()
        return all(_ANONYMOUS.fullmatch(part) for part in open_parts)
    return False

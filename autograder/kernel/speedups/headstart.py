# SPDX-License-Identifier: MIT
"""Compile quickly what only a changed header makes stale.

A patch that adds a field to ``struct task_struct`` makes some 400 objects stale whose own
sources it does not touch.  Most of their cost is reading the same headers again, so these
are compiled from precompiled headers, with the commands that the baseline recorded, less
optimisation and no warnings.  make runs afterwards as if nothing had been done: it
compiles whatever is missing here, failed here, or has another command now, and links.

GCC takes a precompiled header only where all macros are as they were when it was made.
So the macros that name the object, which differ from object to object, come after it in a
file of their own; and a source that defines macros before it includes anything is
compiled without.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

INSIDE = "/headstart"
"""Where the sandbox shows the folder that :func:`write` fills."""

DONE = b"compiled\n"
"""What is printed for each object."""

FEWEST = 30  # objects: with fewer the precompiled headers cost more than they save
FASTER = "-O1 -w"
ALWAYS = ("linux/compiler-version.h", "linux/kconfig.h", "linux/compiler_types.h")
HEADERS = {
    "most": ("linux/sched.h", "linux/mm.h", "linux/fs.h", "linux/slab.h", "linux/uaccess.h"),
    "some": ("linux/sched.h",),
}
"""Sets of headers to precompile, the larger one first: an object takes the first of which
it includes every header anyway."""

_COMPILED = {"c": ("o", "s", "i"), "S": ("o",)}
"""What make's pattern rules of the kernel compile from a source, by the source's suffix."""

_COMMAND = re.compile(r"savedcmd_(?P<object>\S+) := (?P<command>gcc .*)")
_SOURCE = re.compile(r"^source_\S+ := (\S+)", re.M)
_DEPENDENCY = re.compile(r"^ +([^\s$]+)", re.M)
_NAMES_OBJECT = re.compile(r"-D(__KBUILD_MODNAME|KBUILD_[A-Z]+)=('[^']*'|\S+)")
_FORCED = re.compile(r"-include \S+")
_RECORDS_DEPENDENCIES = re.compile(r"-Wp,-MMD,\S+")
_OUTPUT = re.compile(r" -c -o \S+ \S+\s*$")
_LISTED = re.compile(
    r"[\w-]+-(?:y|objs|\$\((?P<option>CONFIG_\w+)\))\s*[:+]?=(?P<objects>[^\\#]*)$"
)
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(define|undef|include)\b", re.M)


@dataclass(frozen=True)
class Unit:
    """An object of the kernel and how it was compiled."""

    name: str
    source: str
    command: str
    dependencies: frozenset[str]

    @property
    def flags(self) -> str:
        """What it has in common with other objects."""
        return _FORCED.sub("", _NAMES_OBJECT.sub("", self.bare)).strip()

    @property
    def bare(self) -> str:
        """The command without its output, and without a record of what it reads."""
        return _OUTPUT.sub("", _RECORDS_DEPENDENCIES.sub("", self.command))

    @property
    def macros(self) -> str:
        """The macros that name it, as a header."""
        pairs = _NAMES_OBJECT.findall(self.command)
        return "".join(f"#define {name} {shlex.split(value)[0]}\n" for name, value in pairs)

    def includes(self, headers: Collection[str]) -> bool:
        """Whether it includes all of ``headers``."""
        return all(f"include/{header}" in self.dependencies for header in headers)


def stale(tree: Path, changed: Collection[str]) -> list[Unit]:
    """The objects of the built ``tree`` that only change through headers in ``changed``."""
    headers = {name for name in changed if name.endswith(".h")}
    return [
        unit for unit in _units(tree) if unit.dependencies & headers and unit.source not in changed
    ]


def own_objects(tree: Path, changed: Collection[str]) -> list[str]:
    """The objects of the sources in ``changed`` that the built ``tree`` has."""
    objects = [f"{name[:-2]}.o" for name in changed if name.endswith(".c")]
    return [name for name in objects if (tree / name).exists()]


def added_objects(changed: Mapping[str, str], config: str) -> list[str]:
    """The objects of new sources that the build needs, by the Makefiles of their folders.

    ``changed`` has the text of each changed Makefile and new .c file by its name; ``config`` is
    the finished .config.  Where a Makefile says it in another way, the object is left out.
    """
    found = []
    for name in changed:
        folder, _, base = name.rpartition("/")
        makefile = changed.get(f"{folder}/Makefile", "")
        if base.endswith(".c") and _needs(makefile, f"{base[:-2]}.o", config):
            found.append(f"{folder}/{base[:-2]}.o")
    return found


def _needs(makefile: str, name: str, config: str) -> bool:
    for line in makefile.splitlines():
        match = _LISTED.match(line)
        if match and name in match["objects"].split():
            option = match["option"]
            return not option or f"{option}=y" in config.splitlines()
    return False


def made_from(sources: Collection[str], tree: Path) -> list[str]:
    """What the built ``tree`` has that was compiled from ``sources``, with make's records of it.

    make takes an object that is there for up to date where its source is gone.
    """
    found = []
    for name in sources:
        stem, _, kind = name.rpartition(".")
        folder, slash, base = stem.rpartition("/")
        if kind in _COMPILED:
            made = [f"{stem}.{suffix}" for suffix in _COMPILED[kind]]
            made += [f"{folder}{slash}.{base}.{suffix}.cmd" for suffix in _COMPILED[kind]]
            found += [file for file in made if (tree / file).is_file()]
    return found


def write(units: list[Unit], tree: Path, folder: Path) -> None:
    """Fill ``folder`` with a Makefile and all it needs to compile ``units`` of ``tree``."""
    folder.mkdir()
    flags = Counter(unit.flags for unit in units).most_common(1)[0][0]
    lines = [".PHONY: all", "all:"]
    for name, headers in HEADERS.items():
        text = "".join(f"#include <{header}>\n" for header in (*ALWAYS, *headers))
        (folder / f"{name}.h").write_text(text)
        recipe = f"{flags} {FASTER} -x c-header -c {INSIDE}/{name}.h -o /tmp/{name}.h.gch"
        lines += [f"/tmp/{name}.h.gch:", f"\t@{_quoted(recipe)}"]
    for number, unit in enumerate(units):
        lines += _rule(number, unit, flags, tree, folder)
    (folder / "Makefile").write_text("\n".join(lines) + "\n")


def _rule(number: int, unit: Unit, flags: str, tree: Path, folder: Path) -> list[str]:
    goal = f"{number}.compiled"  # no file: the object is there already, and stale
    headers = _precompiled(unit, flags, tree)
    needs, command = "", unit.bare
    if headers:
        macros = folder / f"{number}.h"
        macros.write_text(unit.macros)
        needs = f"/tmp/{headers}.h.gch"
        command = f"{flags} -include /tmp/{headers}.h -include {INSIDE}/{macros.name}"
    # Never an object that is half written: make would take it.
    compile_it = f"{command} {FASTER} -c -o {unit.name}.new {unit.source}"
    return [
        f"all: {goal}",
        f".PHONY: {goal}",
        f"{goal}: {needs}",
        f"\t@{_quoted(compile_it)} && mv {unit.name}.new {unit.name} && echo compiled",
    ]


def _precompiled(unit: Unit, flags: str, tree: Path) -> str | None:
    """Which precompiled headers the object can take."""
    if unit.flags != flags or _defines_first((tree / unit.source).read_bytes()):
        return None
    return next((name for name, headers in HEADERS.items() if unit.includes(headers)), None)


def _defines_first(source: bytes) -> bool:
    """Whether macros are defined before the last header is included."""
    directives = _DIRECTIVE.findall(source)
    while directives and directives[-1] != b"include":
        directives.pop()
    return directives != [b"include"] * len(directives)


def _units(tree: Path) -> list[Unit]:
    found = []
    for path in tree.rglob(".*.o.cmd"):
        text = path.read_text(errors="replace")
        command, source = _COMMAND.match(text), _SOURCE.search(text)
        if command and source and source[1].endswith(".c") and "$" not in command["command"]:
            dependencies = frozenset(_DEPENDENCY.findall(text, source.end()))
            found.append(Unit(command["object"], source[1], command["command"], dependencies))
    return sorted(found, key=lambda unit: unit.name)


def _quoted(command: str) -> str:
    return command.replace("$", "$$")

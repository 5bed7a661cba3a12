# SPDX-License-Identifier: MIT
"""Tools whose Makefile does something else than to build them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.case import reference_tools
from tests.hostile.world import (
    World,
)


def refused(*commands: str) -> tuple[str, ...]:
    """Lines of a recipe that fail where one of ``commands`` succeeds."""
    return tuple(f"@if {command}; then echo GAINED; exit 1; fi" for command in commands)


def recipe(*lines: str, head: str = "") -> Callable[[Path, World], Path]:
    """Tools whose Makefile runs ``lines`` first; {victim} and {cache} are filled in."""

    def make(folder: Path, world: World) -> Path:
        makefile = reference_tools(folder) / "Makefile"
        filled = [
            line.replace("{victim}", str(world.victim.pid)).replace(
                "{cache}", str(world.cache.root)
            )
            for line in lines
        ]
        rules = "".join(f"\t{line}\n" for line in filled)
        makefile.write_text(
            f"SHELL := /bin/bash\n{head}\nall: hostile\n{makefile.read_text()}\nhostile:\n{rules}"
        )
        return folder

    return make


def script(text: str) -> Callable[[Path, World], Path]:
    """Tools whose Makefile runs a program first, in Perl or for the shell."""

    def make(folder: Path, world: World) -> Path:
        recipe("./harm")(folder, world)
        path = folder / "tools" / "harm"
        path.write_text(text.replace("{victim}", str(world.victim.pid)))
        path.chmod(0o755)
        return folder

    return make


def instead(text: str, **files: bytes) -> Callable[[Path, World], Path]:
    """Tools of nothing but a Makefile and ``files``."""

    def make(folder: Path, world: World) -> Path:
        tools = folder / "tools"
        tools.mkdir(parents=True)
        (tools / "Makefile").write_text(text)
        for name, content in files.items():
            (tools / name.replace("_c", ".c")).write_bytes(content)
        return folder

    return make


def crafted_elf() -> str:
    """The header of a program that promises 65,535 segments far behind its end, in hexadecimal."""
    head = bytearray(64)
    head[:20] = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00"
    head[32:40] = (2**63 - 1).to_bytes(8, "little")
    head[54:56], head[56:58] = b"\x38\x00", b"\xff\xff"
    return head.hex()

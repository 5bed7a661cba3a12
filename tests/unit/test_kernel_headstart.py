# SPDX-License-Identifier: MIT
"""Stale objects, compiled from precompiled headers: the very objects that make would make."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autograder.kernel.speedups import headstart
from autograder.sandbox.command import Bind
from autograder.sandbox.sandbox import choose

HEADERS = ("sched", "mm", "fs", "slab", "uaccess")
FLAGS = "-Iinclude -include ./include/linux/kconfig.h -O1 -w"
SOURCES = {
    "mm/most.c": "".join(f"#include <linux/{name}.h>\n" for name in HEADERS)
    + "const char *who(void) { return KBUILD_MODNAME; }\nint most(void) { return SCHED + MM; }\n",
    "kernel/some.c": "#include <linux/sched.h>\nint some(void) { return SCHED; }\n",
    "kernel/defines.c": "#define SCHED_TYPE long\n#include <linux/sched.h>\n"
    "int defines(void) { return sizeof(sched); }\n",
    "lib/none.c": "int none(void) { return 3; }\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A built tree of four objects, as kbuild leaves it."""
    for above in (tmp_path, *tmp_path.parents):
        if above.name.startswith(("pytest", "test")):
            above.chmod(0o755)
    top = tmp_path / "tree"
    for folder in ("include/linux", "mm", "kernel", "lib"):
        (top / folder).mkdir(parents=True)
    for name in ("compiler-version", "kconfig", "compiler_types", *HEADERS):
        guard = name.upper().replace("-", "_")
        text = f"#ifndef {guard}_H\n#define {guard}_H\n#define {guard} {len(name)}\n"
        (top / f"include/linux/{name}.h").write_text(text + "#endif\n")
    sched = top / "include/linux/sched.h"
    text = "#ifndef SCHED_TYPE\n#define SCHED_TYPE char\n#endif\nextern SCHED_TYPE sched;\n#endif\n"
    sched.write_text(sched.read_text().replace("#endif\n", text))
    for source, text in SOURCES.items():
        _build(top, source, text)
    return top


def _build(top: Path, source: str, text: str) -> None:
    (top / source).write_text(text)
    path = Path(source)
    command = (
        f"gcc -Wp,-MMD,{path.parent}/.{path.stem}.o.d {FLAGS} -DKBUILD_MODNAME='\"{path.stem}\"' "
        f"-D__KBUILD_MODNAME={path.stem} -c -o {path.with_suffix('.o')} {source}  "
    )
    subprocess.run(["sh", "-c", command], cwd=top, check=True)
    depends = (top / path.parent / f".{path.stem}.o.d").read_text().partition(":")[2]
    names = [word for word in depends.split() if word != "\\"]
    lines = [f"savedcmd_{path.with_suffix('.o')} := {command}", "", f"source_x := {names[0]}", ""]
    lines += [f"deps_{path.with_suffix('.o')} := \\"]
    lines += [f"  {name.removeprefix('./')} \\" for name in names[1:]]
    (top / path.parent / f".{path.stem}.o.cmd").write_text("\n".join(lines) + "\n")


def compile_stale(tree: Path, folder: Path) -> list[str]:
    """Run the Makefile that is written for a changed sched.h; the names of the objects."""
    units = headstart.stale(tree, ["include/linux/sched.h"])
    headstart.write(units, tree, folder)
    sandbox = choose()
    sandbox.hand_over(tree)
    sandbox.run(
        ["make", "-C", "/kernel", "-f", f"{headstart.INSIDE}/Makefile", "-k", "-j2"],
        binds=[Bind(tree, "/kernel", writable=True), Bind(folder, headstart.INSIDE)],
        cwd="/kernel",
    )
    return [unit.name for unit in units]


def code(path: Path) -> bytes:
    """What is in an object, without where it was compiled."""
    bare = path.with_suffix(".bare")
    subprocess.run(["objcopy", "-g", "-R", ".comment", str(path), str(bare)], check=True)
    return bare.read_bytes()


def test_only_what_includes_the_header_is_stale(tree: Path) -> None:
    names = [unit.name for unit in headstart.stale(tree, ["include/linux/sched.h", "kernel/x.c"])]
    assert names == ["kernel/defines.o", "kernel/some.o", "mm/most.o"]
    assert headstart.stale(tree, ["kernel/some.c"]) == []


def test_sources_of_the_patch_are_left_to_make(tree: Path) -> None:
    changed = ["include/linux/sched.h", "mm/most.c", "mm/new.c"]
    assert "mm/most.o" not in [unit.name for unit in headstart.stale(tree, changed)]
    assert headstart.own_objects(tree, changed) == ["mm/most.o"]


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("obj-y += new.o", True),
        ("proc-y\t+= other.o new.o", True),
        ("obj-$(CONFIG_NEW) += new.o", True),
        ("obj-$(CONFIG_OFF) += new.o", False),
        ("obj-m += new.o", False),
        ("obj-y += renew.o", False),
        ("# obj-y += new.o", False),
        ("", False),
    ],
)
def test_added_sources_that_the_build_needs(line: str, needed: bool) -> None:
    changed = {"fs/new.c": "int x;\n", "fs/Makefile": f"obj-y := a.o\n{line}\n", "mm/b.c": ""}
    found = headstart.added_objects(changed, "CONFIG_NEW=y\n# CONFIG_OFF is not set\n")
    assert found == (["fs/new.o"] if needed else [])


def test_the_objects_are_those_that_make_would_make(tree: Path, tmp_path: Path) -> None:
    before = {name: code(tree / name) for name in ("mm/most.o", "kernel/some.o")}
    for name in before:
        (tree / name).write_bytes(b"stale")
    compile_stale(tree, tmp_path / "headstart")
    assert {name: code(tree / name) for name in before} == before
    makefile = (tmp_path / "headstart" / "Makefile").read_text()
    assert "-include /tmp/most.h" in makefile
    assert "-include /tmp/some.h" in makefile


def test_a_changed_header_shows(tree: Path, tmp_path: Path) -> None:
    before = code(tree / "mm/most.o")
    sched = tree / "include/linux/sched.h"
    sched.write_text(sched.read_text().replace("SCHED 5", "SCHED 77"))
    compile_stale(tree, tmp_path / "headstart")
    assert code(tree / "mm/most.o") != before


def test_a_source_that_defines_macros_first_gets_no_precompiled_header(
    tree: Path, tmp_path: Path
) -> None:
    """A macro defined before the header is included changes what the header says."""
    before = code(tree / "kernel/defines.o")
    compile_stale(tree, tmp_path / "headstart")
    assert code(tree / "kernel/defines.o") == before
    makefile = (tmp_path / "headstart" / "Makefile").read_text()
    (rule,) = [line for line in makefile.splitlines() if "kernel/defines.c" in line]
    assert "/tmp/" not in rule


def test_what_does_not_compile_is_left_to_make(tree: Path, tmp_path: Path) -> None:
    sched = tree / "include/linux/sched.h"
    sched.write_text(sched.read_text() + "this is no C\n")
    old = (tree / "mm/most.o").read_bytes()
    compile_stale(tree, tmp_path / "headstart")
    assert (tree / "mm/most.o").read_bytes() == old


def test_what_was_made_from_sources_that_are_gone(tree: Path) -> None:
    gone = ["lib/none.c", "lib/absent.c", "include/linux/mm.h", "kernel/some.S"]
    assert headstart.made_from(gone, tree) == [
        "lib/none.o",
        "lib/.none.o.cmd",
        "kernel/some.o",
        "kernel/.some.o.cmd",
    ]

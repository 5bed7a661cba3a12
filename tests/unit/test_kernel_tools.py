# SPDX-License-Identifier: MIT
"""Building a submission's tools, in the real sandbox."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from autograder.assignment import current
from autograder.kernel import tools as building
from autograder.kernel.build import ToolsBuild, ToolsStatus, build_tools
from autograder.sandbox.command import Limits
from autograder.sandbox.sandbox import Sandbox, choose

MAKEFILE = """\
all: tracepgfault pgfaultmap
%: %.c
	$(CC) $(CFLAGS) -static -o $@ $<
"""
PROGRAM = "int main(void)\n{\n\treturn 0;\n}\n"


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return choose("full")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tools = tmp_path / "handed-in"
    tools.mkdir()
    (tools / "Makefile").write_text(MAKEFILE)
    for name in current().tools:
        (tools / f"{name}.c").write_text(PROGRAM)
    return tools


def build(folder: Path, sandbox: Sandbox) -> ToolsBuild:
    return build_tools(folder, folder.parent / "work", sandbox)


def test_both_tools(folder: Path, sandbox: Sandbox) -> None:
    done = build(folder, sandbox)
    assert done.ok, done.log
    assert done.message == ""
    for path in done.built.values():
        assert path is not None
        assert subprocess.run([path], check=False).returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "Makefile",
        "pgfaultmap.c",
        "tracepgfault.c",
    ]


def test_programs_that_were_handed_in_are_not_used(folder: Path, sandbox: Sandbox) -> None:
    for name in current().tools:
        (folder / name).write_text("#!/bin/sh\n")
        os.utime(folder / name, (4_000_000_000, 4_000_000_000))
    assert build(folder, sandbox).ok


def test_source_that_does_not_compile(folder: Path, sandbox: Sandbox) -> None:
    (folder / "pgfaultmap.c").write_text(PROGRAM.replace("0", "x"))
    done = build(folder, sandbox)
    assert done.status is ToolsStatus.BUILD_FAILED
    assert done.message.startswith("make -C tools fails: pgfaultmap.c:3: 'x' undeclared")
    assert "tracepgfault" in done.built
    assert "pgfaultmap" not in done.built


def test_a_tool_that_make_does_not_build(folder: Path, sandbox: Sandbox) -> None:
    (folder / "Makefile").write_text(
        MAKEFILE.replace("all: tracepgfault pgfaultmap", "all: pgfaultmap")
    )
    done = build(folder, sandbox)
    assert done.status is ToolsStatus.MISSING
    assert done.message == "make -C tools succeeds, but tools/tracepgfault is not there"
    assert "pgfaultmap" in done.built


def test_a_tool_that_needs_libraries(folder: Path, sandbox: Sandbox) -> None:
    (folder / "Makefile").write_text(MAKEFILE.replace("-static", ""))
    done = build(folder, sandbox)
    assert done.status is ToolsStatus.UNUSABLE
    assert "tools/tracepgfault is not statically linked (link it with -static)" in done.message
    assert "tracepgfault" not in done.built


def test_static_pie_is_static(folder: Path, sandbox: Sandbox) -> None:
    (folder / "Makefile").write_text(MAKEFILE.replace("-static", "-static-pie"))
    assert build(folder, sandbox).ok


@pytest.mark.parametrize("trick", ["ln -s /etc/hostname $@", "mkfifo $@", "echo '#!/bin/sh' > $@"])
def test_what_is_no_program_is_not_taken(folder: Path, sandbox: Sandbox, trick: str) -> None:
    (folder / "Makefile").write_text(f"all: tracepgfault pgfaultmap\n%: %.c\n\t{trick}\n")
    done = build(folder, sandbox)
    assert not done.ok
    assert "tracepgfault" not in done.built
    assert "pgfaultmap" not in done.built


def test_a_build_without_end(
    folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LIMITS", Limits(wall_seconds=1, output_bytes=1000))
    (folder / "Makefile").write_text("all:\n\tsleep 60\n")
    assert build(folder, sandbox).status is ToolsStatus.TIMEOUT


def test_output_without_end(
    folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LIMITS", Limits(wall_seconds=60, output_bytes=1000))
    (folder / "Makefile").write_text("all:\n\tyes\n")
    assert build(folder, sandbox).status is ToolsStatus.FLOOD


@pytest.mark.parametrize("length", [0, 4, 20, 63, 64, 100, 400])
def test_damaged_programs(folder: Path, sandbox: Sandbox, length: int) -> None:
    done = build(folder, sandbox)
    assert "pgfaultmap" in done.built
    assert building.unusable(done.built["pgfaultmap"].read_bytes()[:length]) != ""
    assert building.unusable(b"\x7fELF" + bytes(range(256)) * 4) != ""

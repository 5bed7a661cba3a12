# SPDX-License-Identifier: MIT
"""Build a submission's tools, the programs that the assignment asks for."""

from __future__ import annotations

import shutil
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from autograder import assignment
from autograder.kernel import diagnosis
from autograder.sandbox.bounded import read_back
from autograder.sandbox.command import Bind, Completed, EndedBy, Limits
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.scarcity import Scarcity

INSIDE = "/submission/tools"
LARGEST_TOOL = 32 << 20
_HEADER = struct.Struct("<4s2B10xHHIQQQI6H")  # Elf64_Ehdr, elf(5)
_SEGMENT = struct.Struct("<I52x")  # the beginning of Elf64_Phdr
_LOADED, _INTERPRETED = 1, 3
_X86_64 = 62
LIMITS = Limits(
    cpu_seconds=120,
    wall_seconds=300,
    processes=256,
    file_size=256 << 20,
    disk_bytes=512 << 20,
    output_bytes=64 << 10,
)


class ToolsStatus(str, Enum):
    """What became of building the tools."""

    OK = "ok"
    BUILD_FAILED = "build_failed"
    MISSING = "missing"
    UNUSABLE = "unusable"
    TIMEOUT = "timeout"
    FLOOD = "flood"

    __str__ = str.__str__


@dataclass(frozen=True)
class ToolsBuild:
    """How the build went; each tool that can be used is there, whatever became of the others."""

    status: ToolsStatus
    message: str = ""  # one sentence for the student
    log: str = ""
    built: Mapping[str, Path] = field(default_factory=dict)  # those that can be used, by name
    wall_seconds: float = 0

    @property
    def ok(self) -> bool:
        """Whether all tools are there and make succeeded."""
        return self.status is ToolsStatus.OK


def build_tools(tools: Path, workdir: Path, sandbox: Sandbox) -> ToolsBuild:
    """Build a copy of the folder ``tools`` below ``workdir``.

    What is wrong with them is in the value returned.
    Errors: GraderError where this machine has no room or memory for it.
    """
    started = time.monotonic()
    copy, kept = workdir / "tools", workdir / "built"
    kept.mkdir(parents=True)
    shutil.copytree(tools, copy, symlinks=True)
    wanted = assignment.current().tools
    for place in wanted.values():  # handed in by mistake, they would pass for freshly built
        if not (copy / place).is_dir():
            (copy / place).unlink(missing_ok=True)
    sandbox.hand_over(copy)
    binds = [Bind(copy, INSIDE, writable=True)]
    scarcity = Scarcity(workdir)
    done = sandbox.run(["make", "-C", INSIDE], binds=binds, cwd=INSIDE, limits=LIMITS)
    scarcity.check(done)
    found: dict[str, Path] = {}
    problems = {}
    for name, place in wanted.items():
        content = read_back(copy / place, LARGEST_TOOL)
        problem = "is not there" if content is None else unusable(content)
        if content is None or problem:
            problems[name] = problem
            continue
        found[name] = kept / name
        found[name].write_bytes(content)
        found[name].chmod(0o755)
    status, message = _judge(done, problems)
    return ToolsBuild(
        status,
        message,
        done.output,
        found,
        time.monotonic() - started,
    )


def unusable(content: bytes) -> str:
    """Why a guest without libraries cannot run the program ``content``; empty if it can.

    Nothing is read but what is needed here: a library would go through tables of any length.
    """
    if len(content) < _HEADER.size:
        return "is no program"
    magic, bits, order, _, machine, _, _, start, _, _, _, size, count, *_ = _HEADER.unpack_from(
        content
    )
    if magic != b"\x7fELF" or order != 1:
        return "is no program"
    if bits != 2 or machine != _X86_64:
        return "is not a 64-bit x86 program"
    end = start + count * _SEGMENT.size
    if size != _SEGMENT.size or end > len(content):
        return "is no program"
    kinds = {kind for (kind,) in _SEGMENT.iter_unpack(content[start:end])}
    if _INTERPRETED in kinds:
        return "is not statically linked (link it with -static)"
    return "" if _LOADED in kinds else "is no program"


def _judge(done: Completed, problems: dict[str, str]) -> tuple[ToolsStatus, str]:
    if done.ended_by is EndedBy.OUTPUT:
        return ToolsStatus.FLOOD, "make -C tools was ended: it printed without end"
    if done.ended_by in (EndedBy.DISK, EndedBy.MEMORY):
        return ToolsStatus.FLOOD, f"make -C tools was ended: it filled the {done.ended_by}"
    if done.ended_by:
        return ToolsStatus.TIMEOUT, f"make -C tools was ended after {done.wall_seconds:.0f} s"
    if not done.ok:
        error = diagnosis.compilation(done.output)
        return ToolsStatus.BUILD_FAILED, f"make -C tools fails: {error or 'see the log'}"
    told = "; ".join(f"tools/{name} {problem}" for name, problem in problems.items())
    if any(problem == "is not there" for problem in problems.values()):
        return ToolsStatus.MISSING, f"make -C tools succeeds, but {told}"
    return (ToolsStatus.UNUSABLE if problems else ToolsStatus.OK), told

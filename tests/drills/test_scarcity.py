# SPDX-License-Identifier: MIT
"""Disks that are full and memory that is used up: the grader's faults, and never half a result."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import EXIT_GRADER
from autograder.results import Status
from tests.drills.drill import BROKEN, Drill, make
from tests.patches import code

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make disks and cgroups")

CGROUP = Path("/sys/fs/cgroup/memory")  # of version 1: enough for a drill
KILOBYTES = {
    "taking in": (16, None, False),
    "building the tools": (700, None, False),
    "booting": (3_500, None, False),
    "copying the tree": (120_000, BROKEN, True),
    "compiling": (256_000, BROKEN, True),
}
# The assembler takes some 400 MiB for what the linker throws away.
LARGE = code(
    "int course_answer = 43;\n"
    'asm(".pushsection .discard.course,\\"a\\"\\n.rept 4000000\\n.quad 1, 2, 3, 4\\n.endr\\n'
    '.popsection");\n'
)


def on_disk(kilobytes: int, place: Path) -> list[str]:
    """What runs a command with a small disk mounted at ``place``, for it alone."""
    script = f'mount -t tmpfs -o size={kilobytes}k none {place} && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh"]


def expect_a_fault_of_the_grader(drill: Drill, status: int, stderr: str) -> None:
    assert status == EXIT_GRADER, stderr
    result = drill.result()
    for verdict in result.verdicts if result else []:
        assert verdict.status is not Status.FAILED, verdict.message
    assert drill.left_files() == []


@pytest.mark.parametrize(
    "stage",
    [
        pytest.param(stage, marks=[pytest.mark.long] if slow else [])
        for stage, (_, _, slow) in KILOBYTES.items()
    ],
)
def test_disk_full_where_the_grader_works(stage: str, tmp_path: Path) -> None:
    kilobytes, patch, _ = KILOBYTES[stage]
    drill = make(tmp_path / "drill", patch, "1,3.1")
    drill.work.mkdir()
    done = drill.run(*on_disk(kilobytes, drill.work))
    assert "error:" in done.stderr
    assert any(word in done.stderr for word in ("No space", "no room", "room"))
    expect_a_fault_of_the_grader(drill, done.returncode, done.stderr)


@pytest.mark.parametrize("kilobytes", [8, 200])
def test_disk_full_where_the_results_go(kilobytes: int, tmp_path: Path) -> None:
    drill = make(tmp_path / "drill", None, "1,3.1")
    drill.out.mkdir()
    script = (
        f"mount -t tmpfs -o size={kilobytes}k none {drill.out} && "
        f'{{ "$@"; status=$?; cp -a {drill.out}/. {drill.folder}/seen; exit $status; }}'
    )
    (drill.folder / "seen").mkdir()
    done = drill.run("unshare", "--mount", "sh", "-c", script, "sh")
    assert done.returncode == EXIT_GRADER, done.stderr
    assert "No space left" in done.stderr
    seen = Drill(drill.submission, drill.folder, drill.only)
    (drill.folder / "seen").replace(drill.folder / "moved")
    drill.out.rmdir()
    (drill.folder / "moved").replace(seen.out)
    expect_a_fault_of_the_grader(seen, done.returncode, done.stderr)


@contextlib.contextmanager
def memory(megabytes: int) -> Iterator[Path]:
    """A cgroup with so much memory."""
    group = CGROUP / f"pgfault-drill-{secrets.token_hex(4)}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(megabytes << 20))
    except OSError:
        pytest.skip("there is no memory cgroup of version 1 to be had")
    try:
        yield group
    finally:
        group.rmdir()


@pytest.mark.long
def test_memory_used_up_in_the_build(tmp_path: Path) -> None:
    drill = make(tmp_path / "drill", LARGE.replace("43", str(secrets.randbelow(10**6))), "1")
    with memory(220) as group:
        script = f'echo $$ > {group}/cgroup.procs && exec "$@"'
        done = drill.run("sh", "-c", script, "sh")
    assert "memory" in done.stderr
    expect_a_fault_of_the_grader(drill, done.returncode, done.stderr)
    again = drill.run()
    assert again.returncode == 0, again.stderr
    result = drill.result()
    assert result is not None
    assert {v.id: v.status for v in result.verdicts}["build/boots"] is Status.PASSED

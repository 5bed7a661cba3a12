# SPDX-License-Identifier: MIT
"""Where a kernel computes: what stacks have in common, and which processes are looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.guest.places import Frame
from autograder.guest.sampling import ENOUGH, LOOKS, Stack, agreed, look

SYSCALL, READ, WAIT, TEST, COPY, ASK, ASKS = 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70
FRAMES = {
    SYSCALL: [Frame("ksys_read", "fs/read_write.c", 700)],
    READ: [Frame("history_read", "mm/h.c", 400)],
    WAIT: [Frame("cpu_relax", "arch/um/x.h", 3), Frame("history_wait", "mm/h.c", 412)],
    TEST: [Frame("readable", "mm/h.c", 9), Frame("history_wait", "mm/h.c", 411)],
    COPY: [Frame("history_copy", "mm/h.c", 300)],
    ASK: [Frame("history_wait", "mm/h.c", 411)],
    ASKS: [Frame("is_readable", "mm/h.c", 9)],
}
ADDED = {"mm/h.c": frozenset(range(1, 500))}
WAITS: Stack = (WAIT, READ, SYSCALL)
TESTS: Stack = (TEST, READ, SYSCALL)
COPIES: Stack = (COPY, READ, SYSCALL)
CALLS: Stack = (ASKS, ASK, READ, SYSCALL)
HIDES: Stack = (ASKS, READ, SYSCALL)
ELSEWHERE: Stack = (SYSCALL,)
FEW = LOOKS - ENOUGH


@pytest.mark.parametrize(
    ("stacks", "place"),
    [
        ([WAITS] * LOOKS, "history_wait() (mm/h.c:412)"),
        # What is inlined into the loop, or called by it, comes and goes.
        ([WAITS, TESTS] * (LOOKS // 2), "history_wait() (mm/h.c:411)"),
        ([WAITS] + [CALLS] * (LOOKS - 1), "history_wait() (mm/h.c:411)"),
        ([WAITS, *[HIDES] * FEW] + [CALLS] * (ENOUGH - 1), "history_wait() (mm/h.c:411)"),
        ([CALLS] * LOOKS, "is_readable() (mm/h.c:9)"),
        ([WAITS, COPIES] * (LOOKS // 2), "history_read() (mm/h.c:400)"),
        ([ELSEWHERE] * FEW + [WAITS] * ENOUGH, "history_wait() (mm/h.c:412)"),
        ([ELSEWHERE] * (FEW + 1) + [WAITS] * (ENOUGH - 1), None),
        ([ELSEWHERE] * LOOKS, None),
        ([WAITS] * (ENOUGH - 1), None),
        ([], None),
    ],
)
def test_what_they_have_in_common(stacks: Sequence[Stack], place: str | None) -> None:
    spot = agreed(stacks, FRAMES, ADDED)
    assert (str(spot) if spot else None) == place
    if spot:
        assert spot.entry == ("mm/h.c", "history_read")


def test_code_that_the_patch_does_not_add() -> None:
    assert agreed([WAITS] * LOOKS, FRAMES, {"mm/h.c": frozenset({1})}) is None


@contextmanager
def running(script: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", f"print(flush=True)\n{script}"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process.pid
        assert process.poll() is None, "it did not go on"
    finally:
        process.kill()
        process.communicate()


PROGRAM = Path(sys.executable).resolve()


def test_what_computes_is_looked_at_and_goes_on() -> None:
    with running("while True: pass") as pid:
        stacks = look(PROGRAM, [1, pid])
        assert len(stacks) == LOOKS
        assert all(stack[0] for stack in stacks)
        assert len(look(PROGRAM, [pid])) == LOOKS


def test_what_waits_now_and_then_is_not() -> None:
    waits = "import time\nwhile True:\n    sum(range(2000))\n    time.sleep(0.00001)"
    with running(waits) as pid:
        assert look(PROGRAM, [pid]) == []


def test_another_program_is_not() -> None:
    with running("while True: pass") as pid:
        assert look(Path("/bin/sh").resolve(), [pid]) == []


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="takes root")
def test_root_of_a_container_looks_as_the_user() -> None:
    """Docker leaves root no right to look at other users' processes."""
    script = (
        "import subprocess\n"
        "from pathlib import Path\n"
        "from autograder.guest.sampling import look\n"
        "busy = subprocess.Popen(['sh', '-c', 'while :; do :; done'], user=70000, group=70000)\n"
        "try:\n"
        "    print(len(look(Path('/bin/sh').resolve(), [busy.pid])))\n"
        "finally:\n"
        "    busy.kill()\n"
    )
    reduced = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    done = subprocess.run(
        [*reduced, sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str(LOOKS), done.stderr

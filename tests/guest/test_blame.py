# SPDX-License-Identifier: MIT
"""Faults of the grader, made on purpose: none is taken for the submission's."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.errors import GraderError
from autograder.guest.machine import Job, Kernel, Machine
from autograder.guest.observation import Ending
from autograder.guest.programs import compile_programs
from autograder.kernel import ready
from autograder.progress import silent
from autograder.sandbox.sandbox import choose
from tests.reference import SERIES

IDLE = Job("proc_entries", {"base": "0x1000000000"})


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    cache = Cache.default()
    return Kernel(ready.baseline(SERIES, cache, choose(), silent).linux)


@pytest.fixture
def work() -> Iterator[Path]:
    with Cache.default().workdir("blame") as path:
        yield path


def machine(kernel: Kernel, work: Path) -> Machine:
    return Machine(kernel, compile_programs(Cache.default().root), choose(), work)


def test_a_good_boot(kernel: Kernel, work: Path) -> None:
    seen = machine(kernel, work).observe(IDLE)
    assert seen.outcome.kind is Ending.COMPLETED
    assert not seen.reports
    assert not list(work.iterdir())


def test_probe_missing(kernel: Kernel, work: Path) -> None:
    seen = machine(kernel, work).observe(Job("no_such_probe", {}))
    assert seen.outcome.graders_fault
    assert "no_such_probe" in seen.outcome.detail


def test_parameter_missing(kernel: Kernel, work: Path) -> None:
    seen = machine(kernel, work).observe(Job("blocked_read", {}))
    assert seen.outcome.graders_fault
    assert "steps" in seen.outcome.detail


def guests_of(parent: int) -> list[int]:
    """The processes below ``parent`` that are a guest's kernel."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
            if command.startswith(b"/guest/linux") and below(int(entry.name), parent):
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue  # it has ended
    return found


def below(process: int, parent: int) -> bool:
    """Whether ``process`` descends from ``parent``."""
    while process > 1:
        if process == parent:
            return True
        status = Path(f"/proc/{process}/stat").read_text()
        process = int(status.rpartition(")")[2].split()[1])
    return False


def test_guest_killed_from_outside(kernel: Kernel, work: Path) -> None:
    stop = threading.Event()

    def kill() -> None:
        while not stop.is_set():
            for guest in guests_of(os.getpid()):
                os.kill(guest, signal.SIGKILL)
            time.sleep(0.005)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        seen = machine(kernel, work).observe(IDLE)
    finally:
        stop.set()
        killer.join()
    assert seen.outcome.kind is Ending.KILLED


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_disk_full(kernel: Kernel, tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", tmp_path], check=True)
    try:
        with pytest.raises(GraderError, match="No space left"):
            machine(kernel, tmp_path).observe(IDLE)
    finally:
        subprocess.run(["umount", tmp_path], check=True)

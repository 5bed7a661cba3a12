# SPDX-License-Identifier: MIT
"""A grader that is killed leaves nothing that runs, and nothing that is not cleared away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from autograder.sandbox import orphans
from autograder.sandbox.bubblewrap import gate
from autograder.sandbox.sandbox import Level
from tests.unit.test_sandbox import sleeping, wait_for

ROOT = Path(__file__).parents[2]
GRADER = """
import sys
from autograder.sandbox.sandbox import choose
choose(sys.argv[1]).run(["sh", "-c", "sleep " + sys.argv[2] + " & exec sleep " + sys.argv[2]])
"""
GONE = 2**22 + 1  # no process has such an id


@pytest.fixture
def mark() -> str:
    return f"{time.time_ns() % 10**6 + 10**6}.125"


@pytest.mark.parametrize("level", [Level.FULL, Level.NONE])
def test_commands_die_with_the_grader(level: Level, mark: str) -> None:
    command = [sys.executable, "-c", GRADER, str(level), mark]
    grader = subprocess.Popen(command, cwd=ROOT)
    wait_for(lambda: len(sleeping(mark)) == 2)
    grader.kill()
    grader.wait()
    if level is Level.NONE:  # which holds only what the command itself is
        wait_for(lambda: len(sleeping(mark)) == 1)
        for left in sleeping(mark):
            os.kill(left, signal.SIGKILL)
    wait_for(lambda: not sleeping(mark))


@pytest.mark.parametrize(("word", "status"), [("go\n", 0), ("", 1), ("stop\n", 1)])
def test_no_command_goes_on_without_the_word(word: str, status: int) -> None:
    waiting, go = os.pipe()
    os.write(go, word.encode())
    os.close(go)
    script = f"test ! -e /proc/self/fd/{waiting}"
    done = subprocess.run([*gate(waiting), "sh", "-c", script], pass_fds=[waiting], check=False)
    os.close(waiting)
    assert done.returncode == status


def test_a_process_that_lost_its_parent_does_not_begin() -> None:
    command = [*orphans.DIES_WITH_PARENT, str(GONE), "echo", "here"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_sandboxes_of_a_dead_grader_are_ended(mark: str) -> None:
    space, _, _ = orphans.mark().split(".")
    others = {
        f"{space}.{GONE}.5": False,
        f"{space}.{os.getpid()}.5": False,  # the id was given again
        orphans.mark(): True,
        f"1{space}.{GONE}.5": True,  # of another process namespace
    }
    started = {}
    for name in others:
        command = ["bwrap", "--ro-bind", "/", "/", "--setenv", orphans.VARIABLE, name]
        started[name] = subprocess.Popen([*command, "sleep", mark])
    try:
        wait_for(lambda: len(sleeping(mark)) >= len(others))
        orphans.sweep()
        for name, lives in others.items():
            if not lives:
                assert started[name].wait(20) == -signal.SIGKILL
        assert [process.poll() for process in started.values()].count(None) == 2
    finally:
        for process in started.values():
            process.kill()
            process.wait()
        for left in sleeping(mark):
            os.kill(left, signal.SIGKILL)


def test_folders_of_a_dead_grader_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    space, _, _ = orphans.mark().split(".")
    dead = tmp_path / f"{orphans.PREFIX}{space}.{GONE}.7-x_1"
    alive = Path(tempfile.mkdtemp(prefix=orphans.prefix()))
    strange = tmp_path / f"{orphans.PREFIX}strange"
    for folder in (dead, strange):
        folder.mkdir()
        (folder / "file").write_text("")
    if os.geteuid() == 0:  # it was handed over to a command at level container
        os.chown(dead, 200_000, 200_000)
    orphans.sweep()
    assert not dead.exists()
    assert alive.exists()
    assert strange.exists()

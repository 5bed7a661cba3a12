# SPDX-License-Identifier: MIT
"""What nobody reads any more costs nothing: neither the work nor its exit status."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRESS = """
import sys
from autograder import progress
from autograder.progress import ProgressLines
progress.guard()
with ProgressLines() as lines:
    lines("first", None)
    sys.stdin.readline()
    for number in range(100):
        lines(f"phrase {number}", number / 100)
print("whole")
sys.exit(7)
"""
REPORT = """
import sys
from rich.console import Console
from autograder import progress
progress.guard()
{how}("word\\n" * 20_000)
open({result!r}, "w").write("whole")
sys.exit(7)
"""
HANG_UP = """
import contextlib, sys
from autograder import progress
progress.guard()
progress.survive_hang_up()
from autograder.progress import ProgressLines
with ProgressLines() as lines:
    lines("first", 0.5)
    with contextlib.suppress(OSError):
        sys.stdin.readline()
    for number in range(100):
        lines(f"phrase {{number}}", number / 100)
open({result!r}, "w").write("whole")
sys.exit(7)
"""


def test_progress_goes_on_without_a_reader() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRESS],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline() == b"first\n"
        running.stderr.close()
        running.stderr = None
        output, _ = running.communicate(b"\n", timeout=60)
    assert output == b"whole\n"
    assert running.returncode == 7


@pytest.mark.parametrize("how", ["print", "Console().print"])
def test_a_report_that_nobody_reads(how: str, tmp_path: Path) -> None:
    result = tmp_path / "result"
    with subprocess.Popen(
        [sys.executable, "-c", REPORT.format(how=how, result=str(result))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        complaints = running.stderr.read()
        assert running.wait(timeout=60) == 7, complaints
    assert complaints == ""
    assert result.read_text() == "whole"


def test_a_terminal_that_is_closed(tmp_path: Path) -> None:
    result = tmp_path / "result"
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-c", HANG_UP.format(result=str(result))])
    seen = b""
    while b"first" not in seen:
        seen += os.read(terminal, 1000)
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
    assert result.read_text() == "whole"

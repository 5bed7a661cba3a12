# SPDX-License-Identifier: MIT
"""What fault drills share: a grader that runs by itself, and what must not be left of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from autograder.cache import VARIABLE, WORK_VARIABLE, Cache
from autograder.files import PARTIAL
from autograder.grading import RESULT
from autograder.results import Result
from autograder.sandbox import orphans, processes
from tests.guest.conftest import ROOT
from tests.guest.test_bad_submissions import submission
from tests.patches import code

SEED = "5"
BROKEN = code("int course = no_such_thing;\n")  # builds for some seconds, and is never kept
PATIENCE = 60.0  # seconds until everything must be gone, on a machine however busy


@dataclass(frozen=True)
class Drill:
    """One submission that is graded again and again, with work and results of its own."""

    submission: Path
    folder: Path
    only: str

    @property
    def out(self) -> Path:
        """Where the results go."""
        return self.folder / "out"

    @property
    def work(self) -> Path:
        """Where the grader works."""
        return self.folder / "work"

    def command(self, *wrap: str) -> list[str]:
        """The grader's command line, ``wrap`` before it."""
        arguments = ["--out", str(self.out), "--only", self.only, "--seed", SEED]
        return [
            *wrap,
            *(sys.executable, "-m", "autograder", "grade", str(self.submission)),
            *arguments,
        ]

    def environment(self) -> dict[str, str]:
        """The grader's environment."""
        mine = {
            "PYTHONPATH": str(ROOT),
            VARIABLE: str(Cache.default().root),
            WORK_VARIABLE: str(self.work),
        }
        return {**os.environ, **mine}

    def start(self) -> subprocess.Popen[bytes]:
        """Start a grade, which says nothing."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            self.command(), cwd=ROOT, env=self.environment(), stdout=quiet, stderr=quiet
        )

    def run(
        self, *wrap: str, more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Grade to the end."""
        done = subprocess.run(
            self.command(*wrap),
            cwd=ROOT,
            env={**self.environment(), **(more or {})},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def result(self) -> Result | None:
        """What stands in the result; None where there is none.  It is never half a file."""
        try:
            return Result.read(self.out / RESULT)
        except FileNotFoundError:
            return None
        except (ValidationError, ValueError) as error:
            raise AssertionError(f"half a result: {error}") from error

    def left_files(self) -> list[str]:
        """Temporary files and folders that a run which has ended should have removed."""
        found = [*self.out.rglob(f".*{PARTIAL}"), *self.work.glob("*/*")]
        scratch = Path(tempfile.gettempdir()).glob(f"{orphans.PREFIX}*")
        found += [path for path in scratch if orphans.is_gone(path.name.split("-")[1])]
        found += [path for path in (Path("/tmp/uml"), Path.home() / ".uml") if path.exists()]
        return [str(path) for path in found]


def make(folder: Path, patch: str | None, only: str) -> Drill:
    """A drill with the reference's tools and ``patch``; None is the reference itself."""
    folder.mkdir(parents=True)
    if patch is None:
        return Drill(ROOT / "reference-solution", folder, only)
    return Drill(submission(folder / "handed-in", patch), folder, only)


def verdicts(result: Result | None) -> list[tuple[str, str, float]]:
    """What two runs of one submission must agree in."""
    assert result is not None
    return [(v.id, v.status.value, v.points) for v in result.verdicts]


def alive(started: dict[int, str]) -> list[int]:
    """Those of the processes, known by the time they started, that have not ended."""
    return [pid for pid, when in started.items() if _started(pid) == when]


def below(pid: int) -> dict[int, str]:
    """The processes of a grader's now, each with the time at which it started."""
    return {stat.pid: when for stat in processes.tree(pid) if (when := _started(stat.pid))}


def sandboxes_of(mark: str) -> list[int]:
    """The namespaces' processes that a grader with this mark made."""
    found = []
    for stat in processes.snapshot():
        with contextlib.suppress(OSError):
            if mark.encode() in Path(f"/proc/{stat.pid}/cmdline").read_bytes():
                found.append(stat.pid)
    return found


def command(pid: int) -> str:
    """The command line of a process."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return " ".join(word.decode(errors="replace") for word in words)[:1500]
    return ""


def wait_until_gone(started: dict[int, str]) -> list[int]:
    """Wait for processes to end; those that have not."""
    deadline = time.monotonic() + PATIENCE
    while (left := alive(started)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _started(pid: int) -> str:
    with contextlib.suppress(OSError, ValueError):
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        fields = text[text.rindex(")") + 2 :].split()
        return "" if fields[0] in "ZX" else fields[19]
    return ""

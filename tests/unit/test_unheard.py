# SPDX-License-Identifier: MIT
"""Nobody listens any more: the grade goes on, and its result is whole.

What is graded here cannot be read, so that no kernel is built; the commands, their processes
and their pipes are the real ones.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.assignment import DEFAULT
from autograder.bulk.local import GradingProcesses
from autograder.bulk.worker import WorkerOrder
from autograder.course import COURSE_FILE, load
from autograder.progress import Unheard
from autograder.results import Result, Status

ROOT = Path(__file__).parents[2]
LONGEST = 300  # seconds
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c and more"


@contextmanager
def running(command: list[str], **more: object) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive the test."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        text=True,
        **more,  # type: ignore[call-overload]
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def whole(path: Path) -> None:
    made = Result.read(path)
    statuses = {verdict.status for verdict in made.verdicts}
    assert made.finished and Status.GRADER_ERROR not in statuses
    assert "7-Zip" in made.model_dump_json()


def test_what_nobody_reads_goes_nowhere() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = Unheard(os.fdopen(writer, "w"))
    for _ in range(3):
        print("x" * 100_000, file=stream, flush=True)
    stream.writelines(["a", "b"])
    stream.flush()
    assert not stream.isatty()


@pytest.mark.parametrize("full", [False, True])
def test_a_process_ends_well_without_readers(full: bool) -> None:
    """Also what Python itself writes at the end goes nowhere."""
    script = (
        "from autograder import progress; progress.guard()\nfor _ in range(9000): print('x' * 99)"
    )
    reader, writer = os.pipe()
    os.close(reader)
    target = os.open("/dev/full", os.O_WRONLY) if full else writer
    with running(["-c", script], stdout=target, stderr=target) as process:
        assert process.wait(60) == 0


@pytest.mark.guest
def test_a_class_is_graded_without_readers(tmp_path: Path) -> None:
    for name in ("ada", "bob", "cy", "dee"):
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / f"{name}.7z").write_bytes(SEVEN_ZIP)
    out = tmp_path / "grades"
    command = ["-m", "autograder", "class", "grade", str(tmp_path / "class"), "--out", str(out)]
    pipe = subprocess.PIPE
    with running([*command, "--jobs", "1"], stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.readline()
        process.stderr.close()
        assert process.wait(LONGEST) == 0
    rows = list(csv.DictReader((out / "gradebook.csv").open()))
    assert [row["state"] for row in rows] == ["cannot be read"] * 4
    whole(out / "dee" / "result.json")


def order(tmp_path: Path) -> WorkerOrder:
    path = tmp_path / "ada.7z"
    path.write_bytes(SEVEN_ZIP)
    out = str(tmp_path / "out")
    return WorkerOrder(
        name="ada", submission=str(path), out=out, seed=1, series="7.3", assignment=DEFAULT
    )


@pytest.mark.guest
def test_a_worker_grades_without_readers(tmp_path: Path) -> None:
    """The worker of this machine, and of a cluster."""
    pipe = subprocess.PIPE
    with running(["-m", "autograder.bulk.worker"], stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(order(tmp_path).model_dump_json() + "\n")
        process.stdin.flush()
        assert "phrase" in json.loads(process.stdout.readline())
        process.stdout.close()
        assert process.wait(LONGEST) == 0
    whole(tmp_path / "out" / "result.json")


@pytest.mark.guest
def test_a_cluster_s_worker_grades_without_a_terminal(tmp_path: Path) -> None:
    """A worker's own standard error is gone: what its grades write there is not missed."""
    reader, writer = os.pipe()
    os.close(reader)
    saved = os.dup(2)
    os.dup2(writer, 2)
    try:
        done = GradingProcesses(lambda name, phrase, part: None).run(order(tmp_path))
    finally:
        os.dup2(saved, 2)
        os.close(writer)
        os.close(saved)
    assert done.outcome == "graded"
    whole(tmp_path / "out" / "result.json")


@pytest.mark.guest
def test_gradescope_s_harness_grades_without_readers(tmp_path: Path) -> None:
    for name in ("source", "submission", "results"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "gradescope.json").write_text('{"minutes": 10}')
    (tmp_path / "source" / "series").write_text(load(COURSE_FILE).series)
    (tmp_path / "submission" / "work.7z").write_bytes(SEVEN_ZIP)
    script = (
        "import sys; from pathlib import Path; from autograder.gradescope.harness import main\n"
        "main(Path(sys.argv[1]))"
    )
    pipe = subprocess.PIPE
    with running(["-c", script, str(tmp_path)], stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(LONGEST) == 0
    told = json.loads((tmp_path / "results" / "results.json").read_text())
    assert told["extra_data"]["finished"] is True
    assert "grader_error" not in {test["extra_data"]["status"] for test in told["tests"]}

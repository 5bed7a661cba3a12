# SPDX-License-Identifier: MIT
"""A scheduler and workers as a cluster has them; one worker is killed in the middle."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from autograder.bulk.batch import Tally
from autograder.bulk.cluster import ClusterEngine
from autograder.bulk.run import ClassRun
from autograder.bulk.shelf import Shelf
from autograder.bulk.students import Roster
from autograder.bulk.versions import Versions, own
from autograder.course import Course
from autograder.errors import UsageError
from tests.class_test import graded
from tests.corpus import REFERENCE

ROOT = Path(__file__).parents[2]
LONG, SHORT = "reference", ("first-short", "second-short", "third-short")


@contextlib.contextmanager
def process(
    module: str, *arguments: str, said: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], env=environment, stdout=said, stderr=said
    ) as started:
        try:
            yield started
        finally:
            started.kill()


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "scheduler.json"
    arguments = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with process("distributed.cli.dask_scheduler", *arguments, "--scheduler-file", str(file)):
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        yield file


@contextlib.contextmanager
def worker(
    scheduler: Path, name: str, said: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    arguments = ["--scheduler-file", str(scheduler), "--nthreads", "1", "--name", name]
    more = ["--no-nanny", "--no-dashboard", "--local-directory", str(scheduler.parent)]
    with process("distributed.cli.dask_worker", *arguments, *more, said=said) as started:
        yield started


def test_a_worker_dies_and_nothing_is_lost(tmp_path: Path, scheduler: Path) -> None:
    shutil.copytree(REFERENCE, tmp_path / "class" / LONG)
    for name in SHORT:
        (tmp_path / "class" / name).mkdir()
        (tmp_path / "class" / name / "ANSWERS.md").write_text("Not done.\n")
    out = tmp_path / "grades"
    with (
        worker(scheduler, "first") as first,
        worker(scheduler, "second") as second,
        Client(scheduler_file=str(scheduler)) as client,
    ):
        client.wait_for_workers(2, timeout=120)
        processes = {"first": first, "second": second}
        killed: list[str] = []

        def kill_one(tally: Tally) -> None:
            """Once two grades have ended: a worker that is at work."""
            if killed or len(tally.graded) < 2:
                return
            workers = client.scheduler_info()["workers"]
            for address, tasks in client.processing().items():
                if tasks and address in workers:
                    killed.append(workers[address]["name"])
                    processes[killed[0]].kill()
                    return

        run = ClassRun(out, Course(), Versions(kernel="k", **own()), changed=kill_one)
        outcome = run.grade_all(
            tmp_path / "class", Roster(), lambda grades, lock: ClusterEngine(str(scheduler))
        )
    assert len(killed) == 1
    assert sorted(outcome.tally.graded) == sorted([LONG, *SHORT])
    assert outcome.tally.failed == {}
    assert set(graded(out).values()) == {1}
    loaded = Shelf(out).load(LONG)
    assert loaded is not None and loaded[1].full_marks
    assert (out / LONG / "feedback.html").exists()
    assert list((out / LONG / "observations").glob("*.json"))


def test_a_worker_goes_on_when_nobody_reads_its_words(tmp_path: Path, scheduler: Path) -> None:
    names = ["ada", "bob"]
    for name in names:
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "ANSWERS.md").write_text("Not done.\n")
    out = tmp_path / "grades"
    reading, writing = os.pipe()

    def stop_listening(tally: Tally) -> None:
        """Once one of the two grades has ended."""
        nonlocal reading
        if tally.graded and reading >= 0:
            os.close(reading)
            reading = -1

    with worker(scheduler, "first", writing) as first:
        os.close(writing)
        run = ClassRun(out, Course(), Versions(kernel="k", **own()), changed=stop_listening)
        outcome = run.grade_all(
            tmp_path / "class", Roster(), lambda grades, lock: ClusterEngine(str(scheduler))
        )
        assert first.poll() is None
        with Client(scheduler_file=str(scheduler)) as client:
            say = logging.getLogger("distributed.worker").warning
            for _ in range(3):  # more than a pipe holds
                client.submit(say, "x" * 100_000, pure=False).result(60)
        assert first.poll() is None
    assert reading < 0
    assert sorted(outcome.tally.graded) == names and outcome.tally.failed == {}
    for name in names:
        loaded = Shelf(out).load(name)
        assert loaded is not None and loaded[1].finished
        assert loaded[1].totals.grader_error == 0


def test_a_worker_with_another_kit_grades_nothing(tmp_path: Path, scheduler: Path) -> None:
    (tmp_path / "class" / "ada").mkdir(parents=True)
    with worker(scheduler, "first"):
        engine = ClusterEngine(str(scheduler))
        engine._versions = {**engine._versions, "checks": "other"}
        run = ClassRun(tmp_path / "grades", Course(), Versions(kernel="k", **own()))
        outcome = run.grade_all(tmp_path / "class", Roster(), lambda grades, lock: engine)
    assert "another version" in json.dumps(outcome.tally.failed)


def test_no_scheduler_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.bulk.cluster.PATIENCE", 1)
    with pytest.raises(UsageError, match="no scheduler answers"):
        ClusterEngine("tcp://127.0.0.1:9")

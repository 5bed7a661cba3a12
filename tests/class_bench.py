# SPDX-License-Identifier: MIT
"""Two workers against one, as ratios of the time that a small class takes.

``make class-bench``.  The kernel is the reference's, built before; what is measured is all
the rest of a grade.  A worker has one processor: two of them, two.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.files import write_atomically
from tests.class_test import ROOT, run
from tests.classroom import rewritten


class Bench:
    """A class of ``size`` correct submissions, graded over and over."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.seconds: dict[str, float] = {}
        for kind in rewritten(size):
            path = folder / "submissions" / kind.name.replace(" ", "-")
            path.mkdir(parents=True)
            kind.make(path)

    def grade(self, name: str, *words: str, processors: Sequence[int]) -> float:
        """The seconds that the class takes."""
        out = self.folder / name.replace(" ", "-")
        command = [sys.executable, "-m", "autograder", "class", "grade"]
        command += [str(self.folder / "submissions"), "--out", str(out), *words]
        started = time.monotonic()
        run(["taskset", "--cpu-list", ",".join(map(str, processors)), *command])
        self.seconds[name] = round(time.monotonic() - started, 1)
        print(f"{name:<32} {self.seconds[name]:7.1f} s", flush=True)
        return self.seconds[name]

    @contextlib.contextmanager
    def cluster(self, processors: Sequence[int]) -> Iterator[str]:
        """A scheduler, and a worker on each of ``processors``; the scheduler's file."""
        file = Path(tempfile.mkdtemp(dir=self.folder)) / "scheduler.json"
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        where = ["--scheduler-file", str(file), "--no-dashboard"]
        dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
        commands = [[*dask, "--host", "127.0.0.1", "--port", "0", *where]]
        for number in processors:
            pinned = ["taskset", "--cpu-list", str(number), sys.executable, "-m"]
            more = ["--nthreads", "1", "--no-nanny", "--local-directory", str(file.parent)]
            commands.append([*pinned, "distributed.cli.dask_worker", *where, *more])
        started = []
        try:
            for command in commands:
                started.append(
                    subprocess.Popen(
                        command,
                        env=environment,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                )
                deadline = time.monotonic() + 60
                while not file.exists() and time.monotonic() < deadline:
                    time.sleep(0.1)
            _await_workers(file, len(processors))
            yield str(file)
        finally:
            for process in started:
                process.kill()
                process.wait()


def _await_workers(file: Path, count: int) -> None:
    from distributed import Client

    with Client(scheduler_file=str(file)) as client:
        client.wait_for_workers(count, timeout=120)


def main() -> None:
    """Print the table and keep it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=4, help="submissions")
    parser.add_argument("--out", type=Path, default=Path("build/class-bench.json"))
    arguments = parser.parse_args()
    both = sorted(os.sched_getaffinity(0))[:2]
    folder = Path(tempfile.mkdtemp(prefix="class-bench-"))
    try:
        bench = Bench(folder, arguments.size)
        print(f"{arguments.size} submissions; load {os.getloadavg()[0]:.1f}", flush=True)
        one = bench.grade("one job, one processor", "--jobs", "1", processors=both[:1])
        two = bench.grade("two jobs, two processors", "--jobs", "2", processors=both)
        bench.grade("one job, two processors", "--jobs", "1", processors=both)
        with bench.cluster(both[:1]) as file:
            first = bench.grade("one worker of a cluster", "--cluster", file, processors=both)
        with bench.cluster(both) as file:
            second = bench.grade("two workers of a cluster", "--cluster", file, processors=both)
        ratios = {"jobs": round(one / two, 2), "cluster": round(first / second, 2)}
        print(f"two against one: {ratios['jobs']} here, {ratios['cluster']} on a cluster")
        figures = {"size": arguments.size, "seconds": bench.seconds, "ratios": ratios}
        write_atomically(arguments.out, json.dumps(figures, indent=2) + "\n")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

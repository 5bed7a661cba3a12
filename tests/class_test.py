# SPDX-License-Identifier: MIT
"""A class graded in one go, and again with the grader killed in between: the same books.

``make class-test``; ``python -m tests.class_test --help``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from autograder.bulk.gradebook import CANVAS, GRADEBOOK, MOODLE
from autograder.bulk.journal import JOURNAL
from autograder.bulk.shelf import RUNNING, Shelf
from autograder.cache import Cache
from autograder.kernel import ready
from autograder.progress import silent
from autograder.sandbox.processes import tree
from autograder.sandbox.sandbox import choose
from tests.classroom import COURSE, ROSTER, SubmissionKind, make_class, states
from tests.reference import SERIES

ROOT = Path(__file__).parents[1]
QUICK = 0.1  # part of a whole run that one without anything to grade may take
GONE = 10.0  # seconds until nothing of a killed run is left
LONGEST = 4 * 3600


class ClassTest:
    """A synthetic class below ``folder``."""

    def __init__(self, folder: Path, size: int, light: bool = False) -> None:
        self.folder = folder
        self.submissions = folder / "submissions"
        baseline = ready.baseline(SERIES, Cache.default(), choose(), silent)
        self.kinds = make_class(self.submissions, size, baseline.tree, light)
        self.course = folder / "course.toml"
        self.course.write_text(COURSE)

    def command(self, out: Path, *words: str) -> list[str]:
        """A run of class grade."""
        more = ["--out", str(out), "--course", str(self.course), *words]
        more += ["--roster", str(self.submissions.parent / ROSTER)]
        return [sys.executable, "-m", "autograder", "class", "grade", str(self.submissions), *more]

    def grade(self, out: Path, *words: str) -> float:
        """Grade without a disturbance; the seconds that it took."""
        started = time.monotonic()
        run(self.command(out, *words))
        return time.monotonic() - started

    def grade_with_kills(self, out: Path, kills: int, seed: int, *words: str) -> list[int]:
        """Grade, killed ``kills`` times; how many grades were done at each of these."""
        chance = random.Random(seed)
        marks = sorted(chance.sample(range(1, len(self.kinds)), kills))
        reached = []
        for mark in marks:
            with start(self.command(out, *words)) as process:
                while process.poll() is None and graded(out).total() < mark:
                    time.sleep(0.1)
                time.sleep(chance.random() * 3)  # at any moment of a grade
                family = [stat.pid for stat in tree(process.pid)]
                process.kill()
                process.wait()
            if process.returncode != -signal.SIGKILL:
                raise SystemExit(f"the run ended with {process.returncode} before it was killed")
            reached.append(graded(out).total())
            await_end(family)
        self.grade(out, *words)
        return reached


def run(command: Sequence[str]) -> str:
    """Run a command of the kit, which must end well; what it printed."""
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr}")
    return done.stdout


def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a command of the kit."""
    null = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, stdout=null, stderr=null)


def graded(out: Path) -> Counter[str]:
    """How often each submission was graded, as the journal tells."""
    try:
        lines = (out / JOURNAL).read_text().splitlines()
    except FileNotFoundError:
        return Counter()
    entries = [json.loads(line) for line in lines if line.endswith("}")]
    return Counter(entry["name"] for entry in entries if entry["event"] == "graded")


def await_end(family: Sequence[int]) -> None:
    """Errors: SystemExit where a process of a killed run goes on."""
    deadline = time.monotonic() + GONE
    while left := [pid for pid in family if runs(pid)]:
        if time.monotonic() > deadline:
            raise SystemExit(f"of a killed run there still are the processes {left}")
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


def complaints(whole: Path, killed: Path, kinds: list[SubmissionKind]) -> list[str]:
    """What is wrong with the books of a run that was killed, beside one that was not."""
    found = [
        f"{name} is not the same"
        for name in (GRADEBOOK, CANVAS, MOODLE)
        if (whole / name).read_text() != (killed / name).read_text()
    ]
    with (whole / GRADEBOOK).open(newline="", encoding="utf-8") as stream:
        told = {row["name"]: row["state"] for row in csv.DictReader(stream)}
    found += [
        f"{name} is '{told.get(name, 'not there')}', and not '{state}'"
        for name, state in states(kinds).items()
        if told.get(name) != state
    ]
    found += [f"{name} was graded {n} times" for name, n in graded(killed).items() if n > 1]
    shelf = Shelf(killed)
    names = shelf.read_class().names
    found += [f"{name} has a history" for name in names if shelf.history(name)]
    found += [f"{name} has no result" for name in names if shelf.load(name) is None]
    found += [f"{path} was left behind" for path in (killed / RUNNING).iterdir()]
    found += [f"{path} is half a file" for path in killed.rglob(".*.json.*")]
    return found


def main() -> None:
    """The whole test, with figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=60, help="submissions")
    parser.add_argument("--light", action="store_true", help="few kernels that boot")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--out", type=Path, default=Path("build/class"))
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    test = ClassTest(arguments.out.absolute(), arguments.size, arguments.light)
    whole, killed = test.folder / "whole", test.folder / "killed"
    print(f"{arguments.size} submissions; load {os.getloadavg()[0]:.1f}", flush=True)
    in_one_go = test.grade(whole)
    print(f"in one go: {in_one_go:.0f} s", flush=True)
    reached = test.grade_with_kills(killed, arguments.kills, arguments.seed)
    print(f"killed after {', '.join(map(str, reached))} grades", flush=True)
    wrong = complaints(whole, killed, test.kinds)
    again = test.grade(killed)
    print(f"a second run with nothing changed: {again:.1f} s", flush=True)
    test.course.write_text(COURSE + "[points.areas]\nTools = 0\n")
    command = [sys.executable, "-m", "autograder", "class", "rescore", "--grades", str(killed)]
    started = time.monotonic()
    told = run([*command, "--course", str(test.course)])
    seconds = time.monotonic() - started
    print(f"rescore after a change of points: {seconds:.1f} s\n{told}", flush=True)
    for what, took in (("the second run", again), ("rescore", seconds)):
        if took > QUICK * in_one_go:
            wrong.append(f"{what} took {took:.1f} s")
    print("\n".join(wrong) or "the same books, nothing graded twice")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

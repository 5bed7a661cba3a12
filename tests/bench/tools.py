# SPDX-License-Identifier: MIT
"""The command line's start, and the reference's pgfaultmap on a long trace."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from tests.bench.row import BenchRow
from tests.bench.setting import ROOT, Setting
from tests.corpus import REFERENCE

EVENTS = 1_000_000
TIMES = 9
ADD, REMOVE, FAULT = 0x70676601, 0x70676603, 0x70676604  # of the reference's format
_RECORD = struct.Struct("<IIQQQQ")
PAGE = 4096
LIVE = 20_000  # regions at one time, in a trace of a process that maps and unmaps


def start_up(setting: Setting) -> Iterable[BenchRow]:
    """``--help``, in turns with an interpreter that does nothing."""
    ours, nothing = [], []
    for _ in range(TIMES):
        nothing.append(_seconds([sys.executable, "-c", "pass"]))
        ours.append(_seconds([sys.executable, "-m", "autograder", "--help"]))
    yield BenchRow(
        "start-up of the command line (--help)",
        "s",
        median(ours),
        goal=0.3,
        baseline=median(nothing),
        against="python -c pass",
    )


def pgfaultmap(setting: Setting) -> Iterable[BenchRow]:
    """Two traces: every page faults once, in no order; and regions that come and go."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = REFERENCE / "tools"
        subprocess.run(["cp", "-r", str(source), str(folder / "tools")], check=True)
        subprocess.run(["make", "-s", "-C", str(folder / "tools")], check=True)
        program = folder / "tools" / "pgfaultmap"
        for what, content in (("each page once", _once()), ("regions come and go", _churn())):
            trace = folder / "trace"
            trace.write_bytes(content)
            tool = [_run([str(program), str(trace)]) for _ in range(TIMES)]
            cat = [_run(["cat", str(trace)]) for _ in range(TIMES)]
            title = f"pgfaultmap on {EVENTS:,} events, {what}"
            read = median(seconds for seconds, _ in cat)
            seconds = median(seconds for seconds, _ in tool)
            yield BenchRow(title, "s", seconds, goal=1, baseline=read, against="cat of the trace")
            yield BenchRow(f"{title}: memory", "MB", max(memory for _, memory in tool), goal=64)


def _once() -> bytes:
    start = 0x40_0000
    pages = list(range(EVENTS - 1))
    random.Random(1).shuffle(pages)
    records = [_RECORD.pack(ADD, 0, 0, 1, start, start + EVENTS * PAGE)]
    records += [
        _RECORD.pack(FAULT, 0, time_ns, 0, start + page * PAGE, 0)
        for time_ns, page in enumerate(pages)
    ]
    return b"".join(records)


def _churn() -> bytes:
    source = random.Random(1)
    live: dict[int, int] = {}
    records = []
    for now in range(EVENTS):
        number = source.randrange(LIVE)
        if number not in live:
            live[number] = start = (number * 16 + source.randrange(8)) * PAGE
            records.append(_RECORD.pack(ADD, 0, now, number + 1, start, start + 2 * PAGE))
        elif source.random() < 0.5:
            del live[number]
            records.append(_RECORD.pack(REMOVE, 0, now, number + 1, 0, 0))
        else:
            records.append(_RECORD.pack(FAULT, 0, now, 0, live[number], 0))
    return b"".join(records)


def _seconds(command: Sequence[str]) -> float:
    return _run(command)[0]


def _run(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and megabytes of a command, whose output goes nowhere."""
    measured = (
        "import resource, subprocess, sys, time\n"
        "began = time.monotonic()\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "print(time.monotonic() - began,"
        " resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kilobytes = done.stdout.split()
    return float(seconds), int(kilobytes) * 1024 / 1e6

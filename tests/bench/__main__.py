# SPDX-License-Identifier: MIT
"""Measure, print the table, keep the figures, draw their history.

``make bench``; a run that was interrupted goes on where it was.  ``--quick`` leaves out what
takes minutes; the table then shows when the rest was measured last.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path

from autograder.bulk.versions import current
from autograder.cache import Cache
from autograder.errors import KitError
from autograder.files import write_atomically
from autograder.kernel import ready
from autograder.progress import ProgressLines
from autograder.sandbox.sandbox import choose
from tests.bench import (
    faults,
    grades,
    hopeless,
    judged,
    kernels,
    page,
    pages,
    student,
    tools,
    workers,
)
from tests.bench.history import History, latest
from tests.bench.row import BenchRow, number
from tests.bench.setting import Setting
from tests.reference import SERIES

Measurement = Callable[[Setting], Iterable[BenchRow]]
QUICK: Mapping[str, Measurement] = {
    "start-up": tools.start_up,
    "pgfaultmap": tools.pgfaultmap,
    "kernels": kernels.measure,
    "judged": judged.one,
}
LONG: Mapping[str, Measurement] = {
    "many judged": judged.many,
    "hopeless": hopeless.measure,
    "grade": grades.measure,
    "student": student.measure,
    "faults": faults.measure,
    "workers": workers.measure,
    "pages": pages.measure,
}


def measured(measurement: Measurement, setting: Setting) -> list[BenchRow]:
    """Its rows, with when they were measured, and what the machine did besides."""
    load = os.getloadavg()[0]
    now = _now()
    return [replace(row, measured=now, load=load) for row in measurement(setting)]


def table(rows: Iterable[BenchRow], since: str) -> Iterable[str]:
    """The table's lines; what is older than the run that began at ``since`` says so."""
    yield f"{'':62} {'figure':>12} {'goal':>14} {'':7} {'baseline':>12} {'load':>5}"
    for row in rows:
        met = {True: "reached", False: "MISSED", None: ""}[row.met]
        baseline = "" if row.baseline is None else f"{number(row.baseline)} {row.unit}"
        line = f"{row.what[:62]:62} {f'{number(row.figure)} {row.unit}':>12} {row.wanted:>14}"
        line += f" {met:7} {baseline:>12} {row.load:5.1f}"
        gain = f"{row.gain:.1f} times, {row.against}" if row.gain else ""
        old = f"measured {row.measured}" if row.measured < since else ""
        remarks = "; ".join(filter(None, (row.note, gain, old)))
        yield f"{line}  {remarks}".rstrip()


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def main() -> int:
    """0 where all was measured; a goal that is missed is no error."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what takes seconds")
    parser.add_argument("--only", help=f"of {', '.join((*QUICK, *LONG))}, with commas")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    options = parser.parse_args()
    chosen = QUICK if options.quick else {**QUICK, **LONG}
    if options.only:
        chosen = {name: {**QUICK, **LONG}[name] for name in options.only.split(",")}
    os.umask(0o022)  # what is made here must be readable by the sandbox's user
    cache, sandbox, lines = Cache.default(), choose(), ProgressLines()
    baseline = ready.baseline(SERIES, cache, sandbox, lines)
    setting = Setting(cache, baseline, sandbox, lines, options.quick)
    history = History(cache.root / "bench")
    code = json.dumps(current(baseline).model_dump())
    run = history.begin(_now(), code, options.quick)
    for name, measurement in chosen.items():
        if name not in run.rows:
            lines(f"measuring: {name}", None)
            run = run.with_rows(name, measured(measurement, setting))
            history.keep(run)
    lines.close()
    history.finish(run)
    runs = history.runs()
    for line in table(latest(runs).values(), run.began):
        print(line)
    rows = [asdict(row) for row in latest(runs).values()]
    write_atomically(options.out / "bench.json", json.dumps(rows, indent=2) + "\n")
    write_atomically(options.out / "bench.html", page.render(runs))
    print(f"{options.out / 'bench.json'}\n{options.out / 'bench.html'}\n{history.file}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KitError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_status)

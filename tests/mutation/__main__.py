# SPDX-License-Identifier: MIT
"""Draw mutations of the correct solutions, try them, and tell the score.

``make mutation``; a run that was interrupted goes on where it was.  A survivor that has no line
in tests/mutation/survivors.toml is an error: somebody has to look at it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from autograder.errors import KitError
from autograder.files import write_atomically
from autograder.kernel.build import make_jobs
from tests.mutation import trials
from tests.mutation.draw import draw
from tests.mutation.mutations import Mutation
from tests.mutation.page import render
from tests.mutation.results import Fate, MutationResult, Results, score
from tests.mutation.survivors import survivors


def main() -> int:
    """0 where every survivor has its line; 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=400, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("build/mutation"))
    parser.add_argument("--jobs", type=int, default=make_jobs(), help="tried at a time")
    options = parser.parse_args()
    trials.prepare()
    solutions = [trial.solution for trial in trials.by_solution.values()]
    try:
        drawn = draw(solutions, options.count, options.seed)
    except ValueError as error:
        parser.error(f"--count {options.count}: {error}")
    results = Results(options.out / f"{options.seed}-{options.count}.json")
    keys = [trials.by_solution[mutation.solution].solution.key(mutation) for mutation in drawn]
    left = [
        mutation
        for mutation, key in zip(drawn, keys, strict=True)
        if key not in results.rows or results.rows[key].kit != trials.kit()
    ]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(options.jobs, context) as pool:
        for done in as_completed([pool.submit(_run, mutation) for mutation in left]):
            results.keep(done.result())
            _print(done.result())
    rows = [results.rows[key] for key in keys]
    known = survivors()
    write_atomically(options.out / f"{options.seed}-{options.count}.html", render(rows, known))
    for fate, count in Counter(row.fate for row in rows).most_common():
        print(f"{count:4} {fate}")
    print(f"score: {score(rows, known)}")
    unknown = [row for row in rows if row.fate is Fate.SURVIVED and row.key not in known]
    for row in unknown:
        print(f"{row.key} survived, and survivors.toml has no line for it:\n{row.diff}")
    return 1 if unknown or any(row.fate is Fate.PROBLEM for row in rows) else 0


def _run(mutation: Mutation) -> MutationResult:
    return trials.by_solution[mutation.solution].run(mutation)


def _print(row: MutationResult) -> None:
    by = f" by {', '.join(row.caught_by[:3])}" if row.caught_by else ""
    print(f"{row.fate:16} {row.solution} {row.file}:{row.line}, {row.kind}{by}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KitError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_status)

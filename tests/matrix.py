# SPDX-License-Identifier: MIT
"""Run the corpus: every mutant must fail just the checks that it names, every correct
solution none.  ``make matrix``; ``python -m tests.matrix --help``.

A mutant is built from the objects of the correct submission that it is a diff on, so that
one which changes a .c file costs seconds.  Rows are kept in ``matrix.json``: a run that was
interrupted goes on where it was, and a row is made anew only when the mutant, the checks or
the probes changed.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import multiprocessing
import random
import signal
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path

from autograder.bulk.versions import own
from autograder.cache import Cache
from autograder.files import write_atomically
from autograder.guest.machine import Kernel
from autograder.intake.patch import inspect
from autograder.intake.submission import take_in
from autograder.judge import rubric
from autograder.judge.examination import Examination
from autograder.judge.patchlines import PatchedLines
from autograder.judge.stages import Stages
from autograder.kernel import ready
from autograder.kernel.build import (
    Baseline,
    BuildStatus,
    KernelBuild,
    ToolsBuild,
    build_submission,
    build_tools,
    make_jobs,
)
from autograder.progress import ProgressLines
from autograder.results import Status, Verdict
from autograder.sandbox.sandbox import Sandbox, choose
from tests.corpus import Mutant, leaves_extra_credit_out, mutants, solutions, tools_of
from tests.matrix_page import render
from tests.reference import SERIES, kept_build, patch_of
from tests.words import message_complaints, sentence_complaints

QUOTING = ("build/", "health/")
"""Checks whose messages are those of a compiler or of the kernel."""

PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass
class MatrixRow:
    """What became of one submission of the corpus."""

    name: str
    mistake: str = ""
    rule: str = ""
    of: str = ""  # the correct solution that the mistake was made in; the reference where empty
    expected: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)  # may fail as well
    failed: list[str] = field(default_factory=list)
    not_reached: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)  # what is wrong with the messages
    problem: str = ""  # it could not be graded at all
    seconds: float = 0
    key: str = ""

    @property
    def missed(self) -> list[str]:
        """Checks that should have failed and did not.

        One that was not reached is behind a closed gate, and the gate's own check has failed.
        """
        behind = self.not_reached if self.failed else []
        return sorted(set(self.expected) - set(self.failed) - set(behind))

    @property
    def wronged(self) -> list[str]:
        """Checks that failed and should not have."""
        return sorted(set(self.failed) - set(self.expected) - set(self.allowed))

    @property
    def is_missed(self) -> bool:
        """Whether it is a mistake that no check is expected to see."""
        return bool(self.rule) and not self.expected

    @property
    def right(self) -> bool:
        """Whether the verdicts are those that the corpus promises."""
        return not (self.missed or self.wronged or self.words or self.problem)


class Matrix:
    """The corpus under way."""

    def __init__(self, out: Path, seed: int, only: str | None = None) -> None:
        self.out = out
        self.seed = seed
        self.checks = rubric.select(only)
        self.on_request = [c for c in rubric.every_check() if c.on_request and not only]
        self.cache = Cache.default()
        self.sandbox: Sandbox = choose()
        self.lines = ProgressLines()
        self.baseline = ready.baseline(SERIES, self.cache, self.sandbox, self.lines)
        self.rows: dict[str, MatrixRow] = {}
        path = out / "matrix.json"
        if path.exists():
            for row in json.loads(path.read_text())["rows"]:
                self.rows[row["name"]] = MatrixRow(**row)

    def kept(self, correct: Path) -> Baseline:
        """A correct submission, from whose objects its mutants are built."""
        return kept_build(correct, self.baseline, self.cache, self.sandbox, self.lines)

    def run(self, item: Mutant | Path, everything: bool) -> MatrixRow:
        """Grade a mutant, or the correct solution in a folder."""
        if isinstance(item, Mutant):
            return self.run_mutant(item, everything)
        return self.run_solution(item)

    def run_mutant(self, mutant: Mutant, everything: bool) -> MatrixRow:
        """Grade one mutant: with all checks, or only with those that must fail."""
        correct = patch_of(mutant.of)
        text = mutant.diff + correct.decode()
        key = self._key(text, mutant.fails | mutant.may_fail, everything)
        expected = sorted(mutant.fails & {check.id for check in self.checks + self.on_request})
        row = MatrixRow(mutant.name, mutant.mistake, mutant.rule, mutant.solution, expected)
        row.key = key
        row.allowed = sorted(mutant.may_fail)
        known = self.rows.get(mutant.name)
        if known is not None and known.key == key and known.right:
            return known
        kept = self.kept(mutant.of)
        with self.cache.workdir("mutant") as work:
            tools = build_tools(tools_of(mutant, work), work / "built", self.sandbox)
            patch = mutant.diff.encode()
            # Of one that changes tools as well, intake would never see the two in one patch.
            only_kernel = mutant.changes_kernel and not mutant.changes_tools
            refused = inspect(patch, SERIES).message if only_kernel else ""
            kernel = KernelBuild(BuildStatus.OK, linux=None if refused else kept.linux)
            if mutant.changes_kernel and not refused:
                kernel = build_submission(kept, patch, work / "kernel", self.sandbox, self.lines)
            if kernel.patch_failed:
                row.problem = kernel.message
            else:
                selected = [
                    check for check in self._due(mutant.of) if everything or check.id in expected
                ]
                selected += [check for check in self.on_request if check.id in expected]
                self._examine(row, kernel, tools, selected, work, correct + patch, refused)
        return row

    def run_solution(self, folder: Path) -> MatrixRow:
        """Grade one correct solution, with all checks."""
        with self.cache.workdir("solution") as work:
            submission = take_in(folder, work / "submission", SERIES)
            row = MatrixRow(f"solutions/{folder.name}", "none: a correct solution")
            row.key = self._key(submission.sha256, frozenset(), True)
            known = self.rows.get(row.name)
            if known is not None and known.key == row.key and known.right:
                return known
            assert submission.patch is not None and submission.tools is not None
            kernel = build_submission(
                self.baseline, submission.patch, work / "kernel", self.sandbox, self.lines
            )
            tools = build_tools(submission.tools, work / "built", self.sandbox)
            self._examine(row, kernel, tools, self._due(folder), work, submission.patch)
        return row

    def _due(self, correct: Path) -> list[rubric.Check]:
        """The checks that a correct submission passes: one may leave extra credit out."""
        without_extra = leaves_extra_credit_out(correct)
        return [check for check in self.checks if not (check.extra_credit and without_extra)]

    def _examine(
        self,
        row: MatrixRow,
        kernel: KernelBuild,
        tools: ToolsBuild,
        selected: list[rubric.Check],
        work: Path,
        patch: bytes,
        refused: str = "",
    ) -> None:
        stages = Stages(
            patch_problem=refused,
            kernel_problem=kernel.message,
            tools_problem=tools.message,
            tools=frozenset(tools.built),
        )
        added = PatchedLines(patch).added()
        booted = kernel.linux and Kernel(kernel.linux, tools.built, added)
        started = time.monotonic()

        def take(check_id: str, verdict: Verdict) -> None:
            if verdict.status is Status.FAILED:
                row.failed.append(check_id)
                if not check_id.startswith(QUOTING):
                    parts = (verdict.did, verdict.expected, verdict.observed)
                    row.words += message_complaints(*parts)
                    row.words += sentence_complaints(verdict.hint) if verdict.hint else []
            elif verdict.status is Status.NOT_REACHED:
                row.not_reached.append(check_id)
            elif verdict.status is Status.GRADER_ERROR:
                row.problem = f"{check_id}: {verdict.message}"
            if verdict.status is not Status.PASSED:
                row.messages[check_id] = verdict.message[:1000]

        examination = Examination(stages, booted or None, selected, self.seed, work / "seen", work)
        examination.run(self.cache, self.sandbox, take)
        row.seconds = round(time.monotonic() - started, 1)

    def keep(self, row: MatrixRow) -> None:
        """Write the tables anew, with ``row``."""
        self.rows[row.name] = row
        rows = list(self.rows.values())
        text = json.dumps({"rows": [asdict(row) for row in rows]}, indent=1)
        write_atomically(self.out / "matrix.json", text + "\n")
        write_atomically(self.out / "matrix.html", render(rows))

    def _key(self, text: str, fails: Iterable[str], everything: bool) -> str:
        chosen = [check.id for check in self.checks]
        digest = hashlib.sha256(f"{self.seed} {everything} {sorted(fails)} {chosen}".encode())
        digest.update(text.encode())
        kit = own()
        digest.update(f"{kit['checks']} {kit['probes']}".encode())
        return digest.hexdigest()[:16]


def unproven(rows: Iterable[MatrixRow]) -> list[str]:
    """The checks that no mutant makes fail."""
    proven = {check for row in rows for check in row.failed if check in row.expected}
    return [check.id for check in rubric.every_check() if check.id not in proven]


def main() -> int:
    """Run what is asked for; 0 where every verdict is as promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants or parts of their names; all without")
    parser.add_argument("--out", type=Path, default=Path("build/matrix"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--jobs", type=int, default=make_jobs(), help="submissions graded at a time"
    )
    parser.add_argument("--quick", action="store_true", help="only the checks that must fail")
    parser.add_argument(
        "--only",
        metavar="EXPR",
        help="only these checks, named as for grade: what does a new one see?",
    )
    parser.add_argument(
        "--drafts", action="store_true", help="the mutants of which it is not known what fails"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, drawn by the seed")
    parser.add_argument("--no-solutions", action="store_true", help="mutants only")
    options = parser.parse_args()
    if not rubric.select(options.only):
        parser.error(f"no check is named by --only {options.only}")
    out = options.out / "only" if options.only else options.out  # the rows of all checks stay
    matrix = Matrix(out, options.seed, options.only)
    chosen: list[Mutant | Path] = [
        mutant
        for mutant in mutants(options.drafts)
        if not options.names or any(name in mutant.name for name in options.names)
    ]
    if not options.no_solutions and not options.drafts:
        chosen += [
            folder
            for folder in solutions()
            if not options.names
            or any(name in f"solutions/{folder.name}" for name in options.names)
        ]
    if options.sample is not None:
        chosen = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
    for correct in {item.of for item in chosen if isinstance(item, Mutant)}:
        matrix.kept(correct)
    rows = []
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(options.jobs, context, initializer=_end_with_parent) as pool:
        graded = [
            pool.submit(_run, out, options.seed, options.only, item, not options.quick)
            for item in chosen
        ]
        for future in as_completed(graded):
            rows.append(future.result())
            matrix.keep(rows[-1])
            matrix.lines.close()
            _print(rows[-1])
    right = sum(row.right for row in rows)
    missed = sum(row.right and row.is_missed for row in rows)
    print(
        f"{right} passed, {len(rows) - right} failed; among the passed are {missed} mistakes "
        "that are known not to be seen"
    )
    in_part = options.names or options.drafts or options.only or options.sample is not None
    left = [] if in_part else unproven(rows)
    if left:
        print(f"{len(left)} checks that no mutant proves: {' '.join(left)}")
    return 0 if right == len(rows) and not left else 1


def _end_with_parent() -> None:
    """Leave nobody behind who goes on grading for a run that was ended."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _run(
    out: Path, seed: int, only: str | None, item: Mutant | Path, everything: bool
) -> MatrixRow:
    """In a process of the pool."""
    return Matrix(out, seed, only).run(item, everything)


def _print(row: MatrixRow) -> None:
    if row.right:
        print(f"right   {row.name}  ({len(row.failed)} checks failed, {row.seconds} s)", flush=True)
        return
    print(f"WRONG   {row.name}: {row.problem}", flush=True)
    if row.failed:
        print(f"        Fails: {' '.join(sorted(row.failed))}", flush=True)
    for complaint in row.words:
        print(f"        words: {complaint}", flush=True)
    for check in row.missed:
        print(f"        missed: {check}", flush=True)
    for check in row.wronged:
        print(f"        wronged: {check}: {row.messages.get(check, '')[:200]}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""One grade in a process of its own: ``python -m autograder.bulk.worker``.

An order (JSON) comes on standard input, which stays open as long as the grade is wanted:
at its end this process and all that it started die, whatever ended the one that asked.
Progress and the outcome go to standard output, a line of JSON each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict

from autograder import assignment
from autograder.bulk.shelf import GradeEnd
from autograder.cache import Cache
from autograder.errors import GraderError, UsageError
from autograder.grading import GradeOrder, Grading
from autograder.kernel import ready
from autograder.progress import Unheard, guard
from autograder.sandbox.processes import tree
from autograder.sandbox.sandbox import choose


class WorkerOrder(BaseModel):
    """What to grade, how, and on which processors (all without)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    submission: str
    out: str
    seed: int
    series: str
    assignment: str  # the package
    only: str | None = None
    sandbox: str | None = None
    processors: list[int] | None = None


class Done(BaseModel):
    """How a grade ended; the result stands in ``out``, unless there is a message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outcome: GradeEnd
    message: str = ""


def run(order: WorkerOrder, progress_to: Unheard) -> Done:
    """Grade.  Whatever goes wrong is in the value returned."""

    def progress(phrase: str, part: float | None) -> None:
        print(json.dumps({"phrase": phrase, "part": part}), file=progress_to, flush=True)

    try:
        assignment.use(order.assignment)
        if order.processors is not None:
            os.sched_setaffinity(0, order.processors)
        cache, sandbox = Cache.default(), choose(order.sandbox)
        baseline = ready.baseline(order.series, cache, sandbox, progress)
        grade = GradeOrder(Path(order.submission), Path(order.out), order.seed, order.only)
        Grading(grade, baseline, sandbox, progress).run(cache)
    except UsageError as error:
        return Done(outcome="unreadable", message=str(error))
    except GraderError as error:
        return Done(outcome="grader_error", message=str(error))
    except Exception as error:
        traceback.print_exc()
        return Done(outcome="grader_error", message=f"{type(error).__name__}: {error}")
    return Done(outcome="graded")


def _die_with(stream: IO[str]) -> None:
    """Wait for the end of ``stream``, then end all that was started here."""
    stream.read()
    for stat in list(tree(os.getpid()))[1:]:
        try:
            os.kill(stat.pid, signal.SIGKILL)
        except OSError:
            continue
    os._exit(1)


def main() -> None:
    """Obey one order."""
    os.umask(0o022)  # what is made here must be readable by the sandbox's user
    order = WorkerOrder.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_die_with, args=(sys.stdin,), daemon=True).start()
    # What a library prints must not be taken for an answer.
    # Whoever does not read them gets the grade all the same: it stands in its folder.
    answers = Unheard(os.fdopen(os.dup(1), "w"))
    os.dup2(2, 1)
    guard()
    print(run(order, answers).model_dump_json(), file=answers, flush=True)
    # Nothing waits for the thread that still reads.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

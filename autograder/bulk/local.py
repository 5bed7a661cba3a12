# SPDX-License-Identifier: MIT
"""Grades on this machine, each in a process of its own that can crash alone."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from autograder.bulk.processors import Processors, available
from autograder.bulk.worker import Done, WorkerOrder
from autograder.files import KIT, PRIVATE_FOLDER, open_private

LOG = "grader.log"
LONGEST = 3 * 3600  # seconds: every step of a grade has its own, shorter limit
TOLD = 2000  # characters of the log in a message

Watch = Callable[[str, str, "float | None"], None]
"""Called with a submission's name, a phrase, and the part that is done."""


class GradingProcesses:
    """Starts a process for each order; may be used by several threads at once."""

    def __init__(self, watch: Watch, pass_fds: Sequence[int] = ()) -> None:
        self.watch = watch
        # A lock's descriptor: it is held until the last of these processes is gone too.
        self.pass_fds = tuple(pass_fds)
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End everything that runs, and start nothing more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()

    def run(self, order: WorkerOrder) -> Done:
        """Grade, and wait for it."""
        log = Path(order.out) / LOG
        log.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        with open(log, "w", opener=open_private) as errors:
            with self._lock:
                if self._stopped:
                    return Done(outcome="grader_error", message="interrupted")
                process = subprocess.Popen(
                    [sys.executable, "-m", "autograder.bulk.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                    cwd=KIT,
                    pass_fds=self.pass_fds,
                    start_new_session=True,  # an interrupt from the keyboard is for us to handle
                )
                self._running.add(process)
            done = self._talk(process, order)
        if done is None:
            end = log.read_text(errors="replace")[-TOLD:].strip()
            reason = f"the grader's process ended with status {process.returncode}"
            return Done(outcome="grader_error", message=f"{reason}\n{end}".strip())
        if not log.stat().st_size:
            log.unlink()
        return done

    def _talk(self, process: subprocess.Popen[str], order: WorkerOrder) -> Done | None:
        done = None
        alarm = threading.Timer(LONGEST, process.kill)
        alarm.start()
        try:
            assert process.stdin is not None and process.stdout is not None
            with contextlib.suppress(BrokenPipeError):  # it died at once; its log tells why
                process.stdin.write(order.model_dump_json() + "\n")
                process.stdin.flush()
            for line in process.stdout:
                told = json.loads(line)
                if "phrase" in told:
                    self.watch(order.name, told["phrase"], told["part"])
                else:
                    done = Done.model_validate(told)
        finally:
            alarm.cancel()
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):  # the order that it never read
                    if stream is not None:
                        stream.close()
            with self._lock:
                self._running.discard(process)
        return done


class LocalEngine:
    """Grades side by side on the processors of this machine."""

    def __init__(self, jobs: int, grades: int, watch: Watch, pass_fds: Sequence[int] = ()) -> None:
        """``jobs`` at once at most, of ``grades`` in all."""
        self.jobs = max(1, min(jobs, grades))
        self._left = grades
        self._lock = threading.Lock()
        self._processors = Processors(available())
        self._processes = GradingProcesses(watch, pass_fds)
        self._pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="grade")

    @property
    def width(self) -> int:
        """One waits for each that runs, so that none has to wait for us."""
        return 2 * self.jobs

    def submit(self, order: WorkerOrder) -> Future[Done]:
        """Grade as soon as there is room."""
        return self._pool.submit(self._run, order)

    def _run(self, order: WorkerOrder) -> Done:
        # The last ones get the processors that the others have left.
        with self._processors.lease(min(self.jobs, self._left)) as share:
            try:
                return self._processes.run(order.model_copy(update={"processors": share}))
            finally:
                with self._lock:
                    self._left -= 1

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End what still runs."""
        self._processes.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

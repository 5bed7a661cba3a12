# SPDX-License-Identifier: MIT
"""Grades on a cluster: Dask distributed behind the interface of an executor.

A worker needs the kit and a cache of its own, nothing else: submissions are sent to it and
what a grade leaves is sent back.  A worker that dies loses nothing, because the scheduler
gives its orders to another.
"""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.bulk.local import GradingProcesses
from autograder.bulk.parcels import pack, unpack
from autograder.bulk.processors import Processors, available
from autograder.bulk.versions import own
from autograder.bulk.worker import Done, WorkerOrder
from autograder.cache import Cache, remove
from autograder.errors import GraderError, UsageError

PATIENCE = 30  # seconds for a scheduler to answer
JOB_QUEUES = {
    "slurm": "SLURMCluster",
    "pbs": "PBSCluster",
    "lsf": "LSFCluster",
    "sge": "SGECluster",
    "htcondor": "HTCondorCluster",
}
MISSING = "install what clusters need: pip install distributed dask-jobqueue"

Answer = tuple[str, bytes]
"""How the grade ended (JSON), and its folder, packed."""

_processors: Processors | None = None
_once = threading.Lock()


def grade_here(order: str, submission: bytes, versions: dict[str, str]) -> Answer:
    """Runs on a worker: obey an order with what came along.

    Errors: GraderError where this worker has another kit than the one who asks.
    """
    if own() != versions:
        raise GraderError("a worker of the cluster has another version of the kit")
    wanted = WorkerOrder.model_validate_json(order)
    with Cache.default().workdir("cluster") as work:
        path = work / Path(wanted.submission).name
        unpack(submission, path)
        out = work / "grade"
        with _own_processors().lease(_grades_at_once()) as share:
            here = {"submission": str(path), "out": str(out), "processors": share}
            done = GradingProcesses(_tell_nobody).run(wanted.model_copy(update=here))
        return done.model_dump_json(), pack(out)


class ClusterEngine:
    """Gives orders to a scheduler of Dask's."""

    def __init__(self, where: str, jobs: int | None = None) -> None:
        """``where``: an address (tcp://...), a scheduler's file, or a batch system's name.

        A batch system gets ``jobs`` jobs, set up in dask-jobqueue's own configuration.
        Errors: UsageError where there is no scheduler, or Dask is missing.
        """
        try:
            import distributed
        except ImportError as error:
            raise UsageError(MISSING) from error
        self._cluster: Any = None
        client: Any = distributed.Client  # its module has no types
        try:
            if where in JOB_QUEUES:
                self._cluster = _job_queue(where, jobs or 1)
                self._client: Any = client(self._cluster, timeout=PATIENCE)
            elif Path(where).is_file():
                self._client = client(scheduler_file=where, timeout=PATIENCE)
            else:
                self._client = client(where, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            raise UsageError(f"no scheduler answers at {where}: {error}") from error
        self._executor: Any = self._client.get_executor(pure=False)
        self._versions = own()

    @property
    def width(self) -> int:
        """Two for each thread of each worker, as many as there are now."""
        threads: int = sum(self._client.nthreads().values())
        return max(2 * threads, 1)

    def submit(self, order: WorkerOrder) -> Future[Done]:
        """Send an order; what comes back is unpacked before the future is done."""
        answered: Future[Done] = Future()
        try:
            parcel = pack(Path(order.submission))
        except GraderError as error:
            answered.set_result(Done(outcome="unreadable", message=str(error)))
            return answered
        sent: Future[Answer] = self._executor.submit(
            grade_here, order.model_dump_json(), parcel, self._versions
        )
        sent.add_done_callback(partial(_receive, order, answered))
        return answered

    def __enter__(self) -> ClusterEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take back what has not begun."""
        self._executor.shutdown(wait=False)
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _receive(order: WorkerOrder, answered: Future[Done], sent: Future[Answer]) -> None:
    try:
        told, parcel = sent.result()
        out = Path(order.out)
        remove(out)
        unpack(parcel, out)
        answered.set_result(Done.model_validate_json(told))
    except CancelledError:
        answered.cancel()
    except BaseException as error:  # whatever it is, whoever waits must hear of it
        answered.set_exception(error)


def _job_queue(name: str, jobs: int) -> Any:
    try:
        import dask_jobqueue
    except ImportError as error:
        raise UsageError(MISSING) from error
    cluster = getattr(dask_jobqueue, JOB_QUEUES[name])()
    cluster.scale(jobs=jobs)
    return cluster


def _own_processors() -> Processors:
    global _processors
    with _once:
        if _processors is None:
            _processors = Processors(available())
        return _processors


def _grades_at_once() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)


def _tell_nobody(name: str, phrase: str, part: float | None) -> None:
    """The scheduler is not told about the steps of a grade."""

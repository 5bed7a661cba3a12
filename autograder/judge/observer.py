# SPDX-License-Identifier: MIT
"""Where observations come from: live from guests booted ahead of time, or from records."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from autograder.errors import GraderError
from autograder.files import write_atomically
from autograder.guest.machine import (
    MOST_COUNTING,
    MOST_HELD,
    MOST_TOGETHER,
    TOGETHER,
    Job,
    Machine,
)
from autograder.guest.observation import Observation

SHARED = 0  # the number of the attempt that several jobs made in one boot


class Observer(Protocol):
    """Answers jobs with observations."""

    def shared(self, job: Job) -> Observation | None:
        """What was seen of ``job`` in a boot that it shared; None where it has to be alone."""

    def observe(self, job: Job, attempt: int) -> Observation:
        """The observation of ``job``; each attempt (1, 2 ...) is a boot of its own."""

    def everything(self) -> list[Observation]:
        """All observations so far, those of repeated attempts included."""


def record_path(folder: Path, job: Job, attempt: int) -> Path:
    """Where the observation of a job is kept."""
    digest = hashlib.sha256(json.dumps([job.probe, sorted(job.params.items())]).encode())
    return folder / f"{job.probe}-{digest.hexdigest()[:12]}-{attempt}.json"


def boots_for(jobs: Iterable[Job]) -> list[list[Job]]:
    """Which jobs share a boot: those that count memory or hold processes take long, and begin.

    They share a boot with their like only: what other jobs leave behind would be counted, and
    who is held must not have to wait.
    """
    counting: list[Job] = []
    holding: list[Job] = []
    others: list[Job] = []
    for job in jobs:
        (counting if job.counts else holding if job.holds else others).append(job)
    return [
        *_in_parts(counting, MOST_COUNTING),
        *_in_parts(holding, MOST_HELD),
        *_in_parts(others, MOST_TOGETHER),
    ]


def _in_parts(jobs: list[Job], most: int) -> list[list[Job]]:
    return [jobs[i : i + most] for i in range(0, len(jobs), most)]


def _stay_on(processor: int) -> None:
    """Keep this thread, and the guests that it boots, on one processor.

    A guest's kernel and its processes are processes of this machine that wait for each other at
    every fault and system call.  To wake one on another processor costs more than either does.
    """
    with suppress(OSError):  # the processor was taken from this process meanwhile
        os.sched_setaffinity(0, {processor})


class LiveObserver:
    """Boots guests, several side by side, and records what they show."""

    def __init__(self, machine: Machine, folder: Path, workers: int) -> None:
        self.machine = machine
        self.folder = folder
        processors = itertools.cycle(sorted(os.sched_getaffinity(0)))
        self._pool = ThreadPoolExecutor(
            workers, thread_name_prefix="guest", initializer=lambda: _stay_on(next(processors))
        )
        self._futures: dict[Path, Future[Observation]] = {}
        self._together: dict[Path, Future[Observation]] = {}
        self._shared: dict[Path, Observation] = {}
        self._lock = threading.Lock()

    def plan(self, jobs: Iterable[Job]) -> None:
        """Start with ``jobs`` before anybody asks for them."""
        for together in boots_for(jobs):
            self._plan_together(together)

    def shared(self, job: Job) -> Observation | None:
        """Waits for the boot that ``job`` shares, where there is one."""
        path = record_path(self.folder, job, SHARED)
        with self._lock:
            future = self._together.get(path)
        if future is not None:
            future.result()
        return self._shared.get(path)

    def observe(self, job: Job, attempt: int) -> Observation:
        """Wait for the observation; boots the guest where it was not planned."""
        return self._future(job, attempt).result()

    def everything(self) -> list[Observation]:
        """Waits for all that was planned, and for what that gave reason to."""
        waited = -1
        while waited < len(futures := self._all()):
            waited = len(futures)
            for future in futures:
                if not future.cancelled():
                    future.result()
        booted = [future.result() for future in futures if not future.cancelled()]
        return [*booted, *self._shared.values()]

    @property
    def boots(self) -> int:
        """How many guests were booted."""
        return len(self._all())

    def close(self) -> None:
        """Forget what has not begun; wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _all(self) -> list[Future[Observation]]:
        with self._lock:
            return [*dict.fromkeys(self._together.values()), *self._futures.values()]

    def _future(self, job: Job, attempt: int) -> Future[Observation]:
        path = record_path(self.folder, job, attempt)
        with self._lock:
            if path not in self._futures:
                self._futures[path] = self._pool.submit(self._boot, job, path)
            return self._futures[path]

    def _boot(self, job: Job, path: Path) -> Observation:
        seen = self.machine.observe(job)
        write_atomically(path, seen.model_dump_json())
        return seen

    def _plan_together(self, jobs: list[Job]) -> None:
        with self._lock:
            future = self._pool.submit(self._boot_together, jobs)
            for job in jobs:
                self._together[record_path(self.folder, job, SHARED)] = future

    def _boot_together(self, jobs: list[Job]) -> Observation:
        whole, each = self.machine.observe_together(jobs)
        first = record_path(self.folder, jobs[0], SHARED)
        write_atomically(first.with_name(f"{TOGETHER}-{first.name}"), whole.model_dump_json())
        for job, seen in zip(jobs, each, strict=True):
            if seen is None:
                self._future(job, 1)
                continue
            path = record_path(self.folder, job, SHARED)
            write_atomically(path, seen.model_dump_json())
            self._shared[path] = seen
        return whole


class RecordedObserver:
    """Replays what a :class:`LiveObserver` recorded, without a boot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def shared(self, job: Job) -> Observation | None:
        """What was recorded of ``job`` in a boot that it shared."""
        path = record_path(self.folder, job, SHARED)
        if not path.exists():
            return None
        return Observation.model_validate_json(path.read_bytes())

    def observe(self, job: Job, attempt: int) -> Observation:
        """The recorded observation.  Errors: GraderError where there is none."""
        path = record_path(self.folder, job, attempt)
        try:
            return Observation.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            raise GraderError(f"{job.probe} was not recorded in {self.folder}") from None

    def everything(self) -> list[Observation]:
        """All that is recorded."""
        return [
            Observation.model_validate_json(path.read_bytes())
            for path in sorted(self.folder.glob("*.json"))
        ]

# SPDX-License-Identifier: MIT
"""Where observations come from: live from guests booted ahead of time, or from records."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from autograder.errors import GraderError
from autograder.files import write_atomically
from autograder.guest.machine import Job, Machine
from autograder.guest.observation import Observation


class Observer(Protocol):
    """Answers jobs with observations."""

    def observe(self, job: Job, attempt: int) -> Observation:
        """The observation of ``job``; each attempt (1, 2 ...) is a fresh boot."""

    def everything(self) -> list[Observation]:
        """All observations so far, those of repeated attempts included."""


def record_path(folder: Path, job: Job, attempt: int) -> Path:
    """Where the observation of a job is kept."""
    digest = hashlib.sha256(json.dumps([job.probe, sorted(job.params.items())]).encode())
    return folder / f"{job.probe}-{digest.hexdigest()[:12]}-{attempt}.json"


class LiveObserver:
    """Boots guests, several side by side, and records what they show."""

    def __init__(self, machine: Machine, folder: Path, workers: int) -> None:
        self.machine = machine
        self.folder = folder
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="guest")
        self._futures: dict[Path, Future[Observation]] = {}
        self._lock = threading.Lock()

    def plan(self, jobs: Iterable[Job]) -> None:
        """Start with ``jobs``, in this order, before anybody asks for them."""
        for job in jobs:
            self._future(job, 1)

    def observe(self, job: Job, attempt: int) -> Observation:
        """Wait for the observation; boots the guest where it was not planned."""
        return self._future(job, attempt).result()

    def everything(self) -> list[Observation]:
        """Waits for all that was planned."""
        with self._lock:
            futures = list(self._futures.values())
        return [future.result() for future in futures if not future.cancelled()]

    @property
    def boots(self) -> int:
        """How many guests were booted."""
        return len(self._futures)

    def close(self) -> None:
        """Forget what has not begun; wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)

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


class RecordedObserver:
    """Replays what a :class:`LiveObserver` recorded, without a boot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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

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
from autograder.judge.spins import Loop, Shared, Tally, Untried, conduct

LOOP = "loop"  # the file beside the observations that tells of it, if there was one
SHARED = 0  # the number of the attempt that several jobs made in one boot


class Observer(Protocol):
    """Answers jobs with observations."""

    def shared(self, job: Job) -> Observation | None:
        """What was seen of ``job`` in a boot that it shared; None where it has to be alone."""

    def observe(self, job: Job, attempt: int) -> Observation:
        """The observation of ``job``; each attempt (1, 2 ...) is a boot of its own.

        Errors: Untried where there is none because of a loop.
        """

    def everything(self) -> list[Observation]:
        """All observations so far, those of repeated attempts included."""

    @property
    def loop(self) -> Loop | None:
        """For what not all that was planned was tried, if there is such a thing."""


def record_path(folder: Path, job: Job, attempt: int) -> Path:
    """Where the observation of a job is kept."""
    digest = hashlib.sha256(json.dumps([job.probe, sorted(job.params.items())]).encode())
    return folder / f"{job.probe}-{digest.hexdigest()[:12]}-{attempt}.json"


def boots_for(jobs: Iterable[Job]) -> list[list[Job]]:
    """Which jobs share a boot: those that count memory begin, those that hold processes end.

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
        *_in_parts(others, MOST_TOGETHER),
        *_in_parts(holding, MOST_HELD),  # the dearest, and not worth it where nothing works
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
        self._boots = 0
        self._alone: dict[Path, Future[Observation]] = {}
        self._fates: dict[Path, Future[Observation | None]] = {}
        self._whole: list[Observation] = []
        self._conducted: Future[Loop | None] = Future()
        self._conductor: threading.Thread | None = None
        self._lock = threading.Lock()

    def plan(self, jobs: Iterable[Job]) -> None:
        """Start with ``jobs`` before anybody asks for them; not with those that were observed."""
        tally = Tally()
        for known in list(self._alone.values()):
            tally.add(known.result())
        left = [job for job in jobs if record_path(self.folder, job, 1) not in self._alone]
        for job in left:
            self._fates[record_path(self.folder, job, SHARED)] = Future()
        self._conductor = threading.Thread(target=self._conduct, args=(boots_for(left), tally))
        self._conductor.start()

    def shared(self, job: Job) -> Observation | None:
        """Waits for the boot that ``job`` shares, where there is one."""
        fate = self._fates.get(record_path(self.folder, job, SHARED))
        with suppress(Untried):
            return fate.result() if fate is not None else None
        return None

    def observe(self, job: Job, attempt: int) -> Observation:
        """Wait for the observation; boots the guest where it was not planned.

        Errors: Untried where a loop of the kernel's kept it from being tried.
        """
        fate = self._fates.get(record_path(self.folder, job, SHARED))
        if fate is not None:
            fate.result()
        path = record_path(self.folder, job, attempt)
        with self._lock:
            if path not in self._alone:
                self._alone[path] = self._pool.submit(self._boot, job, path)
        return self._alone[path].result()

    def everything(self) -> list[Observation]:
        """Waits for all that was planned, and for what that gave reason to."""
        if self._conductor is not None:
            self._conducted.result()
        shared = (fate.result() for fate in self._fates.values() if not fate.exception())
        alone = [future.result() for future in list(self._alone.values())]
        return [*self._whole, *alone, *(seen for seen in shared if seen is not None)]

    @property
    def loop(self) -> Loop | None:
        """For what not all that was planned was tried, if there is such a thing; waits for it."""
        return self._conducted.result() if self._conductor is not None else None

    @property
    def boots(self) -> int:
        """How many guests were booted."""
        return self._boots

    def close(self) -> None:
        """Forget what has not begun; wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._conductor is not None:
            self._conductor.join()

    def _conduct(self, boots: list[list[Job]], tally: Tally) -> None:
        """In a thread of its own: lead all planned boots to their end."""
        try:
            loop = conduct(boots, self, tally)
        except BaseException as error:  # whoever waits for a job gets it
            self._leave_rest(error)
            self._conducted.set_exception(error)
            return
        if loop is not None:
            write_atomically(self.folder / LOOP, loop.model_dump_json())
            self._leave_rest(Untried(loop))
        self._conducted.set_result(loop)

    def _leave_rest(self, error: BaseException) -> None:
        for fate in self._fates.values():
            if not fate.done():
                fate.set_exception(error)

    # What the conductor asks for.

    def start_together(self, jobs: list[Job]) -> Future[Shared]:
        """Begin a boot that ``jobs`` share."""
        return self._pool.submit(self._boot_together, jobs)

    def start_alone(self, job: Job) -> Future[Observation]:
        """Begin a boot of its own for ``job``."""
        return self._pool.submit(self._boot, job, None)

    def keep_together(self, jobs: list[Job], seen: Shared) -> None:
        """Let a shared boot count; what needs a boot of its own is not settled yet."""
        whole, each = seen
        first = record_path(self.folder, jobs[0], SHARED)
        write_atomically(first.with_name(f"{TOGETHER}-{first.name}"), whole.model_dump_json())
        self._whole.append(whole)
        for job, one in zip(jobs, each, strict=True):
            if one is not None:
                path = record_path(self.folder, job, SHARED)
                write_atomically(path, one.model_dump_json())
                self._fates[path].set_result(one)

    def keep_alone(self, job: Job, seen: Observation) -> None:
        """Let a boot of its own count, as the first attempt."""
        path = record_path(self.folder, job, 1)
        write_atomically(path, seen.model_dump_json())
        known: Future[Observation] = Future()
        known.set_result(seen)
        self._alone[path] = known
        self._fates[record_path(self.folder, job, SHARED)].set_result(None)

    def _boot(self, job: Job, path: Path | None) -> Observation:
        self._count()
        seen = self.machine.observe(job)
        if path is not None:
            write_atomically(path, seen.model_dump_json())
        return seen

    def _boot_together(self, jobs: list[Job]) -> Shared:
        self._count()
        return self.machine.observe_together(jobs)

    def _count(self) -> None:
        with self._lock:
            self._boots += 1


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
        """The recorded observation.

        Errors: GraderError where there is none, Untried where the recorded grade had none.
        """
        path = record_path(self.folder, job, attempt)
        try:
            return Observation.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            if attempt == 1 and self.loop is not None:
                raise Untried(self.loop) from None
            raise GraderError(f"{job.probe} was not recorded in {self.folder}") from None

    @property
    def loop(self) -> Loop | None:
        """The recorded loop, if there was one."""
        path = self.folder / LOOP
        return Loop.model_validate_json(path.read_bytes()) if path.exists() else None

    def everything(self) -> list[Observation]:
        """All that is recorded."""
        return [
            Observation.model_validate_json(path.read_bytes())
            for path in sorted(self.folder.glob("*.json"))
        ]

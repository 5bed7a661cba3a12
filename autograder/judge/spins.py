# SPDX-License-Identifier: MIT
"""In which order planned probes are booted, and when a kernel that spins has shown enough.

A boot that computes without end costs ten times what another does, and a mistake such as a
reader that does not sleep shows in dozens of them.  Where three probes, each in a boot of its
own, end in the same function of the submission, the rest is not tried.

The order is that of the plan, however many boots run side by side: what came after the third
is not looked at, even if it has run by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from autograder.guest.machine import CPU_SECONDS, Job
from autograder.guest.observation import Ending, Line, Observation, Spot, Value

ENOUGH = 3

Shared = tuple[Observation, list[Observation | None]]
"""What was seen of a boot, and of each of its jobs; None for one that needs a boot of its own."""


class Loop(Value):
    """A loop of the submission's that keeps the rest from being tried."""

    spot: Spot
    probe: str  # the first that met it, with
    params: dict[str, str]

    def met_by(self, job: Job) -> bool:
        """Whether ``job`` is the first that met it."""
        return (job.probe, dict(job.params)) == (self.probe, self.params)

    @property
    def reason(self) -> str:
        """Part of a sentence, for the student."""
        return f"the kernel spins in {self.spot}, seen in three boots; this was not tried any more"


class Untried(Exception):  # noqa: N818  (not an error)
    """A planned job was not tried, because of a loop."""

    def __init__(self, loop: Loop) -> None:
        super().__init__(loop.reason)
        self.loop = loop


class Crew(Protocol):
    """Boots guests, and keeps what they show."""

    def start_together(self, jobs: list[Job]) -> Future[Shared]:
        """Begin a boot that ``jobs`` share."""

    def start_alone(self, job: Job) -> Future[Observation]:
        """Begin a boot of its own for ``job``."""

    def keep_together(self, jobs: list[Job], seen: Shared) -> None:
        """Let a shared boot count."""

    def keep_alone(self, job: Job, seen: Observation) -> None:
        """Let a boot of its own count."""


class Tally:
    """Counts the boots that spin, by where the submission's code was entered."""

    def __init__(self) -> None:
        self._met: dict[tuple[str, str], list[Observation]] = defaultdict(list)

    def add(self, seen: Observation) -> Loop | None:
        """Count a boot of a probe's own; the loop, once that is enough.

        Not where a process is held: who waits for it without sleeping is not to blame.
        """
        if seen.spot is None or not spins(seen) or seen.held:
            return None
        met = self._met[seen.spot.entry]
        met.append(seen)
        if len(met) < ENOUGH:
            return None
        spot = common([seen.spot for seen in met if seen.spot])
        return Loop(spot=spot, probe=met[0].probe, params=met[0].params)

    def lacking(self, spot: Spot) -> int:
        """How many more at this place would be enough."""
        return ENOUGH - len(self._met[spot.entry])


def spins(seen: Observation) -> bool:
    """Whether a probe computed without end in a boot of its own, and was not just starved."""
    return seen.outcome.kind is Ending.SPIN and seen.cpu_seconds >= CPU_SECONDS


def common(spots: Sequence[Spot]) -> Spot:
    """What several of the same entry have in common; the lines are those of the first."""
    lines: list[Line] = []
    for level in zip(*(spot.lines for spot in spots), strict=False):
        if len({line.whole for line in level}) > 1:
            break
        lines.append(level[0])
    return Spot(lines=lines)


def conduct(boots: Sequence[list[Job]], crew: Crew, tally: Tally) -> Loop | None:
    """Boot all that is planned; the loop for which what is left was not tried, if there is one.

    Errors: those of the boots.
    """
    waiting = list(boots)
    while waiting:
        suspects, others, waiting = _share(waiting, crew, tally)
        for jobs in (suspects, others):
            if loop := _each_alone(jobs, crew, tally):
                return loop
    return None


def _share(
    boots: list[list[Job]], crew: Crew, tally: Tally
) -> tuple[list[Job], list[Job], list[list[Job]]]:
    """Run shared boots, until enough of them spin at one place to have a closer look.

    The jobs at which they spin, other jobs that need boots of their own, and the boots that are
    left.
    """
    suspects: list[Job] = []
    others: list[Job] = []
    met: dict[tuple[str, str], int] = defaultdict(int)
    started = [crew.start_together(jobs) for jobs in boots]
    for number, (jobs, future) in enumerate(zip(boots, started, strict=True)):
        seen = future.result()
        crew.keep_together(jobs, seen)
        whole, each = seen
        alone = [job for job, one in zip(jobs, each, strict=True) if one is None]
        if alone and whole.spot is not None:
            suspects.append(alone.pop(0))
            met[whole.spot.entry] += 1
        others += alone
        if whole.spot is not None and met[whole.spot.entry] >= tally.lacking(whole.spot):
            _drop(started[number + 1 :])
            return suspects, others, boots[number + 1 :]
    return suspects, others, []


def _each_alone(jobs: Sequence[Job], crew: Crew, tally: Tally) -> Loop | None:
    started = [crew.start_alone(job) for job in jobs]
    for number, (job, future) in enumerate(zip(jobs, started, strict=True)):
        seen = future.result()
        if seen.spot is not None and not spins(seen):  # a busy machine starved it
            seen = crew.start_alone(job).result()
        crew.keep_alone(job, seen)
        if loop := tally.add(seen):
            _drop(started[number + 1 :])
            return loop
    return None


def _drop(futures: Sequence[Future[Shared]] | Sequence[Future[Observation]]) -> None:
    for future in futures:
        future.cancel()

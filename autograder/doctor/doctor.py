# SPDX-License-Identifier: MIT
"""All looks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from autograder.cache import Cache
from autograder.doctor import guest, programs, room, source, walls
from autograder.doctor.finding import Finding, State, missing
from autograder.errors import GraderError
from autograder.sandbox.sandbox import Level, Sandbox, choose


class Doctor:
    """The looks, in an order in which each may lean on those before it."""

    def __init__(self, cache: Cache, series: str, level: str | None) -> None:
        self.cache = cache
        self.series = series
        self.asked = level
        self.sandbox: Sandbox | None = None
        self.compiles = False

    def findings(self) -> Iterator[Finding]:
        """Everything, as it is looked at; a look that breaks is a finding too."""
        looks: dict[str, Callable[[], Iterator[Finding]]] = {
            "machine": programs.processor,
            "programs": programs.programs,
            "compiler": self._compiler,
            "cache": partial(room.cache_folder, self.cache.root),
            "disk": partial(room.disk, self.cache, self.series),
            "memory": room.memory,
            "clock": partial(room.clock, self.cache, self.series),
            "source": partial(source.source, self.cache, self.series),
            "sandbox": self._sandbox,
            "shared memory": self._shared_memory,
            "guest": self._guest,
        }
        for what, look in looks.items():
            try:
                yield from look()
            except (GraderError, OSError) as error:
                yield missing(
                    what,
                    f"This could not be checked: {error}.",
                    "Fix what is reported above first.",
                )

    def tell(self) -> bool:
        """Print every finding as it comes, and whether this machine is ready."""
        missing_things = 0
        for finding in self.findings():
            missing_things += finding.state is State.MISSING
            print(f"{finding.state:<8} {finding.what}: {finding.seen}")
            if finding.remedy:
                print(f"{'':8} -> {finding.remedy}", flush=True)
        things = "1 thing" if missing_things == 1 else f"{missing_things} things"
        print(f"not ready: {things} to fix" if missing_things else "ready")
        return not missing_things

    def _compiler(self) -> Iterator[Finding]:
        for finding in programs.compiler():
            self.compiles = finding.state is State.OK
            yield finding

    def _sandbox(self) -> Iterator[Finding]:
        try:
            self.sandbox = choose(self.asked)
        except GraderError as error:
            yield walls.none(error)
        else:
            yield from walls.sandbox(self.sandbox.level, self.cache)

    def _shared_memory(self) -> Iterator[Finding]:
        return walls.shared(self.sandbox.level if self.sandbox else Level.FULL)

    def _guest(self) -> Iterator[Finding]:
        if self.sandbox is not None and self.compiles:
            yield from guest.guest(self.cache, self.series, self.sandbox)

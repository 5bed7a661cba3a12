# SPDX-License-Identifier: MIT
"""The places of one kernel, found once, and which of them its guests came to."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import GraderError
from autograder.guest import places, stretches
from autograder.guest.observation import Record
from autograder.guest.places import Added, Place
from autograder.sandbox.sandbox import Sandbox

HEXADECIMAL = frozenset("0123456789abcdef")
REPORTED = "covered"
"""The file that the first process of a guest sends: addresses, one a line."""


@dataclass(frozen=True)
class Line:
    """An added line that has code."""

    function: str
    ran: bool


Lines = Mapping[str, Mapping[int, Line]]
"""The added lines that have code, by their numbers, for each patched file."""


@dataclass(frozen=True)
class Finding:
    """What came of the search for places: these, or the reason why there are none."""

    places: tuple[Place, ...]
    stretches: Mapping[int, int] = field(default_factory=dict)  # of the places, by address
    failed: GraderError | None = None


class Coverage:
    """Looks for a kernel's places and takes what guests report; for several threads at once."""

    def __init__(self, linux: Path, added: Added, sandbox: Sandbox) -> None:
        self.linux = linux
        self.added = added
        self.sandbox = sandbox
        self._finding: Finding | None = None
        self._reached: set[int] = set()
        self._reports = 0
        self._lock = threading.Lock()

    def places(self) -> tuple[Place, ...]:
        """The instructions of the lines that the patch adds.

        Errors: GraderError where the kernel's file cannot be read.
        """
        return self._found().places

    def told(self, needed: bool) -> bytes:
        """What a guest is told of the places; nothing where there are none.

        Errors: GraderError where they are ``needed`` and the kernel's file cannot be read.
        """
        finding = self._found() if needed else self._find()
        return places.numbered(finding.places, finding.stretches).encode()

    def placed(self, record: Record) -> Record:
        """A record that names an instruction with ``at``, with its line of the source."""
        address = record.text("at")
        if not address or not set(address) <= HEXADECIMAL:
            return record
        place = places.at(self.places(), int(address, 16))
        if place is None:
            return record
        told = {"place": str(place), "function": place.function}
        return record.model_copy(update={"fields": {**record.fields, **told}})

    def take(
        self, records: list[Record], files: dict[str, bytes]
    ) -> tuple[list[Record], dict[str, bytes]]:
        """Take the addresses out of what a job sent; what is left is the job's own."""
        reported = files.get(REPORTED)
        if reported is None:
            return records, files
        words = reported.decode(errors="replace").split()
        met = {int(word, 16) for word in words if set(word) <= HEXADECIMAL}
        with self._lock:
            self._reports += 1
            self._reached |= met
        return (
            [record for record in records if record.text("of") != REPORTED],
            {name: content for name, content in files.items() if name != REPORTED},
        )

    def lines(self) -> Lines:
        """The added lines that have code, each with whether a guest came to any part of it.

        Nothing where no guest reported: who did not look saw nothing.
        """
        with self._lock:
            reached, reports = set(self._reached), self._reports
        found: dict[str, dict[int, Line]] = {}
        for place in self._find().places if reports else ():
            for where in place.frames:
                lines = found.setdefault(where.file, {})
                known = lines.get(where.line, Line(where.function, ran=False))
                ran = known.ran or place.address in reached
                lines[where.line] = Line(known.function, ran)
        return found

    def _found(self) -> Finding:
        finding = self._find()
        if finding.failed:
            raise finding.failed
        return finding

    def _find(self) -> Finding:
        with self._lock:
            if self._finding is None:
                try:
                    found = places.find(self.linux, self.added, self.sandbox)
                    addresses = [place.address for place in found]
                    same = stretches.stretches(self.linux, addresses, self.sandbox)
                    self._finding = Finding(tuple(found), same)
                except GraderError as error:
                    self._finding = Finding((), failed=error)
            return self._finding

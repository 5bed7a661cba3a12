# SPDX-License-Identifier: MIT
"""Logs and reports for reading: what deserves a look first, and what leads to the patch's lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from autograder.guest.console import FRAME, STAMP, classify
from autograder.results import Evidence, Excerpt, Verdict

_ERROR = re.compile(r"(^|\W)(fatal )?error:|undefined reference to|FAILED at|^make.*\*\*\*", re.I)
# What differs between two reports of one thing: the probe, a blocked task's number, the seconds.
_PASSING = re.compile(r" \(in \w+\)$|(?<=:)\d+(?= blocked for )|\d+(?= seconds)")
LONGEST = 300  # characters of a line that are looked at


class Look(Enum):
    """How a line is to be shown."""

    PLAIN = "plain"
    MARKED = "marked"  # it deserves a look before the others
    UNSURE = "unsure"  # a frame that the kernel only guesses: an address left on the stack


@dataclass(frozen=True)
class Stretch:
    """Lines of a log that follow each other and look the same."""

    text: str
    look: Look
    place: int | None = None  # of the excerpt that shows what these lines name

    @property
    def unsure(self) -> bool:
        """Whether these are guesses."""
        return self.look is Look.UNSURE

    @property
    def marked(self) -> bool:
        """Whether these deserve a look before the others."""
        return self.look is Look.MARKED


@dataclass(frozen=True)
class Log:
    """A log, in runs of lines."""

    evidence: Evidence
    runs: list[Stretch]
    number: int

    @property
    def guesses(self) -> int:
        """How many frames the kernel only guesses."""
        return sum(run.text.count("\n") + 1 for run in self.runs if run.unsure)

    @property
    def first(self) -> dict[int, int]:
        """For each excerpt that it names, the first run of lines that does."""
        runs = reversed(list(enumerate(self.runs)))
        return {run.place: at for at, run in runs if run.place is not None}


@dataclass(frozen=True)
class Source:
    """Lines of the patch, and the log that leads to them, if any does."""

    excerpt: Excerpt
    log: int | None


def marked(text: str, excerpts: Sequence[Excerpt] = ()) -> list[Stretch]:
    """``text`` in runs: headings of reports, errors, frames in the patch's files, guesses."""
    files = tuple(f" {excerpt.file}:" for excerpt in excerpts)
    places = [
        re.compile(rf"(^|[\s/]){re.escape(excerpt.file)}:{excerpt.line}(?!\d)")
        for excerpt in excerpts
    ]

    def look(line: str) -> tuple[Look, int | None]:
        line = STAMP.sub("", line[:LONGEST])
        frame = FRAME.match(line)
        if frame and frame["guess"]:
            return Look.UNSURE, None
        at = next((number for number, place in enumerate(places) if place.search(line)), None)
        if at is not None or classify(line) or _ERROR.search(line) or _names(line, files):
            return Look.MARKED, at
        return Look.PLAIN, None

    return [
        Stretch("\n".join(lines), kind, at)
        for (kind, at), lines in groupby(text.split("\n"), key=look)
    ]


def bare(title: str) -> str:
    """The title of a report, without what is different each time."""
    return _PASSING.sub("", title)


def tellers(verdicts: Iterable[Verdict]) -> dict[str, str]:
    """For each report's bare title the number of the first check that shows it."""
    found: dict[str, str] = {}
    for verdict in verdicts:
        for item in verdict.evidence:
            if item.kind == "report":
                found.setdefault(bare(item.title), verdict.number)
    return found


def linked(
    evidence: Sequence[Evidence], excerpts: Sequence[Excerpt]
) -> tuple[list[Log], list[Source]]:
    """Logs, and the lines of the patch that they name: each knows where the other is."""
    logs = [Log(item, marked(item.text, excerpts), number) for number, item in enumerate(evidence)]
    named = {place: log.number for log in reversed(logs) for place in log.first}
    return logs, [Source(excerpt, named.get(place)) for place, excerpt in enumerate(excerpts)]


def _names(line: str, files: tuple[str, ...]) -> bool:
    return any(name in line for name in files)

# SPDX-License-Identifier: MIT
"""Which submissions have much in common: a place to look, never a verdict.

The lines that patches add and the tools' sources are compared pair by pair with copydetect
(winnowed fingerprints of the code with its names and remarks taken out).  What the handout
gave to everybody is left out, and so is the kernel's own code, which is in no added line.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from autograder.bulk.classbook import Entry
from autograder.cache import Cache
from autograder.errors import KitError, UsageError
from autograder.files import write_atomically
from autograder.intake.submission import Submission, take_in

SIMILARITY = "similarity.json"
KGRAM, WINDOW = 25, 12  # characters of code without names: what is shorter is chance
LEAST = 0.3  # of the smaller part: pairs with less in common are not told
MOST = 60  # pairs told, the most alike first
PARTS = ("kernel", "tools")


class Shared(BaseModel):
    """What two submissions have in common in one part, of each one's own code."""

    model_config = ConfigDict(extra="forbid")

    left: float
    right: float
    characters: int


class Pair(BaseModel):
    """Two submissions; a part that one of them lacks is not there."""

    model_config = ConfigDict(extra="forbid")

    left: str
    right: str
    parts: dict[str, Shared]

    @property
    def most(self) -> float:
        """The largest share."""
        return max(max(part.left, part.right) for part in self.parts.values())


class Similarity(BaseModel):
    """What ``similarity.json`` holds."""

    model_config = ConfigDict(extra="forbid")

    made: str
    compared: int
    pairs: list[Pair]
    not_read: list[str] = []

    def write(self, folder: Path) -> None:
        """Keep it beside the gradebook."""
        write_atomically(folder / SIMILARITY, self.model_dump_json(indent=1) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Similarity | None:
        """What was kept; None where nothing was."""
        try:
            return cls.model_validate_json((folder / SIMILARITY).read_bytes())
        except (OSError, ValidationError):
            return None


def compare(
    entries: Sequence[Entry],
    given: Iterable[Path],
    series: str,
    cache: Cache,
    progress: Callable[[str, float | None], None],
) -> Similarity:
    """Compare all pairs; ``given``: files and folders that everybody got.

    Errors: UsageError where copydetect is missing.
    """
    fingerprint = _fingerprinter()
    known = [print_ for text in _texts(given) if (print_ := fingerprint(text, ())) is not None]
    boilerplate = sorted({number for print_ in known for number in print_.hashes})
    prints: dict[str, dict[str, Any]] = {}
    not_read = []
    for number, entry in enumerate(entries):
        progress("reading the submissions", number / len(entries))
        parts = _parts(entry, series, cache)
        if parts is None:
            not_read.append(entry.name)
            continue
        found = {name: fingerprint(text, boilerplate) for name, text in parts.items()}
        prints[entry.name] = {name: print_ for name, print_ in found.items() if print_}
    pairs = []
    for number, (left, right) in enumerate(combinations(sorted(prints), 2)):
        if number % 500 == 0:
            progress("comparing", None)
        parts_ = dict(_shared(prints[left], prints[right]))
        if parts_:
            pairs.append(Pair(left=left, right=right, parts=parts_))
    told = sorted((pair for pair in pairs if pair.most >= LEAST), key=lambda p: -p.most)
    return Similarity(
        made=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        compared=len(prints),
        pairs=told[:MOST],
        not_read=not_read,
    )


def _shared(left: dict[str, Any], right: dict[str, Any]) -> Iterator[tuple[str, Shared]]:
    from copydetect import compare_files

    for name in left.keys() & right.keys():
        characters, (one, other), _ = compare_files(left[name], right[name])
        yield (
            name,
            Shared(
                left=min(round(float(one), 3), 1.0),
                right=min(round(float(other), 3), 1.0),
                characters=int(characters),
            ),
        )


def _fingerprinter() -> Callable[[str, Sequence[int]], Any]:
    # It draws pictures, elsewhere; nothing here has a screen.
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        from copydetect import CodeFingerprint
    except ImportError as error:
        raise UsageError("install what comparing needs: pip install copydetect") from error

    def fingerprint(text: str, boilerplate: Sequence[int]) -> Any:
        """None of what is too short to tell anything."""
        try:
            made = CodeFingerprint(
                "all.c", KGRAM, WINDOW, list(boilerplate), language="c", fp=io.StringIO(text)
            )
        except ValueError:  # shorter than a window
            return None
        return made if len(made.hashes) and made.token_coverage else None

    return fingerprint


def _parts(entry: Entry, series: str, cache: Cache) -> dict[str, str] | None:
    """The submission's own code; None where it cannot be read."""
    if entry.record is None:
        return None
    try:
        with cache.workdir("similarity") as work:
            submission = take_in(Path(entry.record.path), work, series)
            if submission.refused:
                return None
            return {"kernel": _added(submission), "tools": _tools(submission)}
    except KitError:
        return None


def _added(submission: Submission) -> str:
    if submission.patch is None:
        return ""
    try:
        patch = PatchSet(submission.patch.decode("utf-8", "replace"))
    except UnidiffParseError:
        return ""
    return "".join(line.value for file in patch for hunk in file for line in hunk if line.is_added)


def _tools(submission: Submission) -> str:
    return "".join(_texts([submission.tools])) if submission.tools else ""


def _texts(places: Iterable[Path]) -> Iterator[str]:
    for place in places:
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        for file in files:
            if file.suffix in (".c", ".h") and file.is_file() and not file.is_symlink():
                yield file.read_text(encoding="utf-8", errors="replace")

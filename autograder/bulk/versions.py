# SPDX-License-Identifier: MIT
"""What a result depends on, as hashes: if none of it changed, nothing is graded again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from autograder import KIT_VERSION, assignment, imports
from autograder.course import Course
from autograder.files import KIT
from autograder.kernel.build import Baseline

ROOTS = ("autograder.grading", "autograder.bulk.worker")
"""What a grade is made by; the checks, which are found by their folder, come with these."""

# A grade is kept, shown and counted there, after it was made or while it is.  From a kept
# grade all of this is made again without grading (rescore, report).
BESIDE = ("autograder.bulk", "autograder.report", "autograder.progress")
DATA = (".c", ".h", ".config", ".ini")


class Versions(BaseModel):
    """The grader that made a result: hashes of what it consists of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kit: str
    code: str  # what takes in, builds and boots
    probes: str  # what runs in the guest
    checks: str  # what judges
    kernel: str  # its version, and the key of the baseline build

    def differs(self, other: Versions) -> list[str]:
        """What changed, in words."""
        return [
            name for name in type(self).model_fields if getattr(self, name) != getattr(other, name)
        ]


def current(baseline: Baseline) -> Versions:
    """The versions of this kit with ``baseline``."""
    # The folder of a baseline is named by a hash of all that it was built from.
    return Versions(kernel=f"{baseline.version} {baseline.tree.parent.name}", **own())


def own(top: Path = KIT) -> dict[str, str]:
    """The versions of everything but the kernel, of the kit in ``top``."""
    parts: dict[str, list[Path]] = {"checks": [], "probes": [], "code": []}
    for path in sorted(judging(top)):
        parts[_part(path)].append(path)
    hashes = {name: _sha256(top, paths) for name, paths in parts.items()}
    return {"kit": KIT_VERSION, **hashes}


def judging(top: Path) -> set[Path]:
    """The files, relative to ``top``, that a grade depends on.

    Found, not listed: what grading imports, all checks, and the data beside these.
    """
    chosen = assignment.current()
    checks = chosen.checks
    beside = [*BESIDE, *(f"{chosen.package}.{name}" for name in chosen.shows)]
    names = sorted(path.stem for path in top.joinpath(*checks.split(".")).glob("*.py"))
    roots = [*ROOTS, *(f"{checks}.{name}" for name in names)]
    found = imports.modules(roots, top, beside)
    rooms = {top.joinpath(*path.parts[:2]) for path in found if len(path.parts) > 2}
    data = [file for room in rooms for file in room.rglob("*") if file.suffix in DATA]
    return found | {file.relative_to(top) for file in data}


def _part(path: Path) -> str:
    """Which of the versions a file, by its path in the kit, belongs to."""
    package = assignment.current().checks.split(".")[:-1]
    room = path.parts[1]
    if room == "guest" or path.parent.name == "probes":
        return "probes"
    return "checks" if room == "judge" or list(path.parts[: len(package)]) == package else "code"


def _sha256(top: Path, paths: Iterable[Path]) -> str:
    """Over files and their names."""
    digest = hashlib.sha256()
    for path in paths:
        content = (top / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def seed_of(course: Course, sha256: str) -> int:
    """The seed of a submission: the same whenever it is graded in this course."""
    text = f"{course.course.name}\0{course.course.term}\0{sha256}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

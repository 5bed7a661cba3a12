# SPDX-License-Identifier: MIT
"""What a result depends on, as hashes: where none of it changed, nothing is graded again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from autograder import KIT_VERSION
from autograder.course import Course
from autograder.kernel.build import Baseline

PACKAGE = Path(__file__).resolve().parents[1]
SOURCES = (".py", ".c", ".h", ".config", ".ini")
# These show, name or count what was found, and change nothing of it.
_WITHOUT_EFFECT = (
    "bulk",
    "gradescope",
    "report",
    "__main__.py",
    "cli.py",
    "cli_class.py",
    "course.py",
    "scoring.py",
)


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


def own() -> dict[str, str]:
    """The versions of everything but the kernel."""
    inside = {"checks": [PACKAGE / "checks"], "probes": [PACKAGE / "guest"]}
    rest = [
        path for path in PACKAGE.iterdir() if path.name not in ("checks", "guest", *_WITHOUT_EFFECT)
    ]
    hashes = {name: sources_sha256(paths) for name, paths in {**inside, "code": rest}.items()}
    return {"kit": KIT_VERSION, **hashes}


def sources_sha256(paths: Iterable[Path]) -> str:
    """Over the sources at and below ``paths``, and their names."""
    digest = hashlib.sha256()
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    for file in sorted(files):
        if file.suffix in SOURCES and file.is_file():
            content = file.read_bytes()
            digest.update(f"{file.relative_to(PACKAGE)}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def seed_of(course: Course, sha256: str) -> int:
    """The seed of a submission: the same whenever it is graded in this course."""
    text = f"{course.course.name}\0{course.course.term}\0{sha256}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")

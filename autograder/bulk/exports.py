# SPDX-License-Identifier: MIT
"""How Gradescope, Canvas and Moodle name the submissions that they export."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from autograder.bulk.students import Student
from autograder.errors import UsageError

GRADESCOPE = "submission_metadata.yml"
LARGEST = 256 << 20  # bytes: such a file holds the output of every autograder run
_CANVAS = re.compile(
    r"(?P<who>[^_]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<submission>\d+)_(?P<file>.+)"
)
_MOODLE = re.compile(r"(?P<who>.+)_(?P<number>\d+)_assignsubmission_file(?:_.*)?")
_MOODLE_OTHER = re.compile(r".+_\d+_assignsubmission_(?!file)\w+")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Named:
    """What an export's naming says about one submission.

    ``identity`` is the same for everything that one student (or group) hands in; ``order``
    tells what was handed in later.
    """

    identity: str
    order: tuple[str, int] = ("", 0)
    students: tuple[Student, ...] = ()
    submitted: datetime | None = None
    words: tuple[str, ...] = field(default=())  # by which a roster may know the student
    said_late: bool = False


def by_name(stem: str) -> Named:
    """What a file's or folder's name (without an archive's suffix) says."""
    if found := _MOODLE.fullmatch(stem):
        return Named(
            f"{found['who']}_{found['number']}",
            words=(f"moodle {found['number']}", found["who"]),
        )
    if found := _CANVAS.fullmatch(stem):
        return Named(
            f"{found['who']}_{found['user']}",
            order=("", int(found["submission"])),
            words=(f"canvas {found['user']}", found["who"]),
            said_late=bool(found["late"]),
        )
    return Named(stem, words=(stem,))


def is_beside(name: str) -> bool:
    """Whether Moodle put there what somebody typed, beside the files of the same submission."""
    return bool(_MOODLE_OTHER.fullmatch(name))


def gradescope(folder: Path) -> dict[str, Named]:
    """What ``submission_metadata.yml`` says, by the names of the folders beside it.

    Errors: UsageError where it is not what Gradescope writes.
    """
    path = folder / GRADESCOPE
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than {LARGEST >> 20} MiB")
        table = yaml.load(path.read_bytes(), Loader=_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if not isinstance(table, dict):
        raise UsageError(f"{path} is not a table of submissions")
    return {str(name): _submission(path, str(name), facts) for name, facts in table.items()}


def _submission(path: Path, name: str, facts: object) -> Named:
    try:
        assert isinstance(facts, dict)
        students = tuple(
            Student(
                id=_text(person.get(":sid")),
                name=_text(person.get(":name")),
                email=_text(person.get(":email")),
            )
            for person in facts[":submitters"]
        )
        submitted = _time(facts.get(":created_at"))
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{path}: {name} is not described as Gradescope does (:submitters:, :created_at:)"
        ) from error
    identity = next((student.key for student in students if student.key), name)
    stamp = submitted.astimezone(timezone.utc).isoformat() if submitted else ""
    return Named(identity, (stamp, 0), students, submitted, (name,))


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)

# SPDX-License-Identifier: MIT
"""``course.toml``: what an instructor decides about a course, read and validated."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from autograder import assignment
from autograder.errors import UsageError
from autograder.files import KIT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

COURSE_FILE = Path("course.toml")
KIT_COURSE = KIT / COURSE_FILE

Amount = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]

# Where pydantic speaks of inputs.
_MEANING = {"extra_forbidden": "there is no such key", "missing": "this has to be given"}
_KEY = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*\[\s*({_KEYS})\s*\]\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"\s*({_KEYS})\s*=")


class Section(BaseModel):
    """A table of the file: unknown keys are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class About(Section):
    """What the reports call the course."""

    name: str = Field(min_length=1)
    assignment: str = ""
    """What the reports call the assignment, if not by its own title."""
    term: str = ""


class AssignmentChoice(Section):
    """The package that offers the assignment (docs/next-assignment.md)."""

    package: str = Field(assignment.DEFAULT, pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")


class KernelChoice(Section):
    """The kernel that submissions are patches for."""

    series: str | None = Field(None, pattern=r"^\d+\.\d+$")


def _with_time(value: object) -> object:
    """Errors: ValueError for a day alone, which would end as it begins."""
    if isinstance(value, date) and not isinstance(value, datetime):
        raise ValueError(f"say the time too, such as {value}T23:59:00")
    return value


Moment = Annotated[datetime, BeforeValidator(_with_time)]


class Deadline(Section):
    """When the class has to hand in; times without an offset are local."""

    due: Moment | None = None
    timezone: str = "UTC"
    extension_days: int = Field(0, ge=0, le=366)

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"{name!r} is no time zone, such as 'Europe/Berlin'") from error
        except KeyError as error:
            raise ValueError(f"{name!r} is no time zone, such as 'Europe/Berlin'") from error
        return name


class LatePolicy(Section):
    """What lateness costs."""

    percent_per_day: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    grace_minutes: Annotated[Decimal, Field(ge=0, le=14_400)] = Decimal(0)
    cutoff_days: int | None = Field(None, ge=0, le=366)


class Extension(Section):
    """More time for one student: days on top of the deadline, or a deadline of their own."""

    days: int = Field(0, ge=0, le=366)
    due: Moment | None = None
    reason: str = ""


class Points(Section):
    """Points of the whole, and weights that differ from the rubric's."""

    full: Annotated[Decimal, Field(gt=0, le=1_000_000)] = Decimal(100)
    most: Amount | None = None
    areas: dict[str, Amount] = {}
    checks: dict[str, Amount] = {}


class Visibilities(Section):
    """Whether students see a check before, after, or never."""

    areas: dict[str, Visibility] = {}
    checks: dict[str, Visibility] = {}


class ExtraCredit(Section):
    """Whether points come on top of the full marks."""

    areas: dict[str, bool] = {}
    checks: dict[str, bool] = {}


class Course(Section):
    """The whole file."""

    course: About = About(name="Course")
    assignment: AssignmentChoice = AssignmentChoice()
    kernel: KernelChoice = KernelChoice()
    deadline: Deadline = Deadline()
    late: LatePolicy = LatePolicy()
    points: Points = Points()
    visibility: Visibilities = Visibilities()
    extra_credit: ExtraCredit = ExtraCredit()
    extensions: dict[str, Extension] = {}

    @property
    def series(self) -> str:
        """The kernel series: this course's, or else the one that the kit comes with.

        Errors: UsageError if neither course.toml names one.
        """
        named = self.kernel.series or (_kit_course().kernel.series if KIT_COURSE.exists() else None)
        if named is None:
            raise UsageError("course.toml does not name the kernel: set [kernel] series there")
        return named

    @property
    def title(self) -> str:
        """What the reports call the assignment."""
        return self.course.assignment or assignment.current().title

    @property
    def zone(self) -> ZoneInfo:
        """Where times without an offset are."""
        return ZoneInfo(self.deadline.timezone)

    def due(self, students: Iterable[str] = ()) -> datetime | None:
        """The deadline of a submission by ``students``: the latest of theirs."""
        if self.deadline.due is None:
            return None
        own = [self.extensions[name] for name in students if name in self.extensions]
        return max([self._due(Extension()), *(self._due(extension) for extension in own)])

    def _due(self, extension: Extension) -> datetime:
        assert self.deadline.due is not None
        if extension.due is not None:
            return self._local(extension.due)
        # A day later is the same time on the next day, also when clocks change.
        days = timedelta(days=self.deadline.extension_days + extension.days)
        return self._local(self.deadline.due + days)

    def _local(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)


@cache
def _kit_course() -> Course:
    return _read(KIT_COURSE)[0]


def load(path: Path = COURSE_FILE) -> Course:
    """Read ``path``; this process grades its assignment from now on.

    Errors: UsageError that names key and line.
    """
    course, text = _read(path)
    try:
        assignment.use(course.assignment.package)
    except UsageError as error:
        raise UsageError(_complaint(path, text, ("assignment", "package"), str(error))) from error
    _check_names(course, path, text)
    return course


def _read(path: Path) -> tuple[Course, str]:
    """What ``path`` says, and its text.  Errors: UsageError that names key and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    try:
        # Numbers with a point stay what they are written as: 0.1 is a tenth.
        table: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from error
    try:
        return Course.model_validate(table), text
    except ValidationError as error:
        raise UsageError(
            "\n".join(
                _complaint(
                    path, text, problem["loc"], _MEANING.get(problem["type"], problem["msg"])
                )
                for problem in error.errors()
            )
        ) from error


def line_of(text: str, keys: Sequence[str]) -> int:
    """The line, from 1, of the key, or of the nearest thing around it; 0 where there is none."""
    table: tuple[str, ...] = ()
    best, found = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            here = table = _split(header[1])
        elif assignment := _ASSIGNMENT.match(line):
            here = (*table, *_split(assignment[1]))
        else:
            continue
        if len(here) > best and tuple(keys[: len(here)]) == here:
            best, found = len(here), number
    return found


def _split(keys: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, keys))


def _complaint(path: Path, text: str, location: Iterable[object], message: str) -> str:
    keys = [str(part) for part in location]
    line = line_of(text, keys)
    place = f"{path}:{line}" if line else str(path)
    return f"{place}: {'.'.join(keys)}: {message.removeprefix('Value error, ')}"


def _check_names(course: Course, path: Path, text: str) -> None:
    """Errors: UsageError where an area or a check is named that does not exist."""
    from autograder.judge import rubric

    ids = {check.id for check in rubric.checks()}
    areas = {check.area for check in rubric.checks()}
    problems = []
    for name in ("points", "visibility", "extra_credit"):
        section: Points | Visibilities | ExtraCredit = getattr(course, name)
        for kind, given, known in (
            ("areas", section.areas, areas),
            ("checks", section.checks, ids),
        ):
            problems += [
                _complaint(
                    path,
                    text,
                    [name, kind, key],
                    f"there is no such {kind[:-1]}: see `python -m autograder checks`",
                )
                for key in given
                if key not in known
            ]
    if problems:
        raise UsageError("\n".join(problems))

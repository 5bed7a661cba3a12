# SPDX-License-Identifier: MIT
"""The result of grading one submission: what ``result.json`` holds.

Every check of the course stands in a result exactly once, whatever happened.  A verdict
starts as ``not_reached`` and must earn another status.  ``schema/result.schema.json`` is
generated from these models (``python -m autograder schema``).
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from autograder.files import write_atomically

SCHEMA_VERSION = 1
NOT_SELECTED = "not selected with --only"
"""The message of a check that was not to be graded."""


class Status(str, Enum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    GRADER_ERROR = "grader_error"

    __str__ = str.__str__


class Finding(str, Enum):
    """What kind of thing a check that was not passed came upon: the diagnosis sorts by it."""

    NONE = ""
    REFUSED = "refused"  # the patch does not apply, or may not be applied
    NOT_BUILT = "not_built"  # kernel or tools do not compile or link
    NO_BOOT = "no_boot"  # no guest comes to its first process
    PANIC = "panic"
    REPORT = "report"  # of KASAN, lockdep, kmemleak ...
    HANG = "hang"  # everything sleeps and the check's processes never end
    SPIN = "spin"  # something computes without end
    NO_FILE = "no_file"  # no process has the file
    NO_START = "no_start"  # tracing can never be started
    NO_RECORD = "no_record"  # nothing was ever recorded
    NO_EVENTS = "no_events"  # pgfaultmap --events prints nothing of what was recorded
    MISMATCH = "mismatch"  # something else was expected

    __str__ = str.__str__


class Model(BaseModel):
    """Strict base: unknown keys are an error."""

    model_config = ConfigDict(extra="forbid")


class PatchLine(Model):
    """A line of the patched source, as far as the patch shows it."""

    number: int
    added: bool = Field(description="whether the patch adds it; else it was there before")
    text: str


class Excerpt(Model):
    """The submission's own lines around a frame of a kernel report."""

    function: str
    file: str
    line: int
    lines: list[PatchLine]


class Process(Model):
    """A process of a guest that had come to rest before its check was over."""

    pid: int
    name: str
    state: str = Field(description="the letter in /proc/PID/stat: 'S', 'D', 'R', 'Z' ...")
    stack: list[str] = Field(
        default=[], description="where in the kernel it is, innermost first; may be unknown"
    )


class Evidence(Model):
    """Something recorded that supports a verdict, shown as preformatted text."""

    kind: str = Field(
        description="'console', 'report' (of the kernel), 'hang', 'held', 'compiler', 'output'"
    )
    title: str
    text: str
    excerpts: list[Excerpt] = Field(
        default=[], description="the patch's lines around what the text points to"
    )
    processes: list[Process] = Field(default=[], description="of a hang: who was still there")


class Verdict(Model):
    """One check and what became of it."""

    id: str = Field(description="stable name, e.g. 'reading/empty_trace_blocks_the_reader'")
    number: str = Field(description="position in the rubric, e.g. '3.2'")
    title: str = Field(description="one sentence: what a correct solution does")
    area: str
    rule: str = Field(
        default="", description="name of the contract's rule that is checked, e.g. 'R1'"
    )
    clause: str = Field(description="what that rule says, in full")
    hint: str = ""
    tags: list[str] = []
    visibility: str = "visible"
    extra_credit: bool = False
    depends_on: list[str] = Field(
        default=[], description="ids of the checks that should be mended before this one"
    )
    status: Status = Status.NOT_REACHED
    finding: Finding = Field(
        default=Finding.NONE, description="what kind of thing was found, if it did not pass"
    )
    blocked_by: str = Field(
        default="", description="id of the failed check for which this one was not tried"
    )
    points: float = 0
    max_points: float
    message: str = Field(default="", description="what happened, in words for the student")
    did: str = Field(default="", description="what was done")
    expected: str = ""
    observed: str = ""
    evidence: list[Evidence] = []
    duration: float = Field(default=0, description="wall-clock seconds, boots included")
    attempts: list[str] = Field(
        default=[], description="the outcome of each attempt, first to last"
    )


class Totals(Model):
    """Sums over the verdicts; extra credit counts in ``points``, not in ``max_points``."""

    points: float
    max_points: float
    extra_points: float
    max_extra_points: float
    passed: int
    failed: int
    not_reached: int
    grader_error: int


class Late(Model):
    """What handing in late takes off the points of the checks."""

    days: int = Field(description="days late, those that have only begun included")
    percent: float = Field(description="of the points earned")
    points_off: float
    points: float = Field(description="the points that count")
    words: str


class SubmissionInfo(Model):
    """What was graded."""

    name: str
    sha256: str = Field(description="over the patch and the tools' sources")
    files: list[str]
    answers: str = Field(
        default="", description="text of ANSWERS.md, shown to the person who grades"
    )


class Timing(Model):
    """Where the time went, in wall-clock seconds."""

    intake: float = 0
    build: float = 0
    observe: float = 0
    total: float = 0
    boots: int = 0


class Stretch(Model):
    """Lines of the patch next to each other; at least one of them was not seen to run."""

    function: str
    missed: list[int] = Field(description="the numbers of those that were not seen to run")
    lines: list[PatchLine]


class CoveredFile(Model):
    """Which of the lines that the patch adds to a file the checks reached, as far as was seen."""

    file: str
    with_code: list[int] = Field(description="the numbers of the added lines that have code")
    reached: list[int] = Field(description="those of them that ran in some check")
    not_seen: list[Stretch] = Field(description="the others, with the lines around them")


class Result(Model):
    """The whole of ``result.json``."""

    schema_version: int = SCHEMA_VERSION
    kit_version: str
    kernel_version: str
    seed: int
    started: str = Field(description="ISO 8601, UTC")
    finished: str = Field(default="", description="empty while grading goes on")
    sandbox: str = Field(
        default="", description="level of isolation that was used: full, container or none"
    )
    submission: SubmissionInfo
    verdicts: list[Verdict]
    totals: Totals
    late: Late | None = Field(default=None, description="null in time, or where nobody asked")
    timing: Timing = Timing()
    coverage: list[CoveredFile] = Field(
        default=[], description="for each patched file that has code; empty if nobody looked"
    )
    notes: list[str] = Field(default=[], description="remarks that cost no points")

    @property
    def full_marks(self) -> bool:
        """Whether every check passed."""
        return all(verdict.status is Status.PASSED for verdict in self.verdicts)

    def write(self, path: Path) -> None:
        """Write as JSON, atomically: a reader never sees half a file."""
        write_atomically(path, self.model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, path: Path) -> Result:
        """Read what :meth:`write` wrote."""
        return cls.model_validate_json(path.read_bytes())


def total(verdicts: list[Verdict]) -> Totals:
    """Sum up ``verdicts``."""

    def points(extra: bool) -> float:
        return sum(v.points for v in verdicts if v.extra_credit is extra)

    def maximum(extra: bool) -> float:
        return sum(v.max_points for v in verdicts if v.extra_credit is extra)

    def count(status: Status) -> int:
        return sum(v.status is status for v in verdicts)

    return Totals(
        points=points(False) + points(True),
        max_points=maximum(False),
        extra_points=points(True),
        max_extra_points=maximum(True),
        passed=count(Status.PASSED),
        failed=count(Status.FAILED),
        not_reached=count(Status.NOT_REACHED),
        grader_error=count(Status.GRADER_ERROR),
    )

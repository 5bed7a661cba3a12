# SPDX-License-Identifier: MIT
"""What was seen in one boot of the guest: plain values that can be judged again later."""

from __future__ import annotations

import errno
from enum import Enum

from pydantic import BaseModel, ConfigDict, Field


class Ending(str, Enum):
    """How a boot came to its end."""

    COMPLETED = "completed"
    GAVE_UP = "gave_up"  # the probe could not do what it was to do
    PROBE_DIED = "probe_died"  # the probe's process was killed
    HANG = "hang"  # everything sleeps and the probe never ends
    SPIN = "spin"  # something computes without end
    FLOOD = "flood"  # the kernel's log has no end
    PANIC = "panic"
    NO_BOOT = "no_boot"
    VANISHED = "vanished"  # the kernel ended without saying so
    KILLED = "killed"  # from outside: the grader's fault
    BROKEN = "broken"  # the probe itself: the grader's fault

    __str__ = str.__str__

    @property
    def words(self) -> str:
        """The kind as it is told to a student."""
        return self.value.replace("_", " ")


class Value(BaseModel):
    """Base of the values here: immutable, strict."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64"
    )


class Outcome(Value):
    """How a boot ended, and the words for it."""

    kind: Ending
    detail: str = ""

    @property
    def graders_fault(self) -> bool:
        """Whether no submission is to blame."""
        return self.kind in (Ending.KILLED, Ending.BROKEN)

    def __str__(self) -> str:
        return f"{self.kind.words}: {self.detail}" if self.detail else self.kind.words


class Record(Value):
    """One line that a probe noted: a name and fields."""

    name: str
    fields: dict[str, str]

    def text(self, key: str) -> str:
        """The field ``key``, or an empty string."""
        return self.fields.get(key, "")

    def number(self, key: str) -> int:
        """The field ``key`` as an integer; KeyError or ValueError where it is none."""
        return int(self.fields[key])

    def real(self, key: str) -> float:
        """The field ``key`` as a number of seconds."""
        return float(self.fields[key])

    @property
    def answer(self) -> str:
        """What a system call answered, in words: ``ESRCH``, or the number returned."""
        return answer(self.number("ret"), self.number("errno"))


def earlier(name: str, number: int) -> str:
    """Where the ``number``-th of several files called ``name`` is kept; the last has the name."""
    return f"{name}~{number}"


def answer(ret: int, error: int) -> str:
    """A system call's result in words: the name of the error, or the number."""
    return errno.errorcode.get(error, f"errno {error}") if ret < 0 else str(ret)


class Report(Value):
    """Something that the kernel complained about, cut out of its log."""

    kind: str = Field(description="kasan, lockdep, atomic, leak, warning, panic")
    title: str
    text: str


class Line(Value):
    """A line of the submission's, in one of its functions."""

    function: str
    file: str
    line: int

    @property
    def whole(self) -> tuple[str, str]:
        """The function, of which several lines may have been seen."""
        return self.file, self.function

    def __str__(self) -> str:
        return f"{self.function}() ({self.file}:{self.line})"


class Spot(Value):
    """Where the kernel computes without end: functions of the submission, the outermost first.

    Each was running whenever the kernel was looked at.
    """

    lines: list[Line] = Field(min_length=1)

    @property
    def entry(self) -> tuple[str, str]:
        """The function by which the submission's code was entered."""
        return self.lines[0].whole

    def __str__(self) -> str:
        return str(self.lines[-1])


class Observation(Value):
    """Everything that one boot showed."""

    probe: str
    params: dict[str, str]
    outcome: Outcome
    records: list[Record] = []
    files: dict[str, bytes] = {}
    console: str = ""
    reports: list[Report] = []
    spot: Spot | None = Field(default=None, description="where it spins, if that is known")
    wall_seconds: float = 0
    cpu_seconds: float = 0

    @property
    def held(self) -> bool:
        """Whether processes were held in the submission's code."""
        return bool(self.params.get("holds"))

    @property
    def panicked(self) -> bool:
        """Whether the kernel reported a panic, before its first process or after."""
        reported = any(report.kind == "panic" for report in self.reports)
        return self.outcome.kind is Ending.PANIC or reported

    def all(self, name: str) -> list[Record]:
        """Every record called ``name``, in order."""
        return [record for record in self.records if record.name == name]

    def one(self, name: str) -> Record:
        """The record called ``name``; as with files, the last of several counts.

        Errors: LookupError if the probe noted none.
        """
        found = self.all(name)
        if not found:
            raise LookupError(f"the probe {self.probe} noted no {name}")
        return found[-1]

    def text(self, name: str) -> str:
        """A file that came out of the guest, as text."""
        return self.files.get(name, b"").decode(errors="replace")

    def every(self, name: str) -> list[str]:
        """All the files called ``name`` that came out of the guest, in order, as text."""
        kept: list[bytes] = []
        while (before := earlier(name, len(kept) + 1)) in self.files:
            kept.append(self.files[before])
        if name in self.files:
            kept.append(self.files[name])
        return [content.decode(errors="replace") for content in kept]

    def numbers(self, param: str) -> list[int]:
        """A parameter that is a list of numbers."""
        return [int(word) for word in self.params[param].split(",") if word]

    def number(self, param: str) -> int:
        """A parameter that is one number."""
        return int(self.params[param], 0)

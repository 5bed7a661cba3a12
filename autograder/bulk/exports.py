# SPDX-License-Identifier: MIT
"""How learning systems name the submissions that they export.

Gradescope describes them in a file of its own.  Canvas, Moodle, Blackboard, Brightspace and
ILIAS put who, what and when into the names of files and folders; everywhere else a name is
the student's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone, tzinfo
from pathlib import Path
from typing import Any

import yaml

from autograder.bulk import moments
from autograder.bulk.archives import readable, stem_of
from autograder.bulk.students import Roster, Student
from autograder.errors import UsageError

GRADESCOPE = "submission_metadata.yml"
LARGEST = 256 << 20  # bytes: such a file holds the output of every autograder run
# NAME_[LATE_]USER_ATTACHMENT_FILE, for each file of the newest attempt; here from LATE on.
_CANVAS = re.compile(
    r"(?P<late>LATE_)?(?P<user>\d+)_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<typed>text|link)\.html?)",
    re.S,
)
_CANVAS_NOBODY = re.compile(
    r"(?P<who>anon(?:ymous)?)_(?P<late>LATE_)?(?P<user>[A-Za-z0-9]{5,6})_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<typed>text|link)\.html?)",
    re.S,
)
# A group's own number, where its name ends with one: 'group_7' and then the user.
_NUMBERED = re.compile(r"(group|team|gruppe|groupe|grupo|gruppo|groep|grupa|section)s?", re.I)
# WHO[_NUMBER]_assignsubmission_PLUGIN[_FILE]; of a group the number is the group's.
_MOODLE = re.compile(
    r"(?P<who>.+?)(?:_(?P<number>\d+))?_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?",
    re.S,
)
_BLACKBOARD = re.compile(
    r"(?P<head>.+)_attempt_(?P<time>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)", re.S
)
_BRIGHTSPACE = re.compile(
    r"(?P<numbers>\d+-\d+) - (?P<who>.+?)"
    r" - (?P<time>[^\W\d]+\.? \d{1,2},? \d{4} \d{3,4}(?: ?[AP]M)?)(?: - (?P<file>.+))?",
    re.S | re.I,
)
_ILIAS = re.compile(r"(?P<who>[^_]+_[^_]+)_(?P<login>[^_]+)_(?P<user>\d{2,})")
# What is beside the submissions, put there by a system or by whoever grades.
_DESCRIPTIONS = ("index.html", "index.htm", GRADESCOPE, "course.toml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Named:
    """What an export's naming says about one file or folder.

    ``identity`` is the same for everything that one student (or group) hands in; files of one
    identity and ``attempt`` are one submission.  ``order`` tells what was handed in later.
    """

    identity: str
    system: str = ""
    attempt: str = ""
    order: tuple[str, int] = ("", 0)
    file: str = ""  # as the student called it; empty where the entry is the whole submission
    typed: bool = False  # what somebody typed into a form, or the system's own description
    students: tuple[Student, ...] = ()
    submitted: datetime | None = None
    who: str = ""  # the name of a student or a group, as the system writes it
    number: str = ""  # the system's own number of a student, or of a group
    words: tuple[str, ...] = ()  # by which a roster may know the student
    said_late: bool = False
    entry: str = ""  # the whole name in the export


class Naming:
    """The naming of one folder: some systems' names are clear only beside each other."""

    def __init__(self, paths: Iterable[Path], roster: Roster, zone: tzinfo) -> None:
        self.roster = roster
        self.zone = zone
        paths = list(paths)
        names = [readable(path.name) for path in paths]
        self._canvas_ids = {s.canvas for s in roster.students if s.canvas}
        files = [readable(path.name) for path in paths if not path.is_dir()]
        self._all_canvas = bool(files) and all(map(_is_canvas, files))
        folders = [readable(path.name) for path in paths if path.is_dir()]
        self._all_ilias = bool(folders) and all(map(_ILIAS.fullmatch, folders))
        heads = {found["head"] for name in names if (found := _BLACKBOARD.fullmatch(name))}
        common = _common(min(heads), max(heads)) if len(heads) > 1 else ""
        self._blackboard_head = common[: common.rfind("_") + 1]

    def read(self, path: Path) -> Named:
        """What the name of ``path`` says."""
        return replace(self._read(path), entry=readable(path.name))

    def _read(self, path: Path) -> Named:
        name = readable(path.name)
        for reader in (self._moodle, self._blackboard, self._brightspace, self._canvas):
            if (named := reader(name)) is not None:
                return named
        stem = name if path.is_dir() else stem_of(name)
        if path.is_dir() and self._all_ilias and (found := _ILIAS.fullmatch(name)):
            words = (name, found["login"], found["who"].replace("_", " "))
            return Named(name, "ilias", name, words=words, who=found["who"], number=found["user"])
        return Named(stem, "", name, words=(stem, Path(name).stem) if path.is_file() else (stem,))

    def _moodle(self, name: str) -> Named | None:
        found = _MOODLE.fullmatch(name)
        if found is None:
            return None
        who, number = found["who"], found["number"] or ""
        return Named(
            f"{who}_{number}" if number else who,
            "moodle",
            file=found["file"] or "",
            typed=found["plugin"] != "file",
            who=who,
            number=number,
        )

    def _canvas(self, name: str) -> Named | None:
        nobody, cut = _CANVAS_NOBODY.fullmatch(name), self._canvas_cut(name)
        if cut is not None and (nobody is None or cut[1]["user"] in self._canvas_ids):
            who, found = cut
            number = found["user"]
        elif nobody is not None:
            found, who, number = nobody, f"anon_{nobody['user']}", ""
        else:
            return None
        return Named(
            f"{who}_{number}" if number else who,
            "canvas",
            attempt=found["late"] or "",
            order=("", int(found["attachment"] or 0)),
            file=found["file"] or name,
            typed=bool(found["typed"]),
            who=who,
            number=number,
            words=(f"canvas {number}", who) if number else (),
            said_late=bool(found["late"]),
        )

    def _canvas_cut(self, name: str) -> tuple[str, re.Match[str]] | None:
        """A name with underscores and numbers of its own can be cut in several places."""
        cuts = list(_canvas_cuts(name))
        if known := [cut for cut in cuts if cut[1]["user"] in self._canvas_ids]:
            return known[0]
        if not cuts or ("_" in cuts[0][0] and not self._all_canvas):
            return None
        if len(cuts) > 1 and _NUMBERED.fullmatch(cuts[0][0].rpartition("_")[2]):
            return cuts[1]
        return cuts[0]

    def _blackboard(self, name: str) -> Named | None:
        found = _BLACKBOARD.fullmatch(name)
        if found is None:
            return None
        login = self._blackboard_login(found["head"])
        moment = datetime.strptime(found["time"], "%Y-%m-%d-%H-%M-%S")
        return Named(
            login,
            "blackboard",
            attempt=found["time"],
            order=(found["time"], 0),
            file=found["file"] or name,
            typed=not found["file"],
            submitted=moment.replace(tzinfo=self.zone),
            who=login,
            words=(login,),
        )

    def _blackboard_login(self, head: str) -> str:
        logins = [s.login for s in self.roster.students if s.login]
        ends = [login for login in logins if head.lower().endswith(f"_{login.lower()}")]
        if ends:
            return max(ends, key=len)
        common = self._blackboard_head
        rest = head[len(common) :] if common and head.startswith(common) else ""
        return rest or head.rpartition("_")[2]

    def _brightspace(self, name: str) -> Named | None:
        found = _BRIGHTSPACE.fullmatch(name)
        if found is None:
            return None
        clock = re.sub(r" (\d{1,2})(\d{2})( ?[AP]M)?$", r" \1:\2\3", found["time"], flags=re.I)
        try:
            moment = moments.read(clock, self.zone)
        except ValueError:
            moment = None
        stamp = moment.astimezone(timezone.utc).isoformat() if moment else ""
        return Named(
            f"{found['who']}_{found['numbers']}",
            "brightspace",
            attempt=found["time"],
            order=(stamp, 0),
            file=found["file"] or "",
            submitted=moment,
            who=found["who"],
            number=found["numbers"],
            words=(found["who"],),
        )


def is_named_by_a_system(name: str) -> bool:
    """Whether a learning system has named this file or folder for sure."""
    return any(
        pattern.fullmatch(name) for pattern in (_MOODLE, _BLACKBOARD, _BRIGHTSPACE)
    ) or _is_canvas(name)


def is_description(name: str) -> bool:
    """Whether it is there for whoever grades."""
    return name.lower() in _DESCRIPTIONS


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


def _is_canvas(name: str) -> bool:
    return bool(_CANVAS_NOBODY.fullmatch(name)) or any(_canvas_cuts(name))


def _canvas_cuts(name: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Whose a file of Canvas's may be, and what follows; the shortest name first."""
    for mark in re.finditer("_", name):
        if mark.start() and (rest := _CANVAS.fullmatch(name, mark.end())):
            yield name[: mark.start()], rest


def _common(first: str, last: str) -> str:
    """What both begin with: of the least and the greatest, what all between them begin with."""
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


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
    return Named(
        identity,
        "gradescope",
        attempt=name,
        order=(stamp, 0),
        students=students,
        submitted=submitted,
        words=(name,),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _time(value: object) -> datetime | None:
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)

# SPDX-License-Identifier: MIT
"""Apply a submission's patch with patch(1), and read what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass

COMMAND = (
    "patch",
    "-p1",
    "--unified",  # never run what looks like a script for ed
    "--forward",  # a patch that is already applied is a patch that does not apply
    "--force",  # ask nothing
    "--no-backup-if-mismatch",
    "--reject-file=-",
    "--remove-empty-files",
)
"""Differences in offset are fine, and in two lines of context (``--fuzz``) are noted."""

LONGEST_LINE = 4200  # characters, a path and some words

_FILE = re.compile(r"patching file (?P<name>.+?)(?: \((?:renamed|copied) from (?P<old>.*)\))?$")
_FAILED = re.compile(r"Hunk #(?P<number>\d+) FAILED at (?P<line>\d+)")
_FUZZ = re.compile(r"Hunk #(?P<number>\d+) succeeded at (?P<line>\d+) with fuzz (?P<fuzz>\d+)")
_NO_FILE = re.compile(r"can't find file to patch at input line \d+")
_HEADER = re.compile(r"\|(?:---|\+\+\+) (?:[ab]/)?(?P<name>[^\t]+)")
_SKIPPED = re.compile(r"The next patch would (?P<what>\w+) the file (?P<name>.+),$")
_BROKEN = re.compile(r"patch: \*\*\*\* (?P<text>.*)|(?P<end>patch unexpectedly ends in .*)")
_FOLLOWS = {"create": "which is there already", "delete": "which is not there"}


@dataclass(frozen=True)
class PatchReport:
    """What patch(1) said: files, why hunks do not apply, and remarks on those that do."""

    files: tuple[str, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def read(output: str) -> PatchReport:
    """Read the output of :data:`COMMAND`."""
    files: list[str] = []
    problems: list[str] = []
    notes: list[str] = []
    name = ""
    looking = False  # for the name of a file that was not found, in the header shown after it
    for line in (whole[:LONGEST_LINE] for whole in output.splitlines()):
        if match := _FILE.match(line):
            name = match["name"].strip("'")
            files.append(name)
            if match["old"]:
                files.append(match["old"].strip("'"))
        elif match := _FAILED.match(line):
            problems.append(f"{name}: hunk {match['number']}, at line {match['line']}")
        elif match := _FUZZ.match(line):
            notes.append(
                f"hunk {match['number']} of {name} was applied at line {match['line']} although "
                "the lines around it differ from the patch's"
            )
        elif _NO_FILE.match(line):
            looking = True
        elif looking and (match := _HEADER.match(line)) and match["name"] != "/dev/null":
            problems.append(f"{match['name']}: there is no such file in this kernel")
            looking = False
        elif match := _SKIPPED.match(line):
            what = match["what"]
            problems.append(f"{match['name']}: to {what}, {_FOLLOWS.get(what, 'impossible')}")
        elif match := _BROKEN.match(line):
            problems.append((match["text"] or match["end"]).strip())
        elif line.startswith("(Stripping trailing CRs"):
            notes.append("the patch has CRLF line ends, which were taken for plain ones")
    return PatchReport(*(tuple(dict.fromkeys(found)) for found in (files, problems, notes)))

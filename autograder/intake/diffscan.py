# SPDX-License-Identifier: MIT
"""Reading a patch the way GNU patch(1) will read it.

patch(1) takes file names from more lines than a parser of unified diffs looks at, and from
lines that are indented: what it does was read in its pch.c and util.c (2.7).  The scan
finds every name that it could act on, and cuts out the hunks; what it finds beyond what
unified diffs and git need is refused, so that nothing is read in two ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from autograder.intake.names import shown
from autograder.intake.problem import Refusal, Refused

_MARKS = ("", " ", "-", "+", "\\")  # a blank alone on its line may have been lost
_BLANKS = " \t\v\f\r\n"
# patch(1) skips these before it looks for a keyword.
_INDENT = r"^[ \tX]*"
_HUNK = re.compile(r"^@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@")
_HUNK_LIKE = re.compile(_INDENT + r"@@ -")
_NAMED = re.compile(_INDENT + r"(?:\*\*\* |\+\+\+ |(?:- )*--- )(.*)")
_INDEX = re.compile(_INDENT + r"Index:(.*)")
_GIT = re.compile(_INDENT + r"diff --git (.*)")
_GIT_PATH = re.compile(_INDENT + r"(?:rename|copy) (?:from|to) (.*)")
_GIT_MODE = re.compile(
    _INDENT + r"(old mode|new mode|new file mode|deleted file mode|index)(?= )(.*)"
)
_GIT_BINARY = re.compile(_INDENT + r"GIT binary patch")
_BINARY = re.compile(r"^Binary files? (.*?) (?:and (.*?) )?differ$")
_ED = re.compile(_INDENT + r"[0-9]+(?:,[0-9]+)?(?:[acdi]|s/\.//)[ \t]*$")
_NORMAL = re.compile(_INDENT + r"[0-9][0-9,]*[acd][0-9,]+[ \t]*$")
_STARS = re.compile(_INDENT + r"\*{8}")
_OLD_SIDE = re.compile(_INDENT + r"\*\*\* ")
_ONLY_IN = re.compile(r"^Only in (.+?): (.+)$")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)")
_ESCAPES = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"', strict=True))
_BLANK_RUN = re.compile(f"[{_BLANKS}]+")
_REGULAR = ("100644", "100755")  # sources from a Windows disk come as executable
_SCRIPT = re.compile(r"\.(sh|pl|py|awk|sed)$")
LONGEST_OUTSIDE = 4096  # characters: the expressions above take much longer for long lines
SHORTEST_WRAPPED = 50  # columns of a line that may have been wrapped
UNIFIED = "Take the patch with 'diff -ruN' or 'git diff'"


@dataclass(frozen=True)
class NamedPath:
    """A path as it stands in the patch; ``prefixed`` where -p1 takes off a component."""

    text: str
    line: int
    prefixed: bool = True


@dataclass(frozen=True)
class Section:
    """The hunks of one file: their lines, and the number of the first (from 1)."""

    name: str
    first: int
    lines: list[str]


@dataclass
class Scan:
    """What stands in a patch."""

    paths: list[NamedPath] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    only_in: list[str] = field(default_factory=list)


def scan(lines: list[str]) -> Scan:
    """Read ``lines``, which come without their newlines.

    :raises Refused: for whatever is neither a unified diff nor git's additions to it
    """
    return _Scanner(lines).run()


class _Scanner:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        self.in_git = False
        self.stars = False
        self.found = Scan()

    @property
    def number(self) -> int:
        """The number of the current line, from 1."""
        return self.at + 1

    def run(self) -> Scan:
        while self.at < len(self.lines):
            if self._is_header():
                self._section()
            else:
                self._outside(self.lines[self.at])
                self.at += 1
        return self.found

    def _peek(self, ahead: int) -> str:
        return self.lines[self.at + ahead] if self.at + ahead < len(self.lines) else ""

    def _is_header(self) -> bool:
        return self._peek(0).startswith("--- ") and self._peek(1).startswith("+++ ")

    def _malformed(self, message: str) -> Refused:
        return Refused(Refusal.PATCH_MALFORMED, f"kernel.patch, line {self.number}: {message}")

    # A file's header and its hunks.

    def _section(self) -> None:
        names = []
        for _ in range(2):
            line = self.lines[self.at]
            name = self._fetch_name(line[4:], "\t")
            names.append(name)
            self.found.paths.append(NamedPath(name, self.number))
            self.at += 1
        old, new = names
        name = new if new != "/dev/null" else old
        if self._peek(0).startswith("@@@ "):
            raise Refused(
                Refusal.PATCH_NOT_UNIFIED,
                f"kernel.patch, line {self.number}, is of the combined diff of a merge. Take"
                " 'git diff' between the pristine source and your last commit.",
            )
        if not self._peek(0).startswith("@@ -"):
            raise self._malformed(f"the header of {shown(name)} is not followed by a hunk ('@@').")
        first = self.at
        count = 0
        while self._peek(0).startswith("@@ -"):
            count += 1
            self._hunk(f"hunk {count} of {shown(name)}")
        self.found.sections.append(Section(name, first + 1, self.lines[first : self.at]))
        self.in_git = False
        self.stars = False

    def _hunk(self, hunk: str) -> None:
        """Step over one hunk, counting its lines as its header announces them."""
        header = self.lines[self.at]
        match = _HUNK.match(header)
        if match is None:
            raise self._malformed(f"the header of {hunk} is damaged: {shown(header)}.")
        start = self.number
        old, new = (int(match[group] or "1") for group in (2, 4))
        if not old and not new:
            raise self._malformed(f"{hunk} announces no line.")
        self.at += 1
        while old or new:
            if self.at >= len(self.lines):
                raise self._malformed(
                    f"the patch ends in the middle of {hunk}, which begins in line {start}:"
                    f" {old} more old and {new} more new lines are announced. It is cut short."
                )
            mark = self.lines[self.at][:1]
            if mark not in _MARKS:
                raise self._malformed(
                    f"{hunk}, which begins in line {start}, is damaged: a line in a hunk begins"
                    f" with a blank, '-' or '+'. {self._how_damaged()}"
                )
            old -= mark in ("", " ", "-")
            new -= mark in ("", " ", "+")
            if old < 0 or new < 0:
                raise self._malformed(f"{hunk} has other lines than line {start} announces.")
            self.at += 1
        while self._peek(0).startswith("\\"):
            self.at += 1
        after = self._peek(0)
        if (after.startswith("+") and not after.startswith("+++ ")) or (
            after.startswith("-") and not after.startswith("--")
        ):
            raise self._malformed(f"{hunk} has more lines than line {start} announces.")

    def _how_damaged(self) -> str:
        before = self.lines[self.at - 1]
        if self._peek(1)[:1] not in _MARKS:  # the next line has lost it too
            return (
                "Blanks at the beginnings of its lines were lost, as in a listing or a web page."
                " Hand in the file that git or diff has written, not its text."
            )
        if len(before.expandtabs()) >= SHORTEST_WRAPPED:
            return (
                f"This one looks like the end of line {self.number - 1}, which was wrapped or cut"
                " by an editor or a mail program. Hand in the file that 'git diff"
                " --output=kernel.patch' writes, not its text from a mail or a terminal."
            )
        return (
            "Was the patch wrapped or cut on its way? Hand in the file that git or diff has"
            " written, not its text from a mail or a terminal."
        )

    # Everything else.

    def _outside(self, line: str) -> None:
        """One line outside all hunks, in the order in which patch(1) tries its keywords."""
        if len(line) > LONGEST_OUTSIDE:
            raise self._malformed(
                f"a line outside all hunks has more than {LONGEST_OUTSIDE} characters."
            )
        if _HUNK_LIKE.match(line):
            if line.startswith("@"):
                raise self._malformed(
                    "this hunk does not follow the '---' and '+++' lines of a file."
                )
            raise self._malformed(
                "patch(1) would apply this indented diff too. Leave it out of the description."
            )
        self._refuse_other_formats(line)
        self._names(line)
        if self.in_git:
            self._git_headers(line)

    def _refuse_other_formats(self, line: str) -> None:
        if _OLD_SIDE.match(line) and self.stars:
            raise Refused(
                Refusal.PATCH_NOT_UNIFIED,
                f"kernel.patch, line {self.number}, is a context diff. {UNIFIED}.",
            )
        self.stars = self.stars or _STARS.match(line) is not None
        # With an ed script patch(1) would run the editor.
        if _ED.match(line) or _NORMAL.match(line):
            raise Refused(
                Refusal.PATCH_NOT_UNIFIED,
                f"kernel.patch, line {self.number}, {shown(line)}, is of a plain diff or an ed"
                f" script. {UNIFIED}.",
            )

    def _names(self, line: str) -> None:
        if match := _GIT.match(line):
            self.in_git = True
            for name in self._git_names(match[1]):
                self._add(name)
        elif match := _NAMED.match(line):
            self._add(self._fetch_name(match[1], "\t"))
        elif match := _INDEX.match(line):
            self._add(self._fetch_name(match[1], ""))
        elif match := _BINARY.match(line):
            names = [name for name in match.groups() if name]
            for name in names:
                self._add(name)
            raise Refused(
                Refusal.PATCH_BINARY,
                f"kernel.patch, line {self.number}: {shown(names[-1])} is a binary file. Take the"
                " diff between clean trees ('make mrproper'), of source files only.",
            )
        elif match := _ONLY_IN.match(line):
            self.found.only_in.append(f"{match[1]}/{match[2]}")

    def _add(self, name: str) -> None:
        # A lone '--- word' in prose: patch(1) ignores a name without a slash.
        if "/" in name:
            self.found.paths.append(NamedPath(name, self.number))

    def _git_headers(self, line: str) -> None:
        if match := _GIT_PATH.match(line):
            text = self._unquote(match[1])[0] if match[1].startswith('"') else match[1]
            self.found.paths.append(NamedPath(text, self.number, prefixed=False))
        elif match := _GIT_MODE.match(line):
            self._mode(match[1], _words(match[2])[-1])
        elif _GIT_BINARY.match(line):
            raise Refused(
                Refusal.PATCH_BINARY,
                f"kernel.patch, line {self.number}: {self._latest()} is a binary file; only text"
                " may be changed.",
            )

    def _mode(self, keyword: str, mode: str) -> None:
        if keyword == "index" and not re.fullmatch(r"[0-7]{6}", mode):
            return  # 'index 1234567..89abcde' without a mode
        if mode.startswith("12"):
            raise Refused(
                Refusal.PATCH_SYMLINK,
                f"kernel.patch, line {self.number}: {self._latest()} is a symbolic link; only"
                " plain files may be added and changed.",
            )
        script = bool(self.found.paths) and bool(_SCRIPT.search(self.found.paths[-1].text))
        if keyword in ("old mode", "new mode") and script:
            raise Refused(
                Refusal.PATCH_MODE,
                f"kernel.patch, line {self.number}: the mode of {self._latest()} is changed"
                f" ({shown(mode)}). Take the patch with 'git -c core.fileMode=false diff'.",
            )
        if mode not in _REGULAR:
            raise Refused(
                Refusal.PATCH_MODE,
                f"kernel.patch, line {self.number}: {self._latest()} has the mode {shown(mode)};"
                f" a source file has {_REGULAR[0]}. Mend it with 'chmod 644', and diff again.",
            )

    def _latest(self) -> str:
        return shown(self.found.paths[-1].text) if self.found.paths else "a file"

    # Names.

    def _fetch_name(self, text: str, separator: str) -> str:
        """The name in ``text``: up to the tab where there is one, else to the first blank.

        With an empty ``separator`` (Index:) blanks belong to the name.
        """
        text = text.lstrip(_BLANKS)
        if text.startswith('"'):
            return self._unquote(text)[0]
        if not separator:
            return text.rstrip(_BLANKS)
        if separator in text:
            return text.partition(separator)[0].rstrip(_BLANKS)
        return _words(text)[0] if text else ""

    def _git_names(self, text: str) -> list[str]:
        """Both names of 'diff --git'; git does not quote blanks, so they may be ambiguous."""
        if '"' in text:
            names = []
            while text := text.lstrip(_BLANKS):
                if text.startswith('"'):
                    name, text = self._unquote(text)
                else:
                    name = _words(text)[0]
                    text = text[len(name) :]
                names.append(name)
            return names
        words = _words(text)
        if len(words) == 2:
            return words
        # 'a/NAME b/NAME', where NAME has blanks in it: both halves agree after the prefix.
        half = len(text) // 2
        old, new = text[:half], text[half + 1 :]
        if old.partition("/")[2] == new.partition("/")[2]:
            return [old, new]
        return []  # patch(1) takes no name from such a line either

    def _unquote(self, text: str) -> tuple[str, str]:
        """Read a name in double quotes with C's escapes, and give what follows it too."""
        match = _QUOTED.match(text)
        if match is None:
            raise self._malformed("the quotes around a file name are not closed.")
        raw = match[1].encode("utf-8", "surrogateescape")
        return (
            _ESCAPE.sub(self._unescape, raw).decode("utf-8", "surrogateescape"),
            text[match.end() :],
        )

    def _unescape(self, match: re.Match[bytes]) -> bytes:
        if len(match[1]) == 3:
            return bytes([int(match[1], 8)])
        if match[1][0] not in _ESCAPES:
            raise self._malformed("a quoted file name has an unknown escape in it.")
        return bytes([_ESCAPES[match[1][0]]])


def _words(text: str) -> list[str]:
    """``text`` at its ASCII blanks, as C sees it; at least one word, be it empty."""
    return _BLANK_RUN.split(text.strip(_BLANKS))

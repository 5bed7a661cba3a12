# SPDX-License-Identifier: MIT
"""All the mutations of a correct solution: of each line that it adds, one small change."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from universalmutator import mutator

RULES = ["universal", "c_like", "c", str(Path(__file__).parent / "kernel.rules")]

KINDS: Sequence[tuple[str, str]] = (
    (r"kernel\.rules", "kernel"),
    (r"/\*\\2\*/", "statement dropped"),
    (r"break;|continue;", "loop left or gone on with"),
    (r"^if|^while|^else|\|\||&&|^! ", "condition"),
    (r"[!=<>]= ==>|[<>]\)? ==>", "comparison"),
    (r"\\d\+", "number"),
    (r"\[&\]|\[\|\]", "bits"),
    (r"^min|^max|^begin|^end", "minimum and maximum"),
    (r'^"', "text"),
    (r"==>  \\1\\3,\\2\\4", "arguments swapped"),
)
"""The kind of a rule of universalmutator by its text; ``arithmetic`` is the rest."""

ORDER, LABEL = "order of two lines", "another label"

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_EMPTY = re.compile(r"[\s{}();]*(?:else\s*\{?)?\s*")
_PASSED_OVER = re.compile(r"\s*(?:#|MODULE_|EXPORT_SYMBOL|static const struct option)")
_STATEMENT = re.compile(r"(\s+)(?!return\b|goto\b|case\b|default\b|break\b|continue\b)\S.*;\s*")
_GOTO = re.compile(r"\bgoto (\w+);")
_TARGET = re.compile(r"(\w+):\s*")


@dataclass(frozen=True)
class Mutation:
    """One small change in one file of a correct solution."""

    solution: str  # its folder's name
    file: str  # in the kernel's tree, or tools/NAME
    line: int  # the first that changes, from 1
    kind: str
    old: tuple[str, ...]
    new: tuple[str, ...]

    def diff(self, source: Sequence[str]) -> str:
        """The change as a unified diff on ``source``, the file's lines with their ends."""
        start = self.line - 1
        new = "".join(self.new).splitlines(keepends=True)
        changed = [*source[:start], *new, *source[start + len(self.old) :]]
        names = (f"a/{self.file}", f"b/{self.file}")
        return "".join(difflib.unified_diff(source, changed, *names))

    def key(self, source: Sequence[str]) -> str:
        """What stays while other parts of the file change: a hash of the diff's own lines."""
        body = [row for row in self.diff(source).splitlines() if not row.startswith("@@")]
        return hashlib.sha256("\n".join([self.solution, *body]).encode()).hexdigest()[:12]


def mutations(
    solution: str, file: str, source: Sequence[str], added: frozenset[int]
) -> list[Mutation]:
    """Every mutation of the lines ``added`` of one file, in their order."""
    code = without_comments(source)
    lines = [number for number in sorted(added) if has_code(code, number)]
    found = [
        Mutation(solution, file, number, kind, (source[number - 1],), (new,))
        for number in lines
        for kind, new in _by_rules(code[number - 1].rstrip() + "\n")
    ]
    found += [
        Mutation(solution, file, number, ORDER, pair, (pair[1], pair[0]))
        for number in lines
        if number + 1 in added and (pair := _pair(code, source, number))
    ]
    found += [
        Mutation(solution, file, number, LABEL, (source[number - 1],), (new,))
        for number in lines
        for new in _other_labels(code, source, number)
    ]
    return found


def without_comments(source: Sequence[str]) -> list[str]:
    """The lines with blanks where comments are."""
    text = _COMMENT.sub(lambda match: re.sub(r"\S", " ", match[0]), "".join(source))
    return text.splitlines(keepends=True)


def has_code(code: Sequence[str], number: int) -> bool:
    """Whether a line, its comments taken out, has anything that can be wrong."""
    line = code[number - 1]
    return not (_EMPTY.fullmatch(line) or _PASSED_OVER.match(line))


def kind_of(rule: str, source: str) -> str:
    """The kind of a rule, which is from the file ``source``."""
    text = f"kernel.rules {rule}" if "kernel.rules" in source else rule
    return next((name for pattern, name in KINDS if re.search(pattern, text)), "arithmetic")


def _by_rules(line: str) -> Iterator[tuple[str, str]]:
    with contextlib.redirect_stdout(io.StringIO()):  # it tells which rules it uses
        made = mutator.mutants_regexp([line], ruleFiles=RULES, ignorePatterns=[])
    for _, new, (rule, origin), _ in made:
        yield kind_of(rule, origin), new


def _pair(code: Sequence[str], source: Sequence[str], number: int) -> tuple[str, str] | None:
    """A line and the next, where both are statements of the same depth."""
    if number >= len(source):
        return None
    first, second = code[number - 1], code[number]
    one, other = _STATEMENT.fullmatch(first), _STATEMENT.fullmatch(second)
    if not (one and other and one[1] == other[1]) or first == second:
        return None
    return source[number - 1], source[number]


def _other_labels(code: Sequence[str], source: Sequence[str], number: int) -> Iterator[str]:
    """The line with its goto to each other label of the same function."""
    match = _GOTO.search(code[number - 1])
    if not match:
        return
    first = next((n for n in range(number, 0, -1) if code[n - 1].startswith("{")), number)
    last = next((n for n in range(number, len(code) + 1) if code[n - 1].startswith("}")), number)
    labels = (_TARGET.fullmatch(code[n - 1]) for n in range(first, last))
    for label in sorted({found[1] for found in labels if found} - {match[1], "default"}):
        yield source[number - 1].replace(match[0], f"goto {label};")


def of_files(
    solution: str, sources: Mapping[str, Sequence[str]], added: Mapping[str, frozenset[int]]
) -> list[Mutation]:
    """Every mutation of a solution, by file and line."""
    return [
        mutation
        for file in sorted(sources)
        for mutation in mutations(solution, file, sources[file], added[file])
    ]

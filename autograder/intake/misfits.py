# SPDX-License-Identifier: MIT
"""Why a patch that can be read does not apply to the pristine source.

patch(1) says which hunks fail.  Here they are tried again, on text, and what would make them
fit names the mistake: the other direction, other white space, another order.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from autograder.assignment import current
from autograder.intake.names import shown
from autograder.intake.problem import Refused
from autograder.intake.symptoms import AGAIN, Diagnosis, made_by_git
from autograder.intake.trial import Hunk, Pristine, Tree, framed, hunks_of

MOST_HUNKS = 2000  # looked at, and
MOST_FAILING = 20  # compared in all ways
IN_ORDER = "'git format-patch --stdout COMMIT > kernel.patch' (COMMIT: the untouched source)"
BY_DIFF = "'diff -ruN linux.orig linux > kernel.patch' (the untouched source first)"
SHOWN = 60  # characters of a line

_COMMIT = re.compile(r"commit [0-9a-f]{7,40}\b")
_SUBJECT = re.compile(r"Subject: .*\[PATCH[^\]]*? (\d+)/(\d+)\]")
_INTERDIFF = re.compile(r"diff -u b/\S+ b/|only in patch\d:$|(?:unchanged|reverted):$")
_TYPOGRAPHIC = str.maketrans(
    {"\u00a0": " ", "\u2013": "-", "\u2014": "-", "\u2026": "..."}
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2018\u2019\u201a", "'")
)


def explain(patch: bytes, pristine: Pristine, version: str) -> Diagnosis | None:
    """Why ``patch`` does not apply to Linux ``version``; None where nothing is recognised."""
    lines = patch.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")
    try:
        hunks = list(hunks_of(lines))[:MOST_HUNKS]
    except Refused:
        return None
    tree = Tree(pristine)
    failing = [hunk for hunk in hunks if not tree.apply(hunk)]
    if not failing:
        return None
    git = made_by_git(lines)
    for diagnosis in (
        _twice(hunks, failing, git),
        _reversed(failing, hunks, pristine, git),
        _order(lines, hunks, failing, tree, pristine),
        _interdiff(lines),
        _white_space(failing[:MOST_FAILING], pristine, git),
        _part_of_series(lines),
        _elsewhere(failing, pristine, version),
        _other_source(failing, pristine, version, git),
    ):
        if diagnosis is not None:
            return diagnosis
    return None


def _remade(git: bool) -> str:
    """The command that makes a right patch, with the tool that the student has used."""
    return f"Make it again with {AGAIN if git else BY_DIFF}."


def _twice(hunks: Sequence[Hunk], failing: Sequence[Hunk], git: bool) -> Diagnosis | None:
    first: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Hunk] = {}
    failed = set(failing)
    for hunk in hunks:
        key = (hunk.file, hunk.old, hunk.new)
        earlier = first.setdefault(key, hunk)
        if hunk in failed and earlier is not hunk and earlier not in failed:
            return Diagnosis(
                f"It makes the same change to {hunk.file} twice (lines {earlier.at} and"
                f" {hunk.at} of kernel.patch), as when two patches are joined.",
                _remade(git),
            )
    return None


def _reversed(
    failing: Sequence[Hunk], hunks: Sequence[Hunk], pristine: Pristine, git: bool
) -> Diagnosis | None:
    """Each hunk fits the other way round, and none as it is."""
    tree = Tree(pristine)
    evidence = 0
    for hunk in failing:
        text = tree.text(hunk.file)
        if text is None:
            if hunk.new:
                return None  # it is no new file of the student's that would be deleted
        elif not hunk.old or not tree.has(hunk.file, hunk.old):
            if not hunk.new or not tree.has(hunk.file, hunk.new):
                return None
            evidence += 1
    if not evidence or len(failing) * 2 < len(hunks):
        return None
    remedy = (
        f"Give the untouched source first, and no '-R': {AGAIN}."
        if git
        else f"Give the untouched source first: {BY_DIFF}."
    )
    return Diagnosis(
        "It is reversed: it removes what you added.",
        remedy,
    )


def _order(
    lines: Sequence[str],
    hunks: Sequence[Hunk],
    failing: Sequence[Hunk],
    tree: Tree,
    pristine: Pristine,
) -> Diagnosis | None:
    """All hunks apply in another order."""
    left = list(failing)
    while left:
        still = [hunk for hunk in left if not tree.apply(hunk)]
        if len(still) == len(left):
            break
        left = still
    backwards = Tree(pristine)
    if left and not all(map(backwards.apply, _by_section(hunks))):
        return None
    late = failing[0]
    if any(map(_COMMIT.match, lines)):
        return Diagnosis(
            "It is the output of 'git log -p', with the newest commit first: line"
            f" {late.at} of kernel.patch builds on a later one.",
            f"Use {AGAIN}.",
        )
    return Diagnosis(
        f"Its parts are in the wrong order: the change to {late.where} builds on a later one.",
        f"Join a series as it is numbered: {IN_ORDER}.",
    )


def _by_section(hunks: Sequence[Hunk]) -> list[Hunk]:
    """The hunks with the order of the sections turned round, that of each section's kept."""
    groups: list[list[Hunk]] = []
    for hunk in hunks:
        if groups and groups[-1][-1].file == hunk.file and groups[-1][-1].start < hunk.start:
            groups[-1].append(hunk)
        else:
            groups.append([hunk])
    return [hunk for group in reversed(groups) for hunk in group]


def _interdiff(lines: Sequence[str]) -> Diagnosis | None:
    if not any(map(_INTERDIFF.match, lines)):
        return None
    return Diagnosis(
        "It is the difference between two versions of your own work (an interdiff).",
        f"Use {AGAIN}.",
    )


def _expanded(line: str) -> str:
    return " ".join(line.split())


_CHANGES: tuple[tuple[Callable[[str], str], str], ...] = (
    (str.rstrip, "Blanks at the ends of its lines were lost or added"),
    (_expanded, ""),
    (lambda line: "".join(line.split()), "Its white space was changed"),
    (
        lambda line: "".join(line.translate(_TYPOGRAPHIC).split()),
        "A word processor or a web page made typographic quotes, dashes or blanks of plain ones",
    ),
    (
        lambda line: "".join(html.unescape(line).translate(_TYPOGRAPHIC).split()),
        "A web page made '&lt;', '&gt;' or '&amp;' of plain characters",
    ),
    (
        lambda line: re.sub(r"[^!->@-~]+", "", line),
        "Characters that are not ASCII were changed, as when a text is saved in another encoding",
    ),
)
"""Ways to look at lines that make both sides the same, and what has happened then."""


def _white_space(failing: Sequence[Hunk], pristine: Pristine, git: bool) -> Diagnosis | None:
    """Hunks that fit if only white space, or what else a text loses on its way, is passed over."""
    tree = Tree(pristine)
    with_file = [hunk for hunk in failing if hunk.old and tree.text(hunk.file) is not None]
    if not with_file:
        return None
    for change, words in _CHANGES:
        texts = {hunk.file: _looked_at(tree.text(hunk.file) or "", change) for hunk in with_file}
        places = [
            texts[hunk.file].find(framed([change(line) for line in hunk.old])) for hunk in with_file
        ]
        fitting = [(hunk, at) for hunk, at in zip(with_file, places, strict=True) if at >= 0]
        if not fitting or len(fitting) * 2 < len(with_file):
            continue
        hunk, at = fitting[0]
        if not any(map(str.strip, hunk.old)):
            continue
        number = texts[hunk.file].count("\n", 0, at) + 1
        there = (tree.text(hunk.file) or "").split("\n")[number : number + len(hunk.old)]
        return Diagnosis(
            f"{words or _blanks(hunk.old, there)}: see line {hunk.at} of kernel.patch.",
            f"{_remade(git)[:-1]}, without '-w' or '-b'; do not copy it from a terminal, a web page"
            " or a mail.",
        )
    return None


def _looked_at(text: str, change: Callable[[str], str]) -> str:
    return "\n".join(map(change, text.split("\n")))


def _blanks(patch: Sequence[str], source: Sequence[str]) -> str:
    """What has happened to the white space inside of lines."""
    if sum(line.count("\t") for line in patch) < sum(line.count("\t") for line in source):
        return "Its tabs became blanks"
    if sum(line.count("\t") for line in patch) > sum(line.count("\t") for line in source):
        return "Its blanks became tabs"
    return "Its white space was changed"


def _part_of_series(lines: Sequence[str]) -> Diagnosis | None:
    numbers = {(int(match[1]), int(match[2])) for line in lines if (match := _SUBJECT.match(line))}
    if not numbers:
        return None
    there = {number for number, _ in numbers}
    missing = sorted(set(range(1, min(max(of for _, of in numbers), 99) + 1)) - there)
    if not missing:
        return None
    return Diagnosis(
        f"Part {missing[0]} of {max(of for _, of in numbers)} of your series is missing in it.",
        f"Write all of it into one file: {IN_ORDER}.",
    )


def _elsewhere(failing: Sequence[Hunk], pristine: Pristine, version: str) -> Diagnosis | None:
    """Files that are not there, but below another path."""
    for hunk in failing:
        if not hunk.old or pristine(hunk.file) is not None:
            continue
        parts = hunk.file.split("/")
        for number in range(1, len(parts)):
            inner = "/".join(parts[number:])
            if pristine(inner) is not None:
                return Diagnosis(
                    f"It names {shown(hunk.file)}, which is {shown(inner)} in Linux {version}: its"
                    " paths begin above the kernel's source.",
                    "In the top folder of the kernel, use 'git diff --relative COMMIT"
                    " --output=kernel.patch'.",
                )
        for folder in current().folders:
            if pristine(f"{folder}/{hunk.file}") is not None:
                return Diagnosis(
                    f"It names {shown(hunk.file)}, which is {shown(f'{folder}/{hunk.file}')}: its"
                    f" paths begin inside of {folder}/.",
                    f"In the top folder of the kernel, use {AGAIN}.",
                )
    return None


def _other_source(
    failing: Sequence[Hunk], pristine: Pristine, version: str, git: bool
) -> Diagnosis | None:
    """The first line that a hunk expects and the source does not have."""
    for hunk in failing:
        text = pristine(hunk.file)
        if text is None:
            continue
        there = set(text.split("\n"))
        line = next((line for line in hunk.old if line.strip() and line not in there), None)
        if line is not None:
            return Diagnosis(
                f"It expects the line {shown(line.strip()[:SHOWN])} in {hunk.where}, which Linux"
                f" {version} does not have: it was made against another kernel, or against your own"
                " earlier work.",
                _remade(git),
            )
    return None

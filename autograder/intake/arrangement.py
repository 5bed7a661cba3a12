# SPDX-License-Identifier: MIT
"""Find the submission in what was handed in: below enclosing folders, in an archive inside,
in a patch alone; and leave out what is wrong with the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from autograder.intake.members import Contents, Placed
from autograder.intake.names import listed, shown
from autograder.intake.problem import Refusal, Refused

PATCH_NAME = "kernel.patch"
TOOLS_NAME = "tools"
# Folders that belong to a submission: a lone one is not taken for the enclosing folder.
OWN_FOLDERS = (TOOLS_NAME, "kernel")
LONE_PATCH = (".patch", ".diff", ".patch.txt", ".diff.txt")

_ARCHIVE = re.compile(r"\.(zip|tar|tar\.gz|tgz|tar\.xz)$", re.I)
_TOOLS_ARCHIVE = re.compile(r"tools\.(zip|tar|tar\.gz|tgz|tar\.xz)$", re.I)
_ANSWERS = re.compile(r"answers?\b", re.I)
_DEEPEST = 3  # archives, one in another
_EXPLAINED = 3  # members whose faults are told in a note

Opener = Callable[[Placed], Contents]
"""Reads an archive that is a member of another."""


@dataclass
class Arranged:
    """The members of the submission itself, and remarks about how it was found."""

    entries: list[Placed]
    notes: list[str] = field(default_factory=list)


def arranged(contents: Contents, opened: Opener) -> Arranged:
    """Find the submission in ``contents``.

    :raises Refused: where there is nothing, more than one, or a problem in what matters
    """
    found = _found(contents, opened, _DEEPEST)
    _check_single(found.entries)
    _with_tools(found, opened)
    _take_lone_patch(found)
    return _without_problems(found)


def matters(entry: Placed) -> bool:
    """Whether a submission is made of members such as this."""
    first = entry.parts[0]
    own = first == PATCH_NAME or first in OWN_FOLDERS
    return own or (len(entry.parts) == 1 and _ANSWERS.match(first) is not None)


def is_patch(entry: Placed) -> bool:
    """Whether this is a file called kernel.patch, in whichever folder."""
    return entry.parts[-1] == PATCH_NAME and not entry.member.folder


def _found(contents: Contents, opened: Opener, deeper: int) -> Arranged:
    entries = _stepped_in(contents.entries)
    notes = _litter_note(contents.litter)
    sound = [entry for entry in entries if entry.problem is None and not entry.member.folder]
    if any(is_patch(entry) or entry.parts[0] in OWN_FOLDERS for entry in sound):
        return Arranged(entries, notes)
    archives = [e for e in sound if len(e.parts) == 1 and _ARCHIVE.search(e.parts[0])]
    if len(sound) > 1:  # else it may have been called so, whatever is in it
        archives = [entry for entry in archives if not _TOOLS_ARCHIVE.match(entry.parts[0])]
    if len(archives) != 1 or not deeper:
        return Arranged(entries, notes)
    (archive,) = archives
    inner = _found(opened(archive), opened, deeper - 1)
    beside = [entry for entry in entries if entry is not archive]
    notes.append(f"The submission was taken out of {shown(archive.name)}, an archive inside it.")
    return Arranged(_joined(inner.entries, beside), [*notes, *inner.notes])


def _stepped_in(entries: list[Placed]) -> list[Placed]:
    """``entries`` without the folders that enclose the submission."""
    while True:
        sound = [entry for entry in entries if entry.problem is None]
        tops = {entry.parts[0] for entry in sound}
        inside = {entry.parts[1] for entry in sound if len(entry.parts) > 1}
        files = any(len(entry.parts) == 1 and not entry.member.folder for entry in sound)
        own = not tops.isdisjoint(OWN_FOLDERS) and inside.isdisjoint({PATCH_NAME, *OWN_FOLDERS})
        if len(tops) != 1 or files or own:
            break
        (top,) = tops
        entries = [
            replace(entry, parts=entry.parts[1:]) if entry.parts[0] == top else entry
            for entry in entries
            if entry.parts != (top,) or entry.problem is not None
        ]
    return _beside_lifted(entries)


def _beside_lifted(entries: list[Placed]) -> list[Placed]:
    """Where files lie beside the only folder with a kernel.patch, its contents come up to them."""
    if any(is_patch(entry) or entry.parts[0] in OWN_FOLDERS for entry in _tops(entries)):
        return entries
    homes = {entry.parts[:-1] for entry in entries if is_patch(entry)}
    if len(homes) != 1:
        return entries
    (home,) = homes
    depth = len(home)
    lifted = [
        replace(entry, parts=entry.parts[depth:])
        for entry in entries
        if entry.parts[:depth] == home and len(entry.parts) > depth
    ]
    others = [entry for entry in entries if entry.parts[:depth] != home[: len(entry.parts)]]
    return _joined(lifted, others)


def _tops(entries: list[Placed]) -> list[Placed]:
    return [entry for entry in entries if len(entry.parts) == 1 or entry.parts[0] in OWN_FOLDERS]


def _joined(first: list[Placed], others: list[Placed]) -> list[Placed]:
    """``first``, and those ``others`` that are in no place which it needs."""
    taken = {entry.parts[0] for entry in first} | {PATCH_NAME, *OWN_FOLDERS}
    return first + [entry for entry in others if entry.parts[0] not in taken]


def _check_single(entries: list[Placed]) -> None:
    folders = sorted("/".join(entry.parts[:-1]) for entry in entries if is_patch(entry))
    if "" not in folders and len(folders) > 1:
        raise Refused(
            Refusal.ARCHIVE_TWO_SUBMISSIONS,
            f"There are {len(folders)} submissions in one: {listed(folders)} each have a"
            f" {PATCH_NAME}. Hand in one of them.",
        )


def _with_tools(found: Arranged, opened: Opener) -> None:
    """Unpack tools.zip where it stands in the place of the folder tools/."""
    if any(entry.parts[0] == TOOLS_NAME for entry in found.entries):
        return
    packed = [
        entry
        for entry in found.entries
        if len(entry.parts) == 1 and _TOOLS_ARCHIVE.match(entry.parts[0]) and not entry.problem
    ]
    if len(packed) != 1:
        return
    (archive,) = packed
    contents = opened(archive)
    inner = contents.entries
    sound = [entry for entry in inner if entry.problem is None]
    if sound and all(entry.parts[0] == TOOLS_NAME for entry in sound):
        inner = [
            replace(entry, parts=entry.parts[1:])
            for entry in inner
            if entry.parts[0] == TOOLS_NAME and len(entry.parts) > 1
        ]
    inside = [replace(entry, parts=(TOOLS_NAME, *entry.parts)) for entry in inner]
    found.entries = [entry for entry in found.entries if entry is not archive] + inside
    found.notes += _litter_note(contents.litter)
    found.notes.append(
        f"{shown(archive.name)} was unpacked in the place of the folder '{TOOLS_NAME}'. Next time"
        " hand in the folder itself."
    )


def _take_lone_patch(found: Arranged) -> None:
    """Where the only file is a patch of another name, it is the submission's."""
    files = [entry for entry in found.entries if not entry.member.folder]
    if len(files) != 1 or files[0].problem or is_patch(files[0]):
        return
    name = files[0].name
    if name.lower().endswith(LONE_PATCH):
        found.entries = [replace(files[0], parts=(PATCH_NAME,))]
        found.notes.append(lone_patch_note(name))


def lone_patch_note(name: str) -> str:
    """That a file was taken for the whole submission."""
    return f"{shown(name)}, the only file that was handed in, was taken for {PATCH_NAME}."


def _without_problems(found: Arranged) -> Arranged:
    """Refuse the first problem in what matters; leave out what else has one, with a note."""
    wrong = [entry for entry in found.entries if entry.problem is not None]
    sound = [entry for entry in found.entries if entry.problem is None]
    for entry in wrong:
        if entry.problem is not None and (matters(entry) or not sound):
            raise Refused(entry.problem.code, entry.problem.message)
    if not any(not entry.member.folder for entry in sound):
        raise Refused(Refusal.ARCHIVE_EMPTY, "There is no file in the submission.")
    if wrong:
        faults = " ".join(entry.problem.message for entry in wrong[:_EXPLAINED] if entry.problem)
        more = f" (And {len(wrong) - _EXPLAINED} more.)" if len(wrong) > _EXPLAINED else ""
        found.notes.append(f"Left out, because the submission does not need it: {faults}{more}")
    return Arranged(sound, found.notes)


def _litter_note(litter: list[str]) -> list[str]:
    if not litter:
        return []
    return [f"Left out, because desktops, editors and tools leave it behind: {listed(litter)}."]

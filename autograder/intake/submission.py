# SPDX-License-Identifier: MIT
"""A submission, taken in: the value that all later stages work on."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from autograder import assignment
from autograder.errors import GraderError
from autograder.intake.answers import read_answers
from autograder.intake.archive import ACCEPTED, unpack
from autograder.intake.arrangement import PATCH_NAME, TOOLS_NAME
from autograder.intake.names import listed, shown
from autograder.intake.patch import PatchSummary, inspect
from autograder.intake.problem import Problem, Refusal, Refused

_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")  # make(1) looks for these
_SUFFIXES = (".tar.gz", ".tar.xz", ".tgz", ".tar", ".zip")
_PACKED = (*_SUFFIXES, ".rar", ".7z", ".gz", ".bz2", ".xz", ".zst", ".lha", ".ace")
_OBJECT_SUFFIXES = (".o", ".a", ".so", ".d")
_OBJECT_MAGIC = (b"\x7fELF", b"!<arch>\n", b"!<thin>\n")


@dataclass(frozen=True)
class Submission:
    """What was handed in, unpacked below ``folder`` as plain files.

    ``patch`` is there only where it may be applied, ``tools`` only where there is something
    to build; otherwise ``patch_problem`` and ``tools_problem`` say why not.  Where the whole
    was refused, ``refused`` says why and nothing else is filled in.  ``files`` are paths
    relative to ``folder``; ``sha256`` is over the patch and the tools' sources.
    """

    name: str
    folder: Path
    patch: bytes | None = None
    patch_summary: PatchSummary | None = None
    patch_problem: Problem | None = None
    tools: Path | None = None
    tools_problem: Problem | None = None
    answers: str = ""
    files: list[str] = field(default_factory=list)
    sha256: str = ""
    notes: list[str] = field(default_factory=list)
    refused: Problem | None = None


def take_in(path: Path, workdir: Path, series: str) -> Submission:
    """Unpack the folder or archive ``path`` into ``workdir`` and judge what is there.

    An earlier submission's folder in ``workdir`` is replaced.  What is wrong with the
    content is in the value returned.

    :raises UsageError: where ``path`` is not there, not readable, or neither file nor folder
    :raises GraderError: where ``workdir`` cannot be written
    """
    folder = workdir / "submission"
    name = _name(path)
    try:
        if folder.exists():
            shutil.rmtree(folder)
        found = unpack(path, folder)
        tools, tools_problem, notes = _tools(folder)
        answers, unread = read_answers(folder, _files(folder))
        patch = _patch(folder, series, whole_kit=path.is_dir())
        summary = None if patch is None else inspect(patch, series)
        problem = summary.problem if summary else Problem(Refusal.PATCH_MISSING, _missing(folder))
        return Submission(
            name=name,
            folder=folder,
            patch=summary.text if summary and problem is None else None,
            patch_summary=summary,
            patch_problem=problem,
            tools=tools,
            tools_problem=tools_problem,
            answers=answers,
            files=_files(folder),
            sha256=_sha256(patch or b"", folder / TOOLS_NAME),
            notes=[*found, *notes, *unread, *(summary.notes if summary else ())],
        )
    except Refused as refused:
        return Submission(name=name, folder=folder, refused=refused.problem)
    except OSError as error:
        raise GraderError(f"Cannot take {name} in: {error}.") from error


def _name(path: Path) -> str:
    """The name of the file or folder, without the archive's suffix, safe to print."""
    name = path.name if path.name not in ("", "..") else path.resolve().name or "submission"
    for suffix in _SUFFIXES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)]
            break
    return shown(name)[1:-1]


def _files(folder: Path) -> list[str]:
    """All regular files below ``folder``, which holds nothing but these and folders."""
    return sorted(
        str((Path(root) / name).relative_to(folder))
        for root, _, names in os.walk(folder)
        for name in names
    )


def _patch(folder: Path, series: str, whole_kit: bool) -> bytes | None:
    """kernel.patch; for a folder such as the kit's own solution, its patch series joined."""
    patch = folder / PATCH_NAME
    if patch.is_file():
        return patch.read_bytes()
    if whole_kit:
        parts = sorted((folder / "kernel" / series).glob("*.patch"))
        if parts:
            return b"".join(_ended(part.read_bytes()) for part in parts)
    return None


def _ended(text: bytes) -> bytes:
    return text if text.endswith(b"\n") else text + b"\n"


def _missing(folder: Path) -> str:
    """Say that there is no kernel.patch, and what there is that may have been meant."""
    message = f"There is no {PATCH_NAME} in the submission."
    if (folder / PATCH_NAME).is_dir():
        return f"{message} '{PATCH_NAME}' is a folder; it must be a file."
    files = _files(folder)
    deeper = [name for name in files if name.endswith("/" + PATCH_NAME)]
    if deeper:
        return (
            f"{message} It was found as {listed(deeper)}: put it at the top, or hand in"
            f" {ACCEPTED} with at most one enclosing folder."
        )
    meant = [name for name in files if _looks_like_patch(name)]
    if meant:
        return f"{message} There is {listed(meant)}: name the file exactly '{PATCH_NAME}'."
    if packed := _packed(files):
        return f"{message} There is {listed(packed)}, which is not opened here. Hand in {ACCEPTED}."
    return f"{message} Hand in the diff of your kernel under this name."


def _packed(files: list[str]) -> list[str]:
    """Archives among ``files``: one that is read here has been taken for the submission."""
    return [name for name in files if name.lower().endswith(_PACKED)]


def _looks_like_patch(name: str) -> bool:
    base = name.lower().rpartition("/")[2]
    return base.startswith("kernel.patch") or base.endswith(
        (".patch", ".diff", ".patch.txt", ".diff.txt", "kernel.txt")
    )


def _tools(folder: Path) -> tuple[Path | None, Problem | None, list[str]]:
    """The folder of the tools' sources, what is wrong with it, and notes.

    Programs and objects that were handed in are removed from our copy, so that make(1) really
    builds them.
    """
    tools = folder / TOOLS_NAME
    if not assignment.current().tools:
        return None, None, []
    if not tools.is_dir():
        return None, Problem(Refusal.TOOLS_MISSING, _no_tools(folder)), []
    built = [name for name in _files(tools) if _is_built(tools / name, name)]
    for name in built:
        (tools / name).unlink()
    notes = []
    if built:
        notes.append(
            f"Programs and objects in {TOOLS_NAME}/ were left out, they are built from the"
            f" sources: {listed(built)}."
        )
    if not any((tools / name).is_file() for name in _MAKEFILES):
        return None, Problem(Refusal.TOOLS_NO_MAKEFILE, _no_makefile(folder)), notes
    return tools, None, notes


def _no_makefile(folder: Path) -> str:
    message = (
        f"There is no {TOOLS_NAME}/Makefile, so 'make -C {TOOLS_NAME}' cannot build the tools."
    )
    meant = [
        name for name in _files(folder) if name.lower().rpartition("/")[2].startswith("makefile")
    ]
    inside = [name for name in meant if name.startswith(f"{TOOLS_NAME}/") and name.count("/") == 1]
    if inside:
        hidden = " (Windows hides the ending '.txt')" if inside[0].lower().endswith(".txt") else ""
        return f"{message} There is {listed(inside)}: rename it to exactly 'Makefile'{hidden}."
    if meant:
        return f"{message} There is {listed(meant)}: put it into the folder {TOOLS_NAME}/."
    return f"{message} Add a Makefile with a first target that builds {_wanted()}."


def _no_tools(folder: Path) -> str:
    message = f"There is no folder {TOOLS_NAME}/ in the submission."
    others = sorted(
        entry.name
        for entry in folder.iterdir()
        if entry.is_dir() and entry.name.lower() in (TOOLS_NAME, "tool")
    )
    if others:
        return f"{message} There is {listed(others)}: name it exactly '{TOOLS_NAME}'."
    if packed := _packed(_files(folder)):
        return f"{message} There is {listed(packed)}: hand in the unpacked folder instead."
    return f"{message} It holds the sources of {_wanted()}, and a Makefile."


def _wanted() -> str:
    return " and ".join(assignment.current().tools)


def _is_built(path: Path, name: str) -> bool:
    if name in assignment.current().tools or name.endswith(_OBJECT_SUFFIXES):
        return True
    with path.open("rb") as stream:
        return stream.read(8).startswith(_OBJECT_MAGIC)


def _sha256(patch: bytes, tools: Path) -> str:
    """Over the patch and the tools' sources, with their names, in the order of the names."""
    digest = hashlib.sha256()
    parts = [(PATCH_NAME, patch)]
    parts += [(f"{TOOLS_NAME}/{name}", (tools / name).read_bytes()) for name in _files(tools)]
    for name, content in parts:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()

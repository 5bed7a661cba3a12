# SPDX-License-Identifier: MIT
"""The rooms of the kit: which modules may import which."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from autograder import imports
from autograder.files import KIT


def circle(arrows: dict[str, set[str]]) -> list[str]:
    """Modules of which each imports the next, the last the first; empty if there are none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_modules_import_each_other() -> None:
    assert circle(imports.arrows(KIT)) == []


def rooms(arrows: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows between the folders; modules at the root belong to none."""

    def room(name: str) -> str:
        parts = name.split(".")
        return parts[1] if (KIT.joinpath(*parts[:2])).is_dir() and len(parts) > 1 else ""

    found: dict[str, set[str]] = {}
    for name, others in arrows.items():
        inside = found.setdefault(room(name), set())
        inside |= {room(other) for other in others} - {"", room(name)}
    found.pop("", None)
    return found


def test_no_rooms_import_each_other() -> None:
    assert circle(rooms(imports.arrows(KIT))) == []


def between(arrows: dict[str, set[str]], origin: str, target: str) -> list[str]:
    """The arrows out of one room, or all but one (``!room``), into another."""
    room, outside = origin.removeprefix("!"), origin.startswith("!")
    return [
        f"{name} imports {other}"
        for name, others in arrows.items()
        for other in sorted(others)
        if f"{name}.".startswith(f"{room}.") is not outside and f"{other}.".startswith(f"{target}.")
    ]


def test_traces_know_nothing_of_reports() -> None:
    arrows = imports.arrows(KIT)
    assert between(arrows, "autograder.pgfault.trace", "autograder.report") == []


def test_the_engine_knows_no_assignment() -> None:
    assert between(imports.arrows(KIT), "!autograder.pgfault", "autograder.pgfault") == []


def test_the_root_of_the_package_is_small() -> None:
    """A room is found in a minute where few modules lie outside of any."""
    loose = [p.name for p in (KIT / "autograder").glob("*.py") if not p.stem.startswith("__")]
    assert len(loose) <= 12, loose


def test_an_arrow_from_the_engine_to_an_assignment_is_seen(tmp_path: Path) -> None:
    sources = {"pgfault____init__": "", "pgfault__a": "", "grading": ""}
    write(tmp_path, **sources)
    arrow = "def late():\n    from autograder.pgfault.a import x"
    write(tmp_path, **(sources | {"grading": arrow}))
    found = between(imports.arrows(tmp_path), "!autograder.pgfault", "autograder.pgfault")
    assert found == ["autograder.grading imports autograder.pgfault.a"]


def write(top: Path, **sources: str) -> None:
    """A small package."""
    for name, source in {"__init__": "", **sources}.items():
        path = top.joinpath("autograder", *name.split("__", 1 if name != "__init__" else 0))
        path = path.with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)


@pytest.mark.parametrize(
    "source",
    [
        "from autograder import a",
        "from autograder.a import x",
        "import autograder.a",
        "def late():\n    from autograder.a import x",
        "if TYPE_CHECKING:\n    from autograder.a import x",
    ],
)
def test_a_circle_is_seen(tmp_path: Path, source: str) -> None:
    write(tmp_path, a="from autograder.b import y", b=source)
    found = circle(imports.arrows(tmp_path))
    assert set(found) == {"autograder.a", "autograder.b"}


def test_a_module_of_a_package_is_not_the_package(tmp_path: Path) -> None:
    write(
        tmp_path,
        room____init__="from autograder.room.a import x",
        room__a="from autograder.room import b",
        room__b="",
    )
    arrows = imports.arrows(tmp_path)
    assert arrows["autograder.room.a"] == {"autograder.room.b"}
    assert arrows["autograder.room"] == {"autograder.room.a"}
    assert circle(arrows) == []


def test_the_walk_ends_at_packages_that_it_is_to_stay_out_of(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="from autograder import b\nfrom autograder.room import c",
        b="if TYPE_CHECKING:\n    from autograder import d\nelse:\n    import autograder.e",
        d="",
        e="import os",
        room____init__="",
        room__c="",
        room__w="from autograder.a import x",
    )

    def found(root: str, *short_of: str) -> set[str]:
        return {path.stem for path in imports.modules([root], tmp_path, short_of)}

    assert found("autograder.a") == {"__init__", "a", "b", "e", "c"}
    assert found("autograder.a", "autograder.room") == {"__init__", "a", "b", "e"}
    assert found("autograder.room.w", "autograder.room") == {"__init__", "w", "a", "b", "e"}

# SPDX-License-Identifier: MIT
"""A machine that runs out of something is not taken for a submission that fails."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.errors import GraderError
from autograder.sandbox import scarcity
from autograder.sandbox.command import Completed, EndedBy
from autograder.sandbox.scarcity import NO_ROOM, Scarcity


def done(status: int, output: str = "", ended_by: EndedBy = EndedBy.ITSELF) -> Completed:
    return Completed(status, output, ended_by, 0, 0)


def free(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=number))


def test_a_failed_build_on_a_good_machine(tmp_path: Path) -> None:
    Scarcity(tmp_path).check(done(2, "error: expected ';'"))


@pytest.mark.parametrize(("room", "output"), [(1 << 20, ""), (500 << 20, f"ld: {NO_ROOM}")])
def test_no_room(room: int, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, room)
    watch = Scarcity(tmp_path)
    with pytest.raises(GraderError, match="no room"):
        watch.check(done(2, output))
    watch.check(done(0, output))
    watch.check(done(-9, output, EndedBy.DISK))  # its own limit, and its own fault


def test_words_alone_prove_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free(monkeypatch, 50 << 30)
    Scarcity(tmp_path).check(done(2, NO_ROOM))


def test_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scarcity, "_killed", lambda: 3)
    watch = Scarcity(tmp_path)
    watch.check(done(2))
    monkeypatch.setattr(scarcity, "_killed", lambda: 4)
    with pytest.raises(GraderError, match="memory"):
        watch.check(done(2))

# SPDX-License-Identifier: MIT
"""What the doctor finds is said in sentences, with a remedy that students have too."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cache import Cache
from autograder.doctor import room
from autograder.doctor.doctor import Doctor
from autograder.doctor.finding import Finding, State
from autograder.errors import GraderError
from autograder.kernel.source import VARIABLE as TARBALL

Break = Callable[[pytest.MonkeyPatch, Path], None]


def no_programs(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv("PATH", str(folder))


def no_room(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(room, "BUILD_ROOM", 1 << 60)
    patch.setattr(room, "LEAST_MEMORY", 1 << 60)


def little_memory(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(room, "GOOD_MEMORY", 1 << 60)


def no_tarball(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setenv(TARBALL, str(folder / "linux.tar"))


def no_network(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr("autograder.doctor.source._has_route", lambda: False)


def no_sandbox(patch: pytest.MonkeyPatch, folder: Path) -> None:
    def refuse(name: str | None) -> None:
        raise GraderError("no command runs in it")

    patch.setattr("autograder.doctor.doctor.choose", refuse)


def no_shared_memory(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr("autograder.sandbox.shared_memory.obstacle", lambda: "/dev/shm has 3 MiB of room")


def another_processor(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr("platform.machine", lambda: "riscv64")


def nothing(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """A machine as it is."""


@pytest.mark.parametrize(
    ("broken", "what", "state"),
    [
        (nothing, "guest", State.WARNING),  # there is no kernel to try
        (no_programs, "programs", State.MISSING),
        (no_room, "disk", State.MISSING),
        (no_room, "memory", State.MISSING),
        (little_memory, "memory", State.WARNING),
        (no_tarball, "source", State.MISSING),
        (no_network, "source", State.MISSING),
        (no_sandbox, "sandbox", State.MISSING),
        (no_shared_memory, "shared memory", State.OK),  # a sandbox brings its own
        (another_processor, "machine", State.MISSING),
    ],
)
def test_a_finding_is_a_sentence_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break, what: str, state: State
) -> None:
    monkeypatch.delenv(TARBALL, raising=False)
    broken(monkeypatch, tmp_path)
    findings = list(Doctor(Cache(tmp_path), "7.3", None).findings())
    assert state in [finding.state for finding in findings if finding.what == what]
    for finding in findings:
        is_a_sentence(finding)


def is_a_sentence(finding: Finding) -> None:
    assert re.match(r"[A-Z0-9/]|gcc ", finding.seen) and finding.seen.endswith("."), finding
    assert bool(finding.remedy) is (finding.state is not State.OK), finding
    if finding.remedy:
        assert finding.remedy.startswith("Run: ") or finding.remedy.endswith("."), finding
    assert "python -m autograder" not in finding.remedy, "students have no such command"

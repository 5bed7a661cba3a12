# SPDX-License-Identifier: MIT
"""What a command writes is seen, whatever others do with the same disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.sandbox import disk
from autograder.sandbox.disk import DiskWatch

MIB = 1 << 20


class Disk:
    """How much is free, as a test says it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free = 1000 * MIB
        self.names = 10 * MIB  # as bytes: often less than what is free
        self.now = 0.0
        monkeypatch.setattr(DiskWatch, "_free", lambda watch: [self.free, self.names])
        monkeypatch.setattr("time.monotonic", lambda: self.now)


def test_only_a_fuller_disk_is_worth_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Disk(monkeypatch)
    watch = DiskWatch([tmp_path], 8 * MIB)
    monkeypatch.setattr(DiskWatch, "_used", lambda watch: pytest.fail("looked"))
    assert not watch.exceeded()
    fake.free += 100 * MIB
    assert not watch.exceeded()


def test_room_that_others_make_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Disk(monkeypatch)
    watch = DiskWatch([tmp_path], 8 * MIB)
    fake.free += 500 * MIB
    assert not watch.exceeded()
    (tmp_path / "much").write_bytes(b"x" * 9 * MIB)
    fake.free -= 9 * MIB  # still more than at first
    assert watch.exceeded()


def test_names_run_out_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Disk(monkeypatch)
    watch = DiskWatch([tmp_path], 1 * MIB)
    for number in range(300):
        (tmp_path / str(number)).touch()
    fake.names -= 300 * disk.EMPTY
    assert watch.exceeded()


def test_a_look_now_and_then_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Disk(monkeypatch)
    watch = DiskWatch([tmp_path], 8 * MIB)
    (tmp_path / "much").write_bytes(b"x" * 9 * MIB)
    assert not watch.exceeded()
    fake.now += disk.OFTEN
    assert watch.exceeded()


def test_empty_files_take_room_too(tmp_path: Path) -> None:
    watch = DiskWatch([tmp_path], 1 << 20)
    watch.looked -= disk.OFTEN
    assert not watch.exceeded()
    for number in range(300):
        (tmp_path / str(number)).touch()
    watch.looked -= disk.OFTEN
    assert watch.exceeded()


def test_without_folders_nothing_is_looked_at() -> None:
    assert not DiskWatch([], 0).exceeded()

# SPDX-License-Identifier: MIT
"""The cache folder: what is there is whole, and what is not used goes away."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from autograder.cache import WORK_VARIABLE, Cache, complete_or_nothing, remove
from autograder.errors import GraderError


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGFAULT_CACHE", str(tmp_path / "named"))
    assert Cache.default().root == tmp_path / "named"
    monkeypatch.delenv("PGFAULT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Cache.default().root == tmp_path / "pgfault-course-kit"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Cache.default().root == tmp_path / ".cache" / "pgfault-course-kit"


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "target"
    with pytest.raises(RuntimeError), complete_or_nothing(target) as partial:
        partial.mkdir()
        (partial / "half").touch()
        raise RuntimeError
    assert list(target.parent.iterdir()) == []


def test_success_leaves_the_whole_and_clears_what_a_killed_run_left(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with complete_or_nothing(target) as partial:
        (tmp_path / partial.name).mkdir()
        (partial / "half").touch()
        left = partial.name
        os.replace(partial, tmp_path / "aside")  # noqa: PTH105
        (tmp_path / "aside").rename(tmp_path / left)
    assert [path.name for path in target.iterdir()] == ["half"]
    (tmp_path / left).mkdir()
    remove(target)
    with complete_or_nothing(target) as partial:
        assert not partial.exists()
        partial.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_workdirs_are_removed(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with cache.workdir("grade") as work:
        (work / "closed").mkdir()
        (work / "closed" / "file").touch()
        (work / "closed").chmod(0)
        assert work.parent == cache.work
    assert list(cache.work.iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    left = cache.work / "grade-left"
    left.mkdir(parents=True)
    (left / "tree").mkdir()
    with cache.workdir("one") as one, cache.workdir("two") as two:
        assert not left.exists()
        assert one.exists()
        assert two.exists()


def test_what_others_have_in_the_folder_that_is_named_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shm"
    (shared / "of somebody").mkdir(parents=True)
    monkeypatch.setenv(WORK_VARIABLE, str(shared))
    with Cache(tmp_path / "cache").workdir("grade") as work:
        assert work.is_relative_to(shared)
    assert (shared / "of somebody").is_dir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_work_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path))
    cache = Cache(tmp_path / "cache")
    cache.work.mkdir()
    os.chown(cache.work, 12345, 12345)
    with pytest.raises(GraderError, match=WORK_VARIABLE), cache.workdir("grade"):
        pass


def hold(root: Path, entered: str, seconds: float) -> None:
    with Cache(root).lock("thing"):
        Path(entered).touch()
        time.sleep(seconds)


def test_a_lock_is_held_by_one_process(tmp_path: Path) -> None:
    entered = tmp_path / "entered"
    other = multiprocessing.get_context("spawn").Process(
        target=hold, args=(tmp_path, str(entered), 1.0)
    )
    other.start()
    while not entered.exists():
        time.sleep(0.01)
    started = time.monotonic()
    with Cache(tmp_path).lock("thing"):
        waited = time.monotonic() - started
    other.join()
    assert waited > 0.5


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(GraderError, match="PGFAULT_CACHE"), Cache(tmp_path / "file").lock("x"):
        pass

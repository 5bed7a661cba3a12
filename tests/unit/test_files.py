# SPDX-License-Identifier: MIT
"""Files that are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.files import PARTIAL, sweep, write_atomically


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deeper" / "file"
    write_atomically(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_sweeping(tmp_path: Path) -> None:
    write_atomically(tmp_path / "result.json", "{}")
    (tmp_path / f".result.json.x1y2{PARTIAL}").write_text("{")
    (tmp_path / ".other").write_text("")
    sweep(tmp_path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".other", "result.json"]
    sweep(tmp_path / "not there")

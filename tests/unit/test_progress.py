# SPDX-License-Identifier: MIT
"""The line of progress fits its terminal and leaves nothing behind."""

from __future__ import annotations

import io
import os
import sys

import pytest
from rich.cells import cell_len

from autograder.progress import ERASE, ProgressLines, line_of


class Terminal(io.StringIO):
    """Somebody looks at this stream."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [1, 20, 80])
@pytest.mark.parametrize("phrase", ["checking: " + "long " * 40, "漢字" * 40, ""])
def test_no_line_is_as_wide_as_the_terminal(phrase: str, width: int) -> None:
    for part in (None, 0.5):
        assert cell_len(line_of(phrase, part, 4000, width)) < width


def test_time_left_is_said_if_it_was_measured() -> None:
    assert line_of("booting", 0.5, 44, 80) == "booting  50%  about 40 s left"
    assert line_of("booting", None, 120, 80) == "booting  about 2 min left"
    assert line_of("booting", None, None, 80) == "booting"
    assert line_of("booting", None, -3, 80) == "booting"  # nobody knows


def test_a_terminal_is_left_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "40")
    with pytest.raises(OSError), ProgressLines() as lines:
        lines("compiling " * 20, 0.1)
        raise OSError
    shown = sys.stderr.getvalue()  # type: ignore[union-attr]
    assert shown.endswith(ERASE) and os.linesep not in shown
    assert all(len(line) < 40 for line in shown.split(ERASE))


def test_an_empty_phrase_erases_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    lines = ProgressLines()
    lines("booting", 1.0)
    lines("", None)
    assert sys.stderr.getvalue().endswith(f"100%{ERASE}")  # type: ignore[union-attr]


def test_a_log_gets_each_step_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with ProgressLines(60) as lines:
        for phrase in ("building", "building", "checking: a", "checking: b", "done"):
            lines(phrase, 0.2)
    assert sys.stderr.getvalue() == "building\ndone\n"  # type: ignore[union-attr]

# SPDX-License-Identifier: MIT
"""What a run over a class shows while it goes on."""

from __future__ import annotations

import io
import time

from rich.console import Console

from autograder.bulk.batch import Tally
from autograder.bulk.live import Bars, PlainView


def tally(since: float = 0) -> Tally:
    """121 of 200 have ended, 10 s each, the last one ``since`` seconds ago."""
    last = time.monotonic() - since
    return Tally(
        todo=200,
        graded=[f"s{n}" for n in range(120)],
        failed={"eve": "died"},
        started=last - 1210,
        last=last,
    )


def test_the_time_left_runs_down_and_is_not_told_once_it_was_too_little() -> None:
    now, later, overdue = (tally(since).seconds_left for since in (0, 100, 1000))
    assert now is not None and later is not None
    assert 788 < now <= 790
    assert 688 < later <= 690
    assert overdue is None


def test_bars_keep_their_figures_on_a_narrow_terminal() -> None:
    stream = io.StringIO()
    bars = Bars(Console(file=stream, force_terminal=True, width=80, color_system=None))
    with bars:
        bars.changed(tally())
        bars.told(
            "ada", "checking: " + "a title that is longer than any terminal is wide " * 3, 0.4
        )
    last = stream.getvalue().split("the class")[-1]
    assert "121/200" in last
    assert "120 of 200 graded, 1 failed, about" in last
    assert "ada" in last and "40/100" in last and "checking: a title" in last
    assert "0:00:0" in last.splitlines()[0] and "0:00:0" in last.splitlines()[1]


def test_lines_tell_what_is_done_what_runs_and_how_long() -> None:
    stream = io.StringIO()
    with PlainView(Console(file=stream, width=80)) as lines:
        lines.told("ada", "booting the kernel", None)
        lines.told("s1", "booting the kernel", None)
        lines.changed(tally())
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("120 of 200 graded, 1 failed, about 13 min")
    assert line.endswith("left, 1 running")

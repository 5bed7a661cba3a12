# SPDX-License-Identifier: MIT
"""What a run over a class shows while it goes on."""

from __future__ import annotations

import io
import time

from rich.console import Console

from autograder.bulk.batch import Tally
from autograder.bulk.live import Bars, Lines


def tally() -> Tally:
    return Tally(
        todo=200,
        graded=[f"s{n}" for n in range(120)],
        failed={"eve": "died"},
        started=time.monotonic() - 1210,
    )


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
    with Lines(Console(file=stream, width=80)) as lines:
        lines.told("ada", "booting the kernel", None)
        lines.told("s1", "booting the kernel", None)
        lines.changed(tally())
    (line,) = stream.getvalue().splitlines()
    assert line.startswith("120 of 200 graded, 1 failed, about 13 min")
    assert line.endswith("left, 1 running")

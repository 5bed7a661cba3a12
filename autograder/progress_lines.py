# SPDX-License-Identifier: MIT
"""Progress on a terminal, or in a log."""

from __future__ import annotations

import shutil
import sys
import time

from rich.cells import set_cell_size

ERASE = "\r\x1b[K"
OFTEN = 0.1  # seconds between two lines at least
ROUNDED = 10  # seconds: nobody can say it better


class Lines:
    """Progress as lines: one for each new phrase; on a terminal, one that changes in its place.

    ``usual`` is how many seconds all of it took before, if that was measured: with it the line
    says about how much time is left.  As a context manager it leaves nothing behind.
    """

    def __init__(self, usual: float | None = None) -> None:
        self.usual = usual
        self.started = time.monotonic()
        self.phrase = ""
        self.live = sys.stderr.isatty()
        self.last = 0.0

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, phrase: str, part: float | None) -> None:
        """Say what is being done, and how much of it is done; nothing with an empty phrase."""
        if not phrase:
            self.close()
            return
        if self.live:
            now = time.monotonic()
            if phrase == self.phrase and now - self.last < OFTEN:
                return
            self.last = now
            width = shutil.get_terminal_size().columns
            line = line_of(phrase, part, self._left(now), width)
            self._print(f"{ERASE}{line}", end="")
        elif phrase != self.phrase and not phrase.startswith("checking: "):
            self._print(phrase)
        self.phrase = phrase

    def close(self) -> None:
        """Leave the terminal with an empty line."""
        if self.live and self.phrase:
            self._print(ERASE, end="")
        self.phrase = ""

    def _print(self, text: str, end: str = "\n") -> None:
        print(text, end=end, file=sys.stderr, flush=True)

    def _left(self, now: float) -> float | None:
        return None if self.usual is None else self.usual - (now - self.started)


def line_of(phrase: str, part: float | None, left: float | None, width: int) -> str:
    """One line shorter than ``width``: a full one would wrap, and could not be erased."""
    ends = [f"{part:.0%}"] if part is not None else []
    if left is not None and left > 0:
        ends.append(f"about {_words(left)} left")
    end = "".join(f"  {words}" for words in ends)
    room = width - 1 - len(end)
    if room < 1:
        return end.strip()[: max(width - 1, 0)]
    cut = set_cell_size(phrase, room).rstrip() if len(phrase) * 2 > room else phrase
    return cut + end


def _words(seconds: float) -> str:
    if seconds >= 90:
        return f"{round(seconds / 60)} min"
    return f"{max(round(seconds / ROUNDED), 1) * ROUNDED} s"

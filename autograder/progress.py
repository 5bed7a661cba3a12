# SPDX-License-Identifier: MIT
"""How a long step says what it is doing: on a terminal, in a log, or to nobody.

Nobody has to listen: what cannot be written on standard output or error is not written.
A closed pipe (``| head``), a lost terminal or a full disk behind ``> log`` must not cost a
grade.  Whatever a process writes after the first failure goes nowhere.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import IO, Any

from rich.cells import set_cell_size

ERASE = "\r\x1b[K"
OFTEN = 0.1  # seconds between two lines at least
ROUNDED = 10  # seconds: nobody can say it better


Progress = Callable[[str, "float | None"], None]
"""Called with a phrase ('compiling the kernel') and the part that is done, 0 to 1, if known."""


def silent(phrase: str, part: float | None) -> None:
    """Tell nobody."""


class ProgressLines:
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

    def __enter__(self) -> ProgressLines:
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


class Unheard:
    """A text stream for which it does not matter whether anybody still reads it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write ``text``, if that is possible."""
        try:
            return self._stream.write(text)
        except OSError:
            self._lost()
            return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write ``lines``, if that is possible."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Let it be seen, if that is possible."""
        try:
            self._stream.flush()
        except OSError:
            self._lost()

    def _lost(self) -> None:
        """From now on it goes nowhere: also what is in the buffer, which Python writes at exit."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def survive_hang_up() -> None:
    """Go on when the terminal is closed; so do all commands that are started from now on."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def guard() -> None:
    """Let nothing that this process cannot say stop it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Unheard):
            setattr(sys, name, Unheard(stream))

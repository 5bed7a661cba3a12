# SPDX-License-Identifier: MIT
"""Nobody has to listen: what cannot be written on standard output or error is not written.

A closed pipe (``| head``), a lost terminal or a full disk behind ``> log`` must not cost a
grade.  Whatever a process writes after the first failure goes nowhere.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from typing import IO, Any


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

# SPDX-License-Identifier: MIT
"""Progress on a terminal, or in a log."""

from __future__ import annotations

import sys
import time


class Lines:
    """Progress as lines: one for each new phrase, on a terminal with the part that is done."""

    def __init__(self) -> None:
        self.phrase = ""
        self.live = sys.stderr.isatty()
        self.last = 0.0

    def __call__(self, phrase: str, part: float | None) -> None:
        """Tell what is being done, and how much of it is."""
        if self.live:
            now = time.monotonic()
            if phrase == self.phrase and now - self.last < 0.1:
                return
            self.last = now
            done = f" {part:4.0%}" if part is not None else ""
            print(f"\r\x1b[K{phrase[:90]}{done}", end="", file=sys.stderr, flush=True)
        elif phrase != self.phrase and not phrase.startswith("checking: "):
            print(phrase, file=sys.stderr, flush=True)
        self.phrase = phrase

    def close(self) -> None:
        """Leave the terminal with an empty line."""
        if self.live and self.phrase:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

# SPDX-License-Identifier: MIT
"""Words that nobody reads any more: a closed pipe, a lost terminal.  They must cost no grade."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


def survive_hang_up() -> None:
    """Go on when the terminal is closed; so do all commands that are started from now on."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@contextmanager
def allowed() -> Iterator[None]:
    """Print to standard output in here; if nobody reads it, that is the end of printing only."""
    try:
        yield
        sys.stdout.flush()
    except OSError:
        discard(sys.stdout)
    except SystemExit:  # so rich ends a program whose pipe was closed
        discard(sys.stdout)


def discard(stream: TextIO) -> None:
    """Let what is written to ``stream`` from now on, and what waits in it, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)

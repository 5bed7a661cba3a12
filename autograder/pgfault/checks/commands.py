# SPDX-License-Identifier: MIT
"""The commands that tracepgfault runs."""

from __future__ import annotations

import re

from autograder.guest.observation import Observation
from autograder.judge.draw import Integer
from autograder.judge.expect import fail
from autograder.pgfault.checks import hints
from autograder.pgfault.checks.traces import quoted

FAR = Integer(0x20_0000, 0x80_0000)  # the number of a page, where nothing else is mapped


def is_address(text: str) -> bool:
    """Whether this is what a command prints that touches memory: where that is, and no more."""
    return bool(re.fullmatch("[0-9a-f]{1,16}", text))


def printed_address(seen: Observation, did: str) -> int:
    """Where the command says that its memory is: all that it prints on standard output."""
    text = seen.text("tool.out").strip()
    if not is_address(text):
        fail(
            did,
            expected="the address that the command prints, alone, on standard output",
            observed=f"{quoted(text) or 'nothing'} on standard output",
            hint=hints.COMMAND_STREAMS if text else hints.NO_OUTFILE,
        )
    return int(text, 16)

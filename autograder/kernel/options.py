# SPDX-License-Identifier: MIT
"""Kernel configurations: what is asked for, and whether it was granted."""

from __future__ import annotations

import re
from pathlib import Path

GRADING = Path(__file__).parent / "config" / "grading.config"

_SET = re.compile(r"(CONFIG_\w+)=(.*)")
_NOT_SET = re.compile(r"# (CONFIG_\w+) is not set")


def parse(text: str) -> dict[str, str]:
    """The options in a ``.config`` or a fragment of one; ``n`` for what is not set."""
    options: dict[str, str] = {}
    for line in text.splitlines():
        if found := _SET.fullmatch(line.strip()):
            options[found[1]] = found[2]
        elif found := _NOT_SET.fullmatch(line.strip()):
            options[found[1]] = "n"
    return options


def missing(fragment: str, config: str) -> list[str]:
    """What ``fragment`` asks for and the finished ``config`` does not have.

    Kconfig drops an option whose dependencies are not met without a word.  One that a
    finished configuration does not mention is off.
    """
    granted = parse(config)
    return [
        f"{name}={value}"
        for name, value in parse(fragment).items()
        if granted.get(name, "n") != value
    ]

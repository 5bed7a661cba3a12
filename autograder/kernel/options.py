# SPDX-License-Identifier: MIT
"""Kernel configurations: what is asked for, and whether it was granted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_CONFIG = Path(__file__).parent / "config"
GRADING = _CONFIG / "grading.config"


@dataclass(frozen=True)
class Variant:
    """A kernel: a fragment of a configuration over allnoconfig, and what it compiles beside.

    ``more`` of the source is kept for it: files and folders that the kernel for grading
    does without.
    """

    fragment: Path
    more: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is for, in a word."""
        return self.fragment.stem


DISTRIBUTION = Variant(_CONFIG / "distribution.config", ("block", "drivers/block/Kconfig"))
"""What boots a distribution from a disk image."""

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

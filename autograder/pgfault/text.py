# SPDX-License-Identifier: MIT
"""What the text of this assignment shows: examples from real runs, and a trace to play.

``python -m autograder.pgfault.example`` makes the files in the folder of examples.
"""

from __future__ import annotations

from pathlib import Path

from autograder.pgfault.trace.events import parse
from autograder.pgfault.viewer import replay_embed
from autograder.report.exhibits import Embedded

SHOWN = ("maps", "kasan", "lockdep", "held")


def values(examples: Path) -> dict[str, str]:
    """The examples, by the names that the text has for them."""
    caption, _, example = _read(examples, "map.txt").partition("\n\n")
    shown = {name: _read(examples, f"{name}.txt") for name in SHOWN}
    return {"example": example, "example_caption": caption, **shown}


def embedded(examples: Path) -> dict[str, Embedded]:
    """The trace of `ps`, for the fence ``replay``."""
    events, maps = ((examples / name).read_text() for name in ("ps.events", "ps.maps"))
    return {"replay": replay_embed.section(parse(events), "ps in the guest", maps)}


def _read(examples: Path, name: str) -> str:
    return (examples / name).read_text().rstrip("\n")

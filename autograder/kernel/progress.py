# SPDX-License-Identifier: MIT
"""How a long step tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, "float | None"], None]
"""Called with a phrase ('compiling the kernel') and the part that is done, 0 to 1, if known."""


def silent(phrase: str, part: float | None) -> None:
    """Tell nobody."""

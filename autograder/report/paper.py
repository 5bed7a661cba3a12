# SPDX-License-Identifier: MIT
"""Lines for a terminal: as wide as it is, in its encoding, with nothing that acts unseen."""

from __future__ import annotations

import os

from rich.console import Console
from rich.text import Text

from autograder.text import visible

WIDTH = 80
WIDEST = 100  # longer lines are hard to read
NARROWEST = 40
LONGEST = 20_000  # characters of one text that are looked at: what follows has no room anyway
SHAPES = "█░·▁▂▃▄▅▆▇…"


def console() -> Console:
    """The terminal, or plain text into a pipe and if the user asked for no colors."""
    if os.environ.get("NO_COLOR"):
        return Console(color_system=None, highlight=False)
    return Console(highlight=False)


class Paper:
    """What text has to fit on."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = max(min(console.width, WIDEST), NARROWEST)
        self.shapes = _can_show(SHAPES, console.encoding)

    def shape(self, shape: str, plain: str) -> str:
        """``shape``, or ``plain`` if the terminal's encoding lacks it."""
        return shape if self.shapes else plain

    def clean(self, text: str) -> str:
        """``text`` as this terminal can show it: acting characters are marks."""
        shown = visible(text[:LONGEST]).expandtabs(4)
        if not self.shapes:
            shown = shown.replace("…", "...")
        encoding = self.console.encoding
        return shown.encode(encoding, "backslashreplace").decode(encoding)

    def line(self, *parts: str | tuple[str, str]) -> Text:
        """One line, cut at the edge; each part is text, or text with a style."""
        line = Text()
        for part in parts:
            words, style = part if isinstance(part, tuple) else (part, "")
            line.append(self.clean(words).replace("\n", " "), style)
        line.truncate(self.width, overflow="ellipsis" if self.shapes else "crop")
        return line

    def paragraph(
        self, text: str, most: int, *, label: str = "", indent: int = 0, style: str = ""
    ) -> list[Text]:
        """``text`` wrapped between words into at most that many lines.

        With a label in front of the first line, all lines are indented by ``indent``.
        """
        if not text.strip():
            return []
        room = self.width - indent
        wrapped = [
            line
            for row in self.clean(text.strip("\n")).split("\n")
            for line in (Text(row).wrap(self.console, room) or [Text()])
        ]
        if len(wrapped) > most:
            wrapped = wrapped[:most]
            wrapped[-1] = _ended(wrapped[-1], room, self.shape("…", "..."))
        lines = []
        for number, line in enumerate(wrapped):
            line.rstrip()
            line.stylize(style)
            head = label if not number else ""
            lines.append(Text.assemble((f"{head:<{indent}}", "dim"), line))
        return lines


def _ended(line: Text, room: int, dots: str) -> Text:
    """``line`` with dots behind its last whole word."""
    line.rstrip()
    if line.cell_len + 1 + len(dots) > room:
        line.truncate(room - 1 - len(dots))
        if " " in line.plain.strip():
            line = line[: line.plain.rindex(" ")]
        line.rstrip()
    line.append(f" {dots}")
    return line


def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True

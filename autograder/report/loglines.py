# SPDX-License-Identifier: MIT
"""The lines of a log that deserve a look before the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from autograder.guest.console import STAMP, classify

_ERROR = re.compile(r"(^|\W)(fatal )?error:|undefined reference to|FAILED at|^make.*\*\*\*", re.I)


@dataclass(frozen=True)
class Lines:
    """Lines of a log that follow each other, interesting or not."""

    text: str
    interesting: bool


def marked(text: str, files: Iterable[str] = ()) -> list[Lines]:
    """``text`` in runs of lines: headings of reports, errors, frames in one of ``files``."""
    named = tuple(f" {file}:" for file in files)

    def interesting(line: str) -> bool:
        return (
            classify(STAMP.sub("", line[:300])) is not None
            or _ERROR.search(line[:300]) is not None
            or any(name in line for name in named)
        )

    return [
        Lines("\n".join(lines), key) for key, lines in groupby(text.split("\n"), key=interesting)
    ]

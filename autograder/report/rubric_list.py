# SPDX-License-Identifier: MIT
"""The rubric as lines for a terminal: areas with their sums, checks with their points."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from autograder.judge.rubric import Check
from autograder.report.view import count
from autograder.scoring import Worth
from autograder.text import number

WIDTH = 80
INDENT = 14


def listed(checks: Sequence[Check], worth: Mapping[str, Worth]) -> Iterator[str]:
    """The lines: what the checks are worth is in ``worth``, by id."""
    areas = dict.fromkeys(check.area for check in checks)
    for area in areas:
        members = [check for check in checks if check.area == area]
        yield f"{area}: {_sums(members, worth)}"
        for check in members:
            value = worth[check.id]
            points = f"{'+' if value.extra_credit else ''}{number(float(value.points))}"
            hidden = "" if value.visibility == "visible" else f" ({value.visibility})"
            yield f"{check.number:>6} {points:>5}  {check.id}{hidden}"
            yield from textwrap.wrap(
                check.title, WIDTH, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT
            )
        yield ""
    yield f"All areas: {_sums(checks, worth)}"


def _sums(checks: Sequence[Check], worth: Mapping[str, Worth]) -> str:
    values = [worth[check.id] for check in checks]
    base = sum((value.points for value in values if not value.extra_credit), Fraction())
    extra = sum((value.points for value in values if value.extra_credit), Fraction())
    parts = [count(float(base), "point")] if base or not extra else []
    if extra:
        parts.append(f"{number(float(extra))} for extra credit")
    return f"{count(len(checks), 'check')}, {', '.join(parts)}"

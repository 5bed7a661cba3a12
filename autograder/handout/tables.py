# SPDX-License-Identifier: MIT
"""Tables of the assignment that come from the checks themselves, as Markdown."""

from __future__ import annotations

from fractions import Fraction

from autograder import assignment
from autograder.course import Course
from autograder.judge import rubric
from autograder.scoring import Worth, worths

VISIBLE = "visible"


def amount(points: Fraction) -> str:
    """Points with at most two decimals, none if they are whole."""
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


def points_by_area(course: Course) -> str:
    """One row for each area: its points, its checks, and how many of these are hidden."""
    worth = worths(course)
    hidden = any(value.visibility != VISIBLE for value in worth.values())
    head = ["area", "asks for", "checks", "points"]
    rows = []
    areas = dict.fromkeys(check.area for check in rubric.checks())
    for area in areas:
        values = [worth[check.id] for check in rubric.checks() if check.area == area]
        number = str(len(values))
        withheld = sum(value.visibility != VISIBLE for value in values)
        if hidden and withheld:
            number += f", {withheld} of them hidden"
        rows.append([area, assignment.current().areas.get(area, ""), number, _area_points(values)])
    return _table(head, rows, right=(2, 3))


def visible_checks(course: Course) -> str:
    """A heading and a table for each area, with a row for each visible check."""
    worth = worths(course)
    parts = []
    shown = [check for check in rubric.checks() if worth[check.id].visibility == VISIBLE]
    for area in dict.fromkeys(check.area for check in shown):
        checks = [check for check in shown if check.area == area]
        rows = [[check.number, check.rule, check.title, _plus(worth[check.id])] for check in checks]
        number = checks[0].number.partition(".")[0]
        table = _table(["no.", "rule", "what must hold", "points"], rows, right=(3,))
        parts.append(f"### Area {number}: {area} {{#checks-{number}}}\n\n{table}")
    return "\n\n".join(parts)


def _area_points(values: list[Worth]) -> str:
    base = sum((value.points for value in values if not value.extra_credit), Fraction())
    extra = sum((value.points for value in values if value.extra_credit), Fraction())
    parts = [amount(base)] if base or not extra else []
    return " ".join([*parts, *([f"+{amount(extra)}"] if extra else [])])


def _plus(worth: Worth) -> str:
    return f"+{amount(worth.points)}" if worth.extra_credit else amount(worth.points)


def _table(head: list[str], rows: list[list[str]], right: tuple[int, ...]) -> str:
    rule = ["---:" if column in right else "---" for column in range(len(head))]
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *escaped])

# SPDX-License-Identifier: MIT
"""``checks``: the rubric."""

from __future__ import annotations

from autograder.cli import frame


def checks(course: frame.CourseOption = None) -> None:
    """List the areas and their checks, with their points."""
    from autograder.judge import rubric
    from autograder.report.rubric_list import listed
    from autograder.scoring import worths

    for line in listed(rubric.checks(), worths(frame.course(course))):
        print(line)

# SPDX-License-Identifier: MIT
"""Grades submissions of a kernel programming assignment.

The data flow is the layout: intake, build, observe, judge, score, report.
"""

KIT_VERSION = "0.2.0"
"""Written here only; CHANGELOG.md says what it means."""

# SPDX-License-Identifier: MIT
"""Grades submissions of the page fault tracing assignment.

The data flow is the layout: intake, build, observe, judge, score, report.
"""

KIT_VERSION = "0.1.0"

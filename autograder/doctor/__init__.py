# SPDX-License-Identifier: MIT
"""Check whether this machine has everything that grading needs, and how to get what is missing.

Each look gives findings, in sentences; the commands that grading runs are tried, not guessed at.
Students read them too, so a remedy names only commands that they have as well.
"""

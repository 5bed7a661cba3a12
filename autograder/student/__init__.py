# SPDX-License-Identifier: MIT
"""The commands behind the student's Makefile."""

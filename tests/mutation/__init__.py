# SPDX-License-Identifier: MIT
"""Mistakes that nobody chose: machine-made mutations of the correct solutions.

``make mutation``; ``python -m tests.mutation --help``; docs/corpus.md has the score.
"""

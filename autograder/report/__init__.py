# SPDX-License-Identifier: MIT
"""Shows a :class:`~autograder.results.Result`: one renderer a format.

``view`` arranges a result for a reader (and withholds what a student may not see),
``html`` and ``terminal`` set it.
"""

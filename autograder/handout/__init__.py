# SPDX-License-Identifier: MIT
"""Make ``handout.zip``: the assignment's text, the starter, and what students check with."""

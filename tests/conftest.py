# SPDX-License-Identifier: MIT
"""What pytest leaves out: the checks of the second assignment are no tests of the kit."""

from __future__ import annotations

collect_ignore = ["fork_count"]

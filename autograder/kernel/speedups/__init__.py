# SPDX-License-Identifier: MIT
"""Ways to compile less than make would, with the same kernel in the end."""

from __future__ import annotations

import os

VARIABLE = "PGFAULT_SPEEDUPS"


def wanted() -> bool:
    """Whether they are on; ``off`` in the environment leaves everything to make."""
    return os.environ.get(VARIABLE) != "off"

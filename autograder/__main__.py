# SPDX-License-Identifier: MIT
"""``python -m autograder``."""

from __future__ import annotations

from autograder.cli.main import main

if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""What a page with a replay needs: its script and its style sheet."""

from __future__ import annotations

from markupsafe import Markup

from autograder.report import assets

# Each module after those that it imports.
MODULES = (
    *("dom", "decode", "model", "cells", "frame", "map", "scatter", "plot", "words"),
    *("regions", "panel", "player", "main"),
)
STYLE = "replay.css"


def script() -> Markup:
    """The replay's script; it fills every replay on the page."""
    return assets.script(*MODULES)

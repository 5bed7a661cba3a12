# SPDX-License-Identifier: MIT
"""What an assignment adds to pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

NOTHING = Markup()


@dataclass(frozen=True)
class Embedded:
    """Something that stands inside the page of an assignment's text; ``html`` may stand
    wherever a section may.

    The page puts ``style`` and ``script`` into elements of its own.
    """

    html: Markup
    style: Markup = NOTHING
    script: Markup = NOTHING


@dataclass(frozen=True)
class Exhibits:
    """Parts of a page, ready to stand there, and what these parts need."""

    of_check: Mapping[str, Markup] = field(default_factory=dict)
    """By a failed check's id: what stands at its end."""

    section: Markup = NOTHING
    """What stands behind all checks; empty if there is nothing."""

    style: Markup = NOTHING
    script: Markup = NOTHING

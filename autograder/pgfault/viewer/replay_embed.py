# SPDX-License-Identifier: MIT
"""A replay that stands inside another page: the assignment's text begins with one.

The page that takes it in puts ``style`` and ``script`` into elements of its own.  If it has a
content security policy, :func:`autograder.report.assets.policy` makes it of the page's whole
style sheet (its own rules, then ``style``) and of ``script``.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from autograder.pgfault.trace.events import Event
from autograder.pgfault.trace.places import of_maps
from autograder.pgfault.trace.story import Story
from autograder.pgfault.viewer import scripts
from autograder.pgfault.viewer.replay import Replay
from autograder.report import assets, html
from autograder.report.exhibits import Embedded


def section(events: Sequence[Event], title: str, maps: str = "") -> Embedded:
    """A replay of ``events``; ``title`` says to screen readers whose trace it is.

    The text of /proc/PID/maps at any time, if there is one, names the regions.
    """
    macros = html.environment().get_template("trace_macros.html.j2").module
    embedded = Markup(macros.embedded(Replay(Story(title, list(events), places=of_maps(maps)))))  # type: ignore[attr-defined]
    return Embedded(embedded, assets.style("replay_embed.css", scripts.STYLE), scripts.script())

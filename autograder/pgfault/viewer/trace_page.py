# SPDX-License-Identifier: MIT
"""A page of its own for one trace: the replay, and what can be read off the trace."""

from __future__ import annotations

from pathlib import Path

from autograder.files import write_atomically
from autograder.pgfault.trace import views
from autograder.pgfault.trace.story import Story
from autograder.pgfault.viewer import scripts
from autograder.pgfault.viewer.charts import bars, chart
from autograder.pgfault.viewer.replay import Replay
from autograder.report import assets, html

MOST_ROWS = 300  # of each table; the command line has the rest


def render(story: Story) -> str:
    """The page's text."""
    style, script = assets.style("feedback.css", scripts.STYLE), scripts.script()
    working_set = views.working_set(story)
    tables = {
        name: view(story) for name, view in views.VIEWS.items() if view is not views.working_set
    }
    template = html.environment().get_template("trace.html.j2")
    return template.render(
        trace=Replay(story),
        working_set=working_set,
        chart=chart(working_set, "touched_pages", "working_set_pages"),
        seconds=bars(tables["faults-by-second"], "second", "faults"),
        last_second=max((int(row["second"]) for row in tables["faults-by-second"]), default=0),
        strides=views.strides(tables["first-touch"]),
        tables={name: rows[:MOST_ROWS] for name, rows in tables.items()},
        lengths={name: len(rows) for name, rows in tables.items()},
        style=style,
        script=script,
        policy=assets.policy(style=style, script=script),
    )


def write(story: Story, path: Path) -> None:
    """Write the page of :func:`render` to ``path``, atomically."""
    write_atomically(path, render(story))

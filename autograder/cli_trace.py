# SPDX-License-Identifier: MIT
"""``python -m autograder trace``: look at one trace."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.trace.story import Story

LARGEST = 512 << 20  # bytes
EXIT_WRONG = 1
MOST_LINES = 40

_FILE = "What `pgfaultmap --events` printed, or an observation of a grading (.json); - for stdin."


def trace(
    file: Annotated[str, typer.Argument(help=_FILE)],
    html: Annotated[Path | None, typer.Option(help="Write a page that plays the trace.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write the views as CSV into this folder.")
    ] = None,
    json_: Annotated[
        Path | None, typer.Option("--json", help="Write all views as JSON; - for stdout.")
    ] = None,
    perfetto: Annotated[
        Path | None, typer.Option(help="Write Chrome trace JSON, for ui.perfetto.dev.")
    ] = None,
    maps: Annotated[
        Path | None, typer.Option(help="/proc/PID/maps as it was at the end, to compare with.")
    ] = None,
) -> None:
    """Look at a trace: its regions, faults and contradictions, as text, page or data.

    Exits with 0, with 1 where the trace contradicts itself, ends in what is no event, or
    differs from the maps, and with 2 where the file cannot be read or holds no events.
    """
    from autograder.files import write_atomically
    from autograder.report import trace_page
    from autograder.trace import perfetto as chrome
    from autograder.trace import views

    story = load(file, maps)
    written = []
    if html is not None:
        trace_page.write(story, html)
        written.append(html)
    if csv is not None:
        for name, view in views.VIEWS.items():
            path = csv / f"{name}.csv"
            write_atomically(path, views.as_csv(view(story)))
            written.append(path)
    if perfetto is not None:
        write_atomically(perfetto, chrome.export(story))
        written.append(perfetto)
    if json_ is not None:
        text = json.dumps({name: view(story) for name, view in views.VIEWS.items()}, indent=1)
        if str(json_) == "-":
            print(text)
        else:
            write_atomically(json_, text + "\n")
            written.append(json_)
    if json_ is None or str(json_) != "-":
        _tell(story)
        for path in written:
            print(path)
    if story.problem or story.history.problems or story.first_parting:
        raise typer.Exit(EXIT_WRONG)


def load(file: str, maps: Path | None = None) -> Story:
    """The story in ``file``.  Errors: UsageError where there is none to be read."""
    from autograder.report.text import one_line
    from autograder.trace.address_space import maps as regions_of
    from autograder.trace.story import Checkpoint, Story, read

    text = _text(file)
    title = "standard input" if file == "-" else one_line(Path(file).name, 80)
    story = _observation(title, text) if text.lstrip().startswith("{") else read(title, text)
    if not story.events:
        why = f": {story.problem}" if story.problem else ", it is empty"
        raise UsageError(f"{title} holds no events{why} (give it what pgfaultmap --events prints)")
    if maps is not None:
        regions = regions_of(_text(str(maps)))
        if not regions:
            raise UsageError(f"{maps} holds no regions: give it the text of /proc/PID/maps")
        end = Checkpoint(len(story.events), "at the end", regions)
        story = Story(story.title, story.events, [*story.checkpoints, end], story.problem)
    return story


def _text(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST).decode(errors="replace")
        path = Path(file)
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{file} is larger than {LARGEST >> 20} MiB: cut it first")
        return path.read_bytes().decode(errors="replace")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _observation(title: str, text: str) -> Story:
    from pydantic import ValidationError

    from autograder.guest.observation import Observation
    from autograder.trace.story import observed

    try:
        seen = Observation.model_validate_json(text)
    except ValidationError:
        raise UsageError(f"{title} is JSON, but no observation of a grading") from None
    story = observed(title, seen)
    if story is None:
        raise UsageError(f"{title} is an observation without a trace: probe {seen.probe}")
    return story


def _tell(story: Story) -> None:
    """The trace in words, with its first regions as ``pgfaultmap`` prints them."""
    from rich.console import Console

    from autograder.report.replay import Replay

    console = Console()
    replay = Replay(story)

    def line(text: str, style: str = "") -> None:
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    line(f"{story.title}: {replay.summary}", "bold")
    if story.problem:
        line(f"It ends there, for what comes next is no event: {story.problem}", "red")
    for problem in story.history.problems[:MOST_LINES]:
        line(f"event {problem.event + 1}: {problem.words}", "red")
    for moment, differences in replay.moments:
        if differences:
            line(f"{moment.label}: {'; '.join(differences)}", "red")
    for life in story.history.lives[:MOST_LINES]:
        line(life.line(160))
    if len(story.history.lives) > MOST_LINES:
        line(f"and {len(story.history.lives) - MOST_LINES} more regions")
    for label, text in _figures(story):
        line(f"{label:<12} {text}")


def _figures(story: Story) -> Iterator[tuple[str, str]]:
    """The views, each in a line."""
    from autograder.trace import views

    pages = views.working_set(story)
    seconds = views.faults_by_second(story)
    touches = views.first_touch(story)
    most = {key: max(int(row[key]) for row in pages) for key in pages[0] if key != "seconds"}
    yield (
        "working set",
        f"{most['touched_pages']} pages touched, at most {most['mapped_pages']} mapped;"
        f" {views.WINDOW} faults in a row touch at most {most['working_set_pages']}",
    )
    busiest = max(seconds, key=lambda row: int(row["faults"]))
    faults = sum(int(row["faults"]) for row in seconds)
    yield "faults", f"{faults}; most in second {busiest['second']}: {busiest['faults']}"
    strides = ", ".join(f"{far:+d} ({times})" for far, times in views.strides(touches))
    yield "first touch", f"most frequent distances in pages: {strides or 'none'}"


def add_to(app: typer.Typer) -> None:
    """Put the command into the command line."""
    app.command()(trace)

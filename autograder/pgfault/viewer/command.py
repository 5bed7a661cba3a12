# SPDX-License-Identifier: MIT
"""``python -m autograder trace``: look at one trace."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.pgfault.trace.story import Story

LARGEST = 512 << 20  # bytes
EXIT_WRONG = 1
MOST_LINES = 40
MOST_WRONG = 5  # lines, beside the names of what was written

_FILE = "What `pgfaultmap --events` printed, or an observation of a grading (.json); - for stdin."


def trace(
    file: Annotated[str, typer.Argument(metavar="FILE", help=_FILE)],
    html: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write a page that replays the trace.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write each view as a CSV file into DIR.")
    ] = None,
    json_: Annotated[
        Path | None,
        typer.Option("--json", metavar="OUT", help="Write all views as JSON; - for stdout."),
    ] = None,
    perfetto: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write a file for ui.perfetto.dev.")
    ] = None,
    maps: Annotated[
        Path | None,
        typer.Option(metavar="MAPS", help="Compare the end with this copy of /proc/PID/maps."),
    ] = None,
) -> None:
    """Show a trace: regions, faults, and what is wrong with it.

    Without options it prints the trace in words. With options it writes the files that you ask
    for, prints their names and sizes, and reports what is wrong with the trace.

    Exit status: 0 if the trace is sound. 1 if it contradicts itself, differs from the maps, or
    goes on with a line that is not an event. 2 if a file cannot be read or written, or if FILE
    has no events.
    """
    story = load(file, maps)
    on_stdout = str(json_) == "-"
    try:
        written = list(_write(story, html, csv, None if on_stdout else json_, perfetto))
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror}") from error
    if on_stdout:
        print(_json(story))
    elif written:
        _print_written(story, written)
    else:
        _print_in_words(story)
    if story.problem or story.history.problems or story.first_parting:
        raise typer.Exit(EXIT_WRONG)


def _write(
    story: Story, html: Path | None, csv: Path | None, json_: Path | None, perfetto: Path | None
) -> Iterator[Path]:
    """Write what was asked for; gives the paths.  Errors: OSError."""
    from autograder.files import write_atomically
    from autograder.pgfault.trace import perfetto as chrome
    from autograder.pgfault.trace import views
    from autograder.pgfault.viewer import trace_page

    if html is not None:
        trace_page.write(story, html)
        yield html
    if csv is not None:
        for name, view in views.VIEWS.items():
            path = csv / f"{name}.csv"
            write_atomically(path, views.as_csv(view(story)))
            yield path
    if perfetto is not None:
        write_atomically(perfetto, chrome.export(story))
        yield perfetto
    if json_ is not None:
        write_atomically(json_, _json(story) + "\n")
        yield json_


def _json(story: Story) -> str:
    from autograder.pgfault.trace import views

    return json.dumps({name: view(story) for name, view in views.VIEWS.items()}, indent=1)


def load(file: str, maps: Path | None = None) -> Story:
    """The story in ``file``.  Errors: UsageError if there is none to be read."""
    from autograder.pgfault.trace import places
    from autograder.pgfault.trace.address_space import maps as regions_of
    from autograder.pgfault.trace.story import Checkpoint, read
    from autograder.text import one_line

    text = _text(file)
    title = "standard input" if file == "-" else one_line(Path(file).name, 80)
    story = _observation(title, text) if text.lstrip().startswith("{") else read(title, text)
    if not story.events:
        if not text.strip():
            raise UsageError(f"{title} is empty: give it what `pgfaultmap --events` prints")
        why = story.problem or "it has no lines"
        raise UsageError(f"{title} has no events, as `pgfaultmap --events` prints them: {why}")
    if maps is not None:
        there = _text(str(maps))
        regions = regions_of(there)
        if not regions:
            raise UsageError(f"{maps} has no regions: give it the text of /proc/PID/maps")
        end = Checkpoint(len(story.events), "at the end", regions)
        story = replace(
            story,
            checkpoints=[*story.checkpoints, end],
            places=[*story.places, *places.of_maps(there)],
        )
    return story


def _text(file: str) -> str:
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST).decode(errors="replace")
        path = Path(file)
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{file} is larger than {LARGEST >> 20} MiB: shorten it first")
        return path.read_bytes().decode(errors="replace")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _observation(title: str, text: str) -> Story:
    from pydantic import ValidationError

    from autograder.guest.observation import Observation
    from autograder.pgfault.trace.story import observed

    try:
        seen = Observation.model_validate_json(text)
    except ValidationError:
        raise UsageError(f"{title} is JSON, but not an observation of a grading") from None
    story = observed(title, seen)
    if story is None:
        raise UsageError(f"{title} is an observation without a trace (probe {seen.probe})")
    return story


def _print_written(story: Story, paths: list[Path]) -> None:
    """The files that were written, the length of the trace, and the first things wrong with it."""
    for path in paths:
        print(f"wrote {path} ({_size(path.stat().st_size)})")
    print(f"{len(story.events)} events, {len(story.history.lives)} regions")
    for text in itertools.islice(_wrong(story), MOST_WRONG):
        print(text)
    if (more := sum(1 for _ in _wrong(story)) - MOST_WRONG) > 0:
        print(f"and {more} more; without options this command lists them")


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(round(count / 1e3), 1)} kB"


def _wrong(story: Story) -> Iterator[str]:
    """All that is wrong with the trace, a line each."""
    from autograder.pgfault.viewer.replay import Replay

    if story.problem:
        yield f"The trace ends early, because the next line is not an event: {story.problem}"
    for problem in story.history.problems:
        yield f"Event {problem.event + 1} contradicts earlier ones: {problem.words}"
    comparison = Replay(story).comparison
    for moment in comparison.differing if comparison else []:
        yield f"The trace is wrong {moment.label}: {'; '.join(moment.differences)}"


def _print_in_words(story: Story) -> None:
    """The trace in words, with its first regions as ``pgfaultmap`` prints them."""
    from rich.console import Console

    from autograder.pgfault.viewer.replay import Replay

    console = Console()

    def line(text: str, style: str = "") -> None:
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    line(f"{story.title}: {Replay(story).summary}", "bold")
    for number, text in enumerate(_wrong(story)):
        if number < MOST_LINES:
            line(text, "red")
    for life in story.history.lives[:MOST_LINES]:
        line(life.line(160))
    if len(story.history.lives) > MOST_LINES:
        line(f"and {len(story.history.lives) - MOST_LINES} more regions")
    for label, text in _figures(story):
        line(f"{label:<12} {text}")


def _figures(story: Story) -> Iterator[tuple[str, str]]:
    """The views, each in a line."""
    from autograder.pgfault.trace import views

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
    yield "first touch", f"most frequent distances, in pages: {strides or 'none'}"

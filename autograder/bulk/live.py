# SPDX-License-Identifier: MIT
"""What a run over a class shows while it goes on: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column

from autograder.bulk.batch import Tally
from autograder.text import duration, one_line

EVERY = 20.0  # seconds between two lines that only say how far things are
WIDTH = 24  # characters of a name


class View(Protocol):
    """Shows a run."""

    def changed(self, tally: Tally) -> None:
        """Something ended, or some time passed."""

    def told(self, name: str, phrase: str, part: float | None) -> None:
        """A grade tells what it does."""

    def __enter__(self) -> View: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def view(console: Console) -> View:
    """What suits the console."""
    return Bars(console) if console.is_terminal else PlainView(console)


def words(tally: Tally, running: int = 0) -> str:
    """How far a run is, in a line."""
    parts = [f"{len(tally.graded)} of {tally.todo} graded"]
    if tally.failed:
        parts.append(f"{len(tally.failed)} failed")
    # Before what may be cut off on a narrow terminal.
    if tally.left and tally.seconds_left is not None:
        parts.append(f"about {duration(tally.seconds_left)} left")
    if running:
        parts.append(f"{running} running")
    if tally.unreadable:
        parts.append(f"{len(tally.unreadable)} cannot be read")
    if tally.up_to_date:
        parts.append(f"{tally.up_to_date} up to date")
    return ", ".join(parts)


class PlainView:
    """A line for each grade that ends."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.shown = 0
        self.last = time.monotonic()
        self.heard_of: set[str] = set()

    def changed(self, tally: Tally) -> None:
        """Print where something ended, and now and then."""
        ended = [*tally.graded, *tally.failed, *tally.unreadable]
        now = time.monotonic()
        if len(ended) > self.shown or now - self.last > EVERY:
            line = words(tally, len(self.heard_of.difference(ended)))
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)
            self.shown, self.last = len(ended), now

    def told(self, name: str, phrase: str, part: float | None) -> None:
        """What it does is too much for lines: that it runs is told."""
        self.heard_of.add(name)

    def __enter__(self) -> PlainView:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing is left to do."""


class Bars:
    """A bar for the class and one for each grade that runs."""

    def __init__(self, console: Console) -> None:
        # Only the phrase gives way on a narrow terminal: a name and the figures stay whole.
        whole = Column(no_wrap=True, min_width=7)
        self._progress = Progress(
            TextColumn("{task.description}", table_column=Column(no_wrap=True, min_width=9)),
            BarColumn(bar_width=10),
            MofNCompleteColumn(table_column=whole),
            TextColumn("{task.fields[phrase]}", table_column=Column(no_wrap=True, ratio=1)),
            TimeElapsedColumn(table_column=whole),
            console=console,
            transient=True,
            expand=True,
        )
        self._whole: TaskID | None = None
        self._running: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def changed(self, tally: Tally) -> None:
        """Move the bars."""
        ended = {*tally.graded, *tally.failed, *tally.unreadable}
        with self._lock:
            if self._whole is None:
                self._whole = self._progress.add_task("the class", total=tally.todo, phrase="")
            done = tally.todo - tally.left
            self._progress.update(self._whole, completed=done, phrase=escape(words(tally)))
            for name in ended & self._running.keys():
                self._progress.remove_task(self._running.pop(name))

    def told(self, name: str, phrase: str, part: float | None) -> None:
        """Show what a grade does."""
        with self._lock:
            if name not in self._running:
                label = escape(one_line(name, WIDTH))
                self._running[name] = self._progress.add_task(label, total=100, phrase="")
            done = round(100 * part) if part is not None else None
            shown = escape(one_line(phrase, 60))
            if done is None:
                self._progress.update(self._running[name], phrase=shown)
            else:
                self._progress.update(self._running[name], completed=done, phrase=shown)

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean terminal."""
        self._progress.stop()

# SPDX-License-Identifier: MIT
"""How quickly a page with a long trace can be used, and how smoothly it plays.

Measured in Chromium without a display or a graphics card, so that the figures of one
machine can be compared with each other, and not with those of a desktop.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from autograder.pgfault.trace.events import PAGE, Event, EventKind
from autograder.pgfault.trace.story import Story
from autograder.pgfault.viewer import trace_page

LENGTHS = (100_000, 1_000_000)
SECONDS = 4  # of playing
SEED = 1
REGIONS, PAGES = 40, 2000  # where the made-up process touches
MILLISECONDS = 120_000  # until a page must be there

_PLAYED = """(seconds) => new Promise((done) => {
    const began = performance.now();
    const frames = [];
    const step = (clock) => {
        frames.push(clock);
        if (performance.now() - began < seconds * 1000) {
            requestAnimationFrame(step);
        } else {
            const steps = frames.slice(1).map((at, number) => at - frames[number]);
            done([(frames.length - 1) / ((frames.at(-1) - frames[0]) / 1000), Math.max(...steps)]);
        }
    };
    requestAnimationFrame(step);
})"""


@dataclass
class Figures:
    """What was measured with one trace."""

    events: int
    page_bytes: int
    written_seconds: float
    interactive_seconds: float  # from the start of loading until it can be played
    frames_per_second: float
    longest_frame_seconds: float


def measure(lengths: tuple[int, ...] = LENGTHS) -> list[Figures]:
    """The figures for traces of these lengths.

    Errors: RuntimeError where Chromium or its driver is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise RuntimeError("playwright is not installed: `make bench` installs it") from None
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("chromium is not installed: run scripts/setup.sh --browser")
    found = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        for length in lengths:
            file = Path(folder) / f"{length}.html"
            began = time.monotonic()
            trace_page.write(Story(f"{length} events", made_up(length)), file)
            written = time.monotonic() - began
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(file.as_uri(), timeout=MILLISECONDS, wait_until="commit")
            page.locator(".player[data-ready]").wait_for(timeout=MILLISECONDS)
            interactive = page.evaluate("performance.now()") / 1000
            page.get_by_role("button", name="Play").click()
            rate, longest = page.evaluate(_PLAYED, SECONDS)
            size = file.stat().st_size
            found.append(
                Figures(length, size, round(written, 2), interactive, rate, longest / 1000)
            )
            page.close()
        browser.close()
    return found


def made_up(count: int) -> list[Event]:
    """A trace of a process that walks through large regions, back and forth."""
    source = Random(SEED)
    starts = [0x40_0000 + number * 0x1000_0000 for number in range(REGIONS)]
    events = [
        Event(number, EventKind.ADD, str(number), start=start, end=start + PAGES * PAGE)
        for number, start in enumerate(starts)
    ]
    at = 0
    while len(events) < count:
        if source.random() < 0.02:
            at = source.randrange(REGIONS * PAGES)
        at = (at + source.choice([1, 1, 1, 2, -3])) % (REGIONS * PAGES)
        address = starts[at // PAGES] + at % PAGES * PAGE
        events.append(Event(len(events) * 2000, EventKind.FAULT, address=address))
    return events[:count]

# SPDX-License-Identifier: MIT
"""The replay of long traces, in a browser."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.errors import GraderError
from tests.bench import replay
from tests.bench.row import BenchRow
from tests.bench.setting import Setting


def measure(setting: Setting) -> Iterable[BenchRow]:
    """Until a page can be used, and how smoothly it plays."""
    try:
        found = replay.measure()
    except RuntimeError as error:  # no browser
        raise GraderError(str(error)) from error
    for page in found:
        title = f"replay of {page.events:,} events"
        yield BenchRow(f"{title}: page", "MB", page.page_bytes / 1e6)
        yield BenchRow(f"{title}: interactive after", "s", page.interactive_seconds)
        yield BenchRow(f"{title}: frames", "/s", page.frames_per_second)
        yield BenchRow(f"{title}: longest frame", "s", page.longest_frame_seconds)

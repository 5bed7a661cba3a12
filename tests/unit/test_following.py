# SPDX-License-Identifier: MIT
"""What ends a command that is followed: itself, or the first limit that it goes past."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace

import pytest

from autograder.sandbox.command import EndedBy
from autograder.sandbox.following import Patience, follow
from autograder.sandbox.sandbox import Level, Sandbox

MUCH = Patience(cpu_seconds=60, wall_seconds=60, resident_bytes=1 << 40, output_bytes=1 << 20)


def followed(script: str, patience: Patience) -> tuple[EndedBy, bytes]:
    reading, writing = os.pipe()
    process = Sandbox(Level.NONE).start(["sh", "-c", script], stdout=writing)
    os.close(writing)
    output = bytearray()
    try:
        return follow(process, reading, patience, output.extend), bytes(output)
    finally:
        process.kill()
        os.close(reading)


@pytest.mark.parametrize(
    ("script", "limits", "ended_by"),
    [
        ("echo done", {}, EndedBy.ITSELF),
        ("exec >&- 2>&-; sleep 0.3", {}, EndedBy.ITSELF),
        ("sleep 30 & exit", {}, EndedBy.ITSELF),  # what it left holds the output open
        ("sleep 30", {"sleep_seconds": 0.5}, EndedBy.SLEEP),
        ("timeout 2 sh -c 'while :; do :; done'", {"sleep_seconds": 0.5}, EndedBy.ITSELF),
        ("sleep 30", {"wall_seconds": 0.5}, EndedBy.WALL),
        ("while :; do :; done", {"cpu_seconds": 0.3}, EndedBy.CPU),
        ("while :; do :; done", {"stalled_seconds": 0.3}, EndedBy.CPU),
        ("sleep 1", {"stalled_seconds": 0.3}, EndedBy.ITSELF),
        ("yes", {"output_bytes": 1000}, EndedBy.OUTPUT),
        ("sleep 30", {"resident_bytes": 1}, EndedBy.MEMORY),
    ],
)
def test_what_ends_it(script: str, limits: dict[str, float], ended_by: EndedBy) -> None:
    assert followed(script, replace(MUCH, **limits))[0] is ended_by  # type: ignore[arg-type]


def test_what_makes_progress_may_use_more() -> None:
    growing = itertools.count()
    patience = replace(MUCH, stalled_seconds=0.3, progress=lambda: next(growing))
    script = "timeout 2 sh -c 'while :; do :; done'"
    assert followed(script, patience)[0] is EndedBy.ITSELF


def test_all_of_its_output_is_read() -> None:
    assert followed("seq 1 50000", MUCH) == (
        EndedBy.ITSELF,
        "".join(f"{number}\n" for number in range(1, 50001)).encode(),
    )

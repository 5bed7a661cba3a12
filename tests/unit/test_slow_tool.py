# SPDX-License-Identifier: MIT
"""What is said of traces that tracepgfault made while it was held."""

from __future__ import annotations

import pytest

from autograder.guest.observation import Ending, Observation, Outcome, Record
from autograder.judge.expect import Mismatch, NotReached
from autograder.pgfault.checks.slow_tool import expect_whole_traces

BASE, PAGES = 0x20_0000_0000, 3
ADD = f"0.000000001 add a {BASE:x}-{BASE + 0x4000:x}\n"
EXECVE = "".join(f"0.00000000{i} remove {i}\n" for i in range(2, 6))
FAULTS = "".join(f"0.00000010{i} fault {BASE + i * 4096:x}\n" for i in range(PAGES))
WHOLE = ADD + EXECVE + FAULTS


def seen(*runs: tuple[int, str]) -> Observation:
    """The first run with nobody held: status and events of each."""
    records: list[Record] = []
    files: dict[str, bytes] = {}
    for number, (status, events) in enumerate(runs, start=1):
        fields = {"call": str(number - 2), "status": str(status), "state": "-"}
        records.append(Record(name="run", fields=fields))
        for name, text in (("printed", f"{BASE:x}\n"), ("events.out", events)):
            records.append(Record(name="bytes", fields={"of": name, "size": str(len(text))}))
            files[name if number == len(runs) else f"{name}~{number}"] = text.encode()
    return Observation(
        probe="slow_tool",
        params={"pages": str(PAGES)},
        outcome=Outcome(kind=Ending.COMPLETED),
        records=records,
        files=files,
    )


def test_whole_traces() -> None:
    expect_whole_traces(seen((0, WHOLE), (0, WHOLE), (0, WHOLE)))


@pytest.mark.parametrize(
    ("status", "events", "told"),
    [
        (256, WHOLE, "fails"),
        (-1, WHOLE, "does not end"),
        (0, ADD + EXECVE, "touched 3 pages, and the trace has no faults there"),
        (0, ADD + FAULTS, "begins after execve()"),
        (0, "nonsense\n", "no event"),
    ],
)
def test_a_trace_with_a_hole(status: int, events: str, told: str) -> None:
    with pytest.raises(Mismatch) as caught:
        expect_whole_traces(seen((0, WHOLE), (0, WHOLE), (status, events)))
    assert told in caught.value.observed
    assert "before its system call 2," in caught.value.did


def test_a_tool_that_does_not_work_at_all() -> None:
    with pytest.raises(NotReached):
        expect_whole_traces(seen((256, ""), (256, "")))
    with pytest.raises(NotReached):
        expect_whole_traces(seen((0, WHOLE)))

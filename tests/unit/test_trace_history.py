# SPDX-License-Identifier: MIT
"""The history tells the same as the model that checks use, and goes on where that stops."""

from __future__ import annotations

import pytest

from autograder.pgfault.trace.address_space import AddressSpace, TraceError, follow
from autograder.pgfault.trace.events import PAGE, Event, EventKind, parse
from autograder.pgfault.trace.history import History
from tests.traces import Process, broken, text


@pytest.mark.parametrize("seed", range(12))
def test_every_state_is_that_of_the_model(seed: int) -> None:
    events = Process(seed).events(300)
    history = History(events)
    space = AddressSpace()
    for state, event in enumerate(events, start=1):
        space.apply(event)
        told = [extents for _, extents in history.at(state)]
        assert told == space.extents()
        names = {life.id for life, _ in history.at(state)}
        assert names == set(space.live)
    for life, region in zip(history.lives, space.ever, strict=True):
        assert set(life.faulted) == region.faulted
        assert life.line() == region.map_line()
    assert not history.problems


@pytest.mark.parametrize("seed", range(8))
def test_a_contradiction_is_told_where_the_model_stops(seed: int) -> None:
    events = broken(Process(seed).events(400), seed)
    history = History(events)
    space = AddressSpace()
    for number, event in enumerate(events):
        try:
            space.apply(event)
        except TraceError:
            assert history.problems[0].event == number
            break
    else:
        assert not history.problems


def test_after_a_contradiction_it_goes_on() -> None:
    events = parse(
        "0.000000001 add a 1000-3000\n"
        "0.000000002 resize b 1000-2000\n"
        "0.000000003 add a 5000-6000\n"
        "0.000000004 fault 5123\n"
        "0.000000005 remove c\n"
        "0.000000006 add d 9000-9001\n"
    )
    history = History(events)
    assert [problem.event for problem in history.problems] == [1, 2, 4, 5]
    assert [str(extents) for _, extents in history.at(6)] == ["00005000-00006000"]
    assert [life.faults for life in history.lives] == [0, 1]


def test_after_a_loss_only_impossible_ranges_are_problems() -> None:
    events = [
        Event(0, EventKind.LOST, count=3),
        Event(1, EventKind.REMOVE, "x"),
        Event(2, EventKind.ADD, "y", start=PAGE, end=PAGE),
    ]
    history = History(events)
    assert [problem.event for problem in history.problems] == [2]
    assert history.lost == 3


def test_a_line_may_be_cut() -> None:
    history = History(parse("0.000000000 add a 1000-9000\n0.000000001 fault 2000\n"))
    assert history.lives[0].line(3) == (
        "Region: 00001000 - 00009000 (   8 pages): |.X. ... (5 more pages)"
    )


def test_the_made_up_traces_can_be_read() -> None:
    events = Process(3).events(100)
    assert parse(text(events)) == events
    assert follow(events).ever

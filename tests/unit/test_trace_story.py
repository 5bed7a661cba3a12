# SPDX-License-Identifier: MIT
"""What is known beside a trace, and where the two part."""

from __future__ import annotations

import itertools

import pytest

from autograder.guest.observation import Ending, Observation, Outcome
from autograder.pgfault.trace.segments import Segment, segments
from autograder.pgfault.trace.story import Story, observed, read
from tests.traces import Process, text

BASE = 0x1000000000
MAPS = "1000000000-1000040000 rw-p 00000000 00:00 0 \n"
EVENTS = [
    "0.000000001 add a 1000000000-1000040000",
    "0.000000002 fault 1000003000",
    "0.000000003 fault 1000005fff",
]


def observation(events: list[str], **more: str) -> Observation:
    params = {"base": hex(BASE), "before": "", "steps": "map 0 64;touch 0 3,5,6", **more}
    files = {
        "events.out": "\n".join(events) + "\n",
        "events.0.out": "",
        "events.1.out": events[0] + "\n",
        "events.2.out": "\n".join(events) + "\n",
        "maps.0": "1000-2000 rw-p 00000000 00:00 0 \n",
        "maps.1": MAPS,
        "maps.2": MAPS,
    }
    return Observation(
        probe="steps",
        params=params,
        outcome=Outcome(kind=Ending.COMPLETED),
        files={name: content.encode() for name, content in files.items()},
    )


def test_the_regions_and_the_plan_are_compared_after_each_step() -> None:
    story = observed("t", observation(EVENTS))
    assert story is not None
    assert [(point.state, point.label) for point in story.checkpoints] == [
        (0, "when tracing started"),
        (1, "after mmap() added 64 pages (1000000000-1000040000)"),
        (3, "after the traced process wrote to 3 pages of the region at 1000000000"),
    ]
    start, middle, end = story.partings
    assert [str(extents) for extents in start.not_traced] == ["00001000-00002000"]
    assert not middle
    assert (end.not_traced, end.only_traced, end.no_fault) == ([], [], [BASE + 6 * 4096])
    assert story.first_parting is start


@pytest.mark.parametrize(
    "params",
    [
        {"before": "map 0 64;touch 0 6", "steps": "none;touch 0 3,5,6"},
        {"steps": "file 0 64;touch 0 3,5,6"},
        {"before": "map 0 64;lock 0 0 64", "steps": "none;touch 0 3,5,6"},
        {"steps": "map 0 64;protect 0 3 1 r"},
    ],
)
def test_pages_that_need_not_fault_are_not_asked_for(params: dict[str, str]) -> None:
    story = observed("t", observation(EVENTS, **params))
    assert story is not None
    assert [parting.no_fault for parting in story.partings] == [[], [], []]


def test_after_a_loss_no_fault_is_asked_for() -> None:
    story = observed("t", observation([*EVENTS, "0.000000009 lost 3"]))
    assert story is not None and not story.partings[2]


def test_an_observation_without_a_trace_has_no_story() -> None:
    assert observed("t", observation(EVENTS).model_copy(update={"files": {}})) is None


def test_a_trace_is_read_as_far_as_it_can_be() -> None:
    story = read("t", "\n".join([*EVENTS, "what is this", EVENTS[0]]))
    assert len(story.events) == 3
    assert "line 4" in story.problem
    assert len(read("t", "\n".join(EVENTS), most=60).events) == 1


def test_a_long_story_is_shortened() -> None:
    story = observed("t", observation(EVENTS))
    assert story is not None
    short = story.shortened(2)
    assert (len(short.events), short.left_out, len(short.checkpoints)) == (2, 1, 2)
    assert story.shortened(3) is story


@pytest.mark.parametrize("seed", range(10))
def test_segments_hold_every_page_once_and_fold_no_fault(seed: int) -> None:
    story = read("t", text(Process(seed).events(400)))
    found = segments(story)
    for before, after in itertools.pairwise(found):
        assert before.end <= after.page
    pages = {extents for life in story.history.lives for _, extents in life.spans}
    shown = [range(segment.page, segment.end) for segment in found]
    for extents in pages:
        inside = [each for each in shown if extents.start // 4096 < each.stop]
        covered = sum(
            max(min(each.stop, extents.end // 4096) - max(each.start, extents.start // 4096), 0)
            for each in inside
        )
        assert covered == extents.pages
    folds = [range(segment.page, segment.end) for segment in found if segment.folded]
    faulted = {event.address // 4096 for event in story.events if event.address}
    assert folds
    assert not any(page in fold for page in faulted for fold in folds)


def test_untouched_pages_are_folded() -> None:
    story = Story("t", read("t", "0.000000001 add a 100000-1100000").events)
    assert segments(story) == [
        Segment(0x100, 8),
        Segment(0x108, 0x1000 - 16, folded=True),
        Segment(0x10F8, 8),
    ]
    assert segments(Story("t", [])) == []

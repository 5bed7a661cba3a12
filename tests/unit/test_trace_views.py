# SPDX-License-Identifier: MIT
"""What can be read off a trace, and the formats in which it leaves the kit."""

from __future__ import annotations

import csv
import io
import json

import pytest

from autograder.pgfault.trace import perfetto, picture, views
from autograder.pgfault.trace.address_space import Extents
from autograder.pgfault.trace.places import Place
from autograder.pgfault.trace.segments import segments
from autograder.pgfault.trace.story import Story, read
from autograder.pgfault.viewer.charts import bars, chart
from tests.traces import Process, broken

TRACE = """1.000000000 add a 1000-5000
1.000000500 fault 1000
1.000000600 fault 3abc
3.500000000 fault 1fff
3.500000001 resize a 1000-4000
4.000000000 add =cmd 9000-a000
4.000000000 fault 9000
4.100000000 lost 7
4.200000000 fault f000
4.300000000 remove a
"""


@pytest.fixture
def story() -> Story:
    return read("t", TRACE)


def test_working_set(story: Story) -> None:
    rows = views.working_set(story)
    assert rows[-1] == {
        "event": 10,
        "seconds": 3.3,
        "touched_pages": 4,
        "working_set_pages": 4,
        "mapped_pages": 1,
    }
    assert [row["mapped_pages"] for row in rows] == [4, 4, 4, 4, 3, 4, 4, 4, 4, 1]
    assert len(views.working_set(story, most=3)) <= 4


def test_the_working_set_forgets() -> None:
    lines = [f"0.{at:09d} fault {(at % 200) * 4096:x}" for at in range(400)]
    rows = views.working_set(read("t", "\n".join(lines)))
    assert rows[-1]["working_set_pages"] == views.WINDOW
    assert rows[-1]["touched_pages"] == 200


def test_faults_by_region_and_second(story: Story) -> None:
    assert [
        (row["region"], row["faulted_pages"], row["faults"])
        for row in views.faults_by_region(story)
    ] == [("00001000-00004000", 2, 3), ("00009000-0000a000", 1, 1)]
    assert views.faults_by_second(story) == [
        {"second": 0, "faults": 2, "region_changes": 1, "lost": 0},
        {"second": 2, "faults": 1, "region_changes": 1, "lost": 0},
        {"second": 3, "faults": 2, "region_changes": 2, "lost": 7},
    ]


def test_first_touch_order(story: Story) -> None:
    rows = [(row["page"], row["distance_pages"]) for row in views.first_touch(story)]
    assert rows == [("00001000", 0), ("00003000", 2), ("00009000", 6), ("0000f000", 6)]


def test_csv_can_be_read_and_runs_no_formula(story: Story) -> None:
    rows = list(csv.DictReader(io.StringIO(views.as_csv(views.faults_by_region(story)))))
    assert [row["id"] for row in rows] == ["a", "'=cmd"]
    assert views.as_csv([]) == ""


@pytest.mark.parametrize("name", views.VIEWS)
def test_every_view_bears_every_trace(name: str) -> None:
    for events in ([], Process(1).events(50), broken(Process(2).events(300), 2)):
        rows = views.VIEWS[name](Story("t", events))
        json.dumps(rows)
        assert len({tuple(row) for row in rows}) <= 1


def test_chrome_trace(story: Story) -> None:
    exported = json.loads(perfetto.export(story))
    events = exported["traceEvents"]
    slices = [event for event in events if event["ph"] == "X"]
    assert [(each["name"], each["ts"], each["dur"]) for each in slices] == [
        ("00001000-00004000", 1e6, 3.3e6),
        ("00009000-0000a000", 4e6, 0.3e6),
    ]
    faults = [event for event in events if event.get("cat") == "fault"]
    assert [each["tid"] for each in faults] == [1, 1, 1, 2, 0]
    assert [each["name"] for each in events if each.get("cat") == "lost"] == ["7 records lost"]
    counters = [event["args"]["pages"] for event in events if event["ph"] == "C"]
    assert counters == [1, 2, 2, 3, 4]
    assert json.loads(perfetto.export(Story("t", [])))["traceEvents"] == []


@pytest.mark.parametrize("seed", range(4))
def test_every_event_has_what_the_trace_event_format_asks_for(seed: int) -> None:
    """Also of a trace that contradicts itself; the rules are those of the format's description."""
    common = {"ph": str, "pid": int, "tid": int, "name": str, "cat": str, "ts": float, "args": dict}
    more: dict[str, dict[str, type]] = {"X": {"dur": float}, "i": {"s": str}, "C": {}, "M": {}}
    exported = json.loads(perfetto.export(Story("t", broken(Process(seed).events(300), seed))))
    assert set(exported) == {"displayTimeUnit", "traceEvents"}
    tracks: set[int] = set()
    for event in exported["traceEvents"]:
        wanted = {**common, **more[event["ph"]]}
        assert {key: type(value) for key, value in event.items()} == wanted
        assert event["ts"] >= 0 and event.get("dur", 0) >= 0 and event.get("s", "t") == "t"
        assert event["ph"] != "C" or all(type(value) is int for value in event["args"].values())
        if event["ph"] == "M":
            assert event["name"] in ("process_name", "thread_name") and event["args"]["name"]
            tracks.add(event["tid"])
        # Slices on a track must nest, so each has a track to itself; all tracks are named.
        assert event["tid"] in tracks
    slices = [event["tid"] for event in exported["traceEvents"] if event["ph"] == "X"]
    assert len(slices) == len(set(slices)) > 5


@pytest.mark.parametrize("seed", range(6))
def test_the_picture_stays_in_its_frame(seed: int) -> None:
    story = Story("t", broken(Process(seed).events(300), seed))
    drawn = picture.picture(story, segments(story))
    for box in drawn.boxes:
        assert 0 <= box.x <= box.x + box.width <= picture.WIDTH + 1
        assert -0.1 <= box.y <= box.y + box.height <= picture.HEIGHT + 0.1
    assert drawn.dots.startswith("M")
    assert len(drawn.marks) == min(len(story.history.problems), 20)


def test_the_picture_calls_pieces_by_their_names() -> None:
    events = read(
        "t",
        "0.000000001 add a 1000-3000\n"
        "0.000000002 add b 400000-403000\n"
        "0.000000003 add c 700000-702000\n",
    ).events
    known = [
        Place(Extents(0x1000, 0x3000), "the program's text"),
        Place(Extents(0x700000, 0x702000), "the stack"),
    ]
    story = Story("t", events, places=known)
    drawn = picture.picture(story, segments(story))
    assert [label.text for label in drawn.labels] == ["program", "400000", "stack"]


def test_charts_reach_the_top(story: Story) -> None:
    drawn = chart(views.working_set(story), "touched_pages", "working_set_pages")
    assert drawn.most == 4
    assert drawn.paths["touched_pages"].endswith("L720.0 0.0")
    assert chart([], "touched_pages").most == 1
    seconds = bars(views.faults_by_second(story), "second", "faults")
    assert seconds.most == 2 and seconds.paths["faults"].count("v-180.0") == 2
    assert bars([], "second", "faults").paths["faults"] == ""


def test_the_distances_that_a_prefetcher_would_bet_on() -> None:
    pages = [1, 2, 3, 2, 9, 10, 4]
    lines = [f"0.{at:09d} fault {page * 4096:x}" for at, page in enumerate(pages)]
    touches = views.first_touch(read("t", "\n".join(lines)))
    assert views.strides(touches) == [(1, 3), (-6, 1), (6, 1)]

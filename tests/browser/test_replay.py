# SPDX-License-Identifier: MIT
"""The replay tells in every state what the model of the checks tells."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.pgfault.trace.address_space import AddressSpace, Extents, TraceError, follow
from autograder.pgfault.trace.encoding import encode
from autograder.pgfault.trace.events import PAGE, Event, parse
from autograder.pgfault.trace.history import NEVER, History
from autograder.pgfault.trace.segments import segments
from autograder.pgfault.trace.story import Checkpoint, Story
from autograder.pgfault.viewer import replay_embed, trace_page
from autograder.report import assets
from tests.browser.axe import violations
from tests.browser.chromium import PATIENCE, WEB, node, opened, watch
from tests.traces import Process, broken

LARGEST = 5_000_000  # bytes, with 100,000 events


def test_the_scripts_pass_their_own_tests() -> None:
    tests = sorted(str(path) for path in (WEB / "tests").glob("*.test.js"))
    done = subprocess.run([node(), "--test", *tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("seed", range(5))
def test_the_model_in_the_page_is_that_of_the_checks(seed: int, tmp_path: Path) -> None:
    """Regions, extents and faulted pages, in random states of traces right and wrong."""
    events = Process(seed).events(500, changes=0.3)
    if seed > 2:
        events = broken(events, seed)
    source = Random(seed)
    states = sorted(source.sample(range(len(events) + 1), 25))
    told = _told(Story("t", events), states, tmp_path)
    history = History(events)
    assert [life["ended"] for life in told["lives"]] == [
        None if life.ended == NEVER else life.ended for life in history.lives
    ]
    for state, regions in zip(states, told["states"], strict=True):
        seen = [(r["first"], r["pages"], set(r["faulted"])) for r in regions]
        assert _sorted(seen) == _sorted(_expected(events[:state]))


def _told(story: Story, states: list[int], folder: Path) -> dict[str, Any]:
    file = folder / "trace.json"
    file.write_text(json.dumps({"trace": encode(story, segments(story)), "states": states}))
    script = str(WEB / "tests" / "states.js")
    done = subprocess.run([node(), script, str(file)], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["times"] == [event.time - story.events[0].time for event in story.events]
    return told


def _expected(events: list[Event]) -> list[tuple[int, int, set[int]]]:
    """What the model of the checks says; where that stops, what the history says."""
    try:
        space: AddressSpace = follow(events)
    except TraceError:
        history = History(events)
        living = [(extents, set(life.faulted)) for life, extents in history.at(len(events))]
    else:
        living = [(region.extents, region.faulted) for region in space.live.values()]
    return [
        (extents.start // PAGE, extents.pages, {page // PAGE for page in faulted})
        for extents, faulted in living
    ]


def _sorted(regions: list[tuple[int, int, set[int]]]) -> list[tuple[int, int, list[int]]]:
    return sorted((first, pages, sorted(faulted)) for first, pages, faulted in regions)


@pytest.fixture
def events() -> list[Event]:
    return Process(5).events(400)


@pytest.fixture
def page(browser: Browser, tmp_path: Path, events: list[Event]) -> Page:
    path = tmp_path / "trace.html"
    trace_page.write(Story("a trace", events), path)
    shown = opened(browser, 1000)
    shown.goto(path.as_uri())
    return shown


def rows(page: Page) -> list[list[str]]:
    """The table of regions as it stands on the screen."""
    cells: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('.regions tbody tr')]"
        ".map((row) => [row.cells[0], ...row.querySelectorAll('.quantity')])"
        ".map((cells) => cells.map((cell) => cell.textContent))"
    )
    return cells


def expected_rows(events: list[Event]) -> list[list[str]]:
    """The same from the model of the checks."""
    living = sorted(follow(events).live.values(), key=lambda region: region.extents)
    return [
        [f"{r.extents.start:08x}-{r.extents.end:08x}", str(r.extents.pages), str(len(r.faulted))]
        for r in living
    ]


def test_what_the_screen_shows_is_what_the_model_says(page: Page, events: list[Event]) -> None:
    slider = page.get_by_role("slider", name="Events so far")
    for state in (400, 0, 1, 137, 251, 90):
        slider.fill(str(state))
        assert sorted(rows(page)) == sorted(expected_rows(events[:state])), state
    page.get_by_role("button", name="Step", exact=True).click()
    assert sorted(rows(page)) == sorted(expected_rows(events[:91]))
    page.get_by_role("button", name="Step back").click()
    assert sorted(rows(page)) == sorted(expected_rows(events[:90]))
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert sorted(rows(page)) == sorted(expected_rows(events[:91]))


def test_playing_comes_to_the_end(page: Page, events: list[Event]) -> None:
    seen = watch(page)
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play").click()
    slider = page.get_by_role("slider", name="Events so far")
    expect(slider).to_have_value("400", timeout=PATIENCE)
    page.get_by_role("button", name="Play").wait_for()
    assert sorted(rows(page)) == sorted(expected_rows(events))
    assert not seen, seen


def test_an_address_is_found(page: Page, events: list[Event]) -> None:
    fault = next(event for event in events if event.address)
    times = sum(event.page == fault.page for event in events if event.address)
    page.get_by_label("Address to find, hexadecimal").fill(f"0x{fault.address:x}")
    page.keyboard.press("Enter")
    said = page.locator(".under").text_content() or ""
    assert f"Page {fault.page:08x}" in said
    assert ("once" if times == 1 else f"{times} times") in said
    page.get_by_label("Address to find, hexadecimal").fill("<b>")
    page.get_by_role("button", name="Find").click()
    assert "is not an address" in (page.locator(".under").text_content() or "")


def test_a_final_line_leads_into_the_map(page: Page) -> None:
    page.get_by_text("The regions, as pgfaultmap prints them").click()
    page.get_by_role("button", name="Show region 2 in the map").click()
    assert "added by event" in (page.locator(".under").text_content() or "")


@pytest.mark.parametrize("count", [100_000])
def test_a_hundred_thousand_events(browser: Browser, tmp_path: Path, count: int) -> None:
    events = Process(9).events(count, changes=0.01)
    path = tmp_path / "trace.html"
    trace_page.write(Story("large", events), path)
    assert path.stat().st_size < LARGEST
    page = opened(browser)
    seen = watch(page)
    page.goto(path.as_uri())
    page.locator(".player[data-ready]").wait_for()
    page.get_by_role("slider", name="Events so far").fill("54321")
    assert sorted(rows(page)) == sorted(expected_rows(events[:54321]))[:200]
    assert not seen, seen
    page.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 1100), ("dark", 390)])
def test_axe_finds_no_violation(
    browser: Browser, page: Page, tmp_path: Path, scheme: str, width: int
) -> None:
    page.close()
    shown = opened(browser, width, dark=scheme == "dark")
    shown.goto((tmp_path / "trace.html").as_uri())
    shown.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert not violations(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    shown.close()


def test_the_arrow_keys_walk_over_the_map(page: Page, events: list[Event]) -> None:
    page.get_by_role("group", name="Map").focus()
    region = sorted(region.extents for region in follow(events).live.values())[0]
    said = set()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        said.add(page.locator(".under").text_content() or "")
    assert len(said) >= 3 and all(each.startswith("Page") for each in said)
    page.get_by_label("Address to find, hexadecimal").fill(f"{region.start:x}")
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Map").focus()
    page.keyboard.press("ArrowRight")
    here = region.start + PAGE if region.pages > 1 else region.start
    assert f"{here:08x}" in (page.locator(".under").text_content() or "")
    assert page.locator(".regions tr[aria-current=true]").count() == 1


def test_who_wants_little_motion_gets_few_pictures(
    browser: Browser, page: Page, tmp_path: Path
) -> None:
    page.close()
    shown = opened(browser, 1000)
    shown.emulate_media(reduced_motion="reduce")
    shown.goto((tmp_path / "trace.html").as_uri())
    shown.evaluate(
        """window.shown = new Set(); new MutationObserver(() => {
            window.shown.add(document.querySelector('.now').textContent);
        }).observe(document.querySelector('.now'), { childList: true });"""
    )
    shown.get_by_label("Speed").select_option("16")
    shown.get_by_role("button", name="Play").click()
    expect(shown.get_by_role("slider", name="Events so far")).to_have_value("400", timeout=PATIENCE)
    assert shown.evaluate("window.shown.size") <= 8
    shown.close()


def test_the_keys_of_the_map_move_in_time(page: Page, events: list[Event]) -> None:
    slider = page.get_by_role("slider", name="Events so far")
    page.get_by_role("group", name="Map").focus()
    changes = [at for at, event in enumerate(events, start=1) if not event.address]
    for key, state in (
        *(("Home", 0), (".", 1), (".", 2), (",", 1), ("End", 400), (",", 399), ("Home", 0)),
        *(("]", changes[0]), ("]", changes[1]), ("[", changes[0])),
    ):
        page.keyboard.press(key)
        expect(slider).to_have_value(str(state))
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play").wait_for()


def test_the_map_and_play_come_before_lists_and_tables(page: Page) -> None:
    order = page.evaluate(
        """[".play", ".map", ".hint", ".plot", ".regions", ".evidence"].map((name) => {
            const all = [...document.querySelector("section.replay").querySelectorAll("*")];
            return all.findIndex((one) => one.matches(name));
        })"""
    )
    assert order == sorted(order) and -1 not in order


def test_the_hint_is_open_once_and_can_be_put_away(page: Page) -> None:
    hint = page.locator("details.hint")
    assert hint.locator("li:visible").count() == 3
    hint.locator("summary").click()
    assert hint.locator("li:visible").count() == 0


def test_axes_say_what_they_show(page: Page, events: list[Event]) -> None:
    ends = page.locator(".ends span")
    assert ends.all_text_contents() == ["event 1", "events \u2192", "event 400"]
    page.get_by_role("button", name="Show by time").click()
    start, axis, end = ends.all_text_contents()
    assert (start, axis) == ("0", "time since the first event \u2192")
    assert end.endswith(" s") and float(end[:-2]) == pytest.approx(
        (events[-1].time - events[0].time) / 1e9, rel=1e-3
    )


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 390)])
def test_a_replay_in_another_page_plays_and_keeps_nobody_out(
    browser: Browser, tmp_path: Path, events: list[Event], scheme: str, width: int
) -> None:
    embedded = replay_embed.section(events, "ps")
    policy = assets.policy(style=embedded.style, script=embedded.script)
    path = tmp_path / "page.html"
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{embedded.style}</style></head><body><main><h1>t</h1>{embedded.html}</main>"
        f"<script>{embedded.script}</script></body></html>"
    )
    shown = opened(browser, width, dark=scheme == "dark")
    seen = watch(shown)
    shown.goto(path.as_uri())
    shown.get_by_role("button", name="To the start").click()
    shown.get_by_role("button", name="Step", exact=True).click()
    assert "appeared with" in (shown.locator(".now").text_content() or "")
    assert shown.locator(".plot:visible, .regions:visible").count() == 0
    shown.get_by_text("All page faults at once").click()
    assert shown.locator(".plot:visible, .regions:visible").count() == 2
    assert shown.locator(".plot canvas").evaluate("(plot) => plot.width") > 300
    assert not violations(shown)
    assert not seen, seen
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.locator(".map").evaluate("(map) => map.scrollWidth - map.clientWidth") <= 0
    shown.close()


def test_a_wrong_trace_begins_with_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    events = parse("0.000000001 add a 10000-12000\n0.000000002 fault 10000\n")
    point = Checkpoint(1, "after step 1", [Extents(0x10000, 0x13000)])
    path = tmp_path / "trace.html"
    trace_page.write(Story("t", events, [point]), path)
    shown = opened(browser)
    shown.goto(path.as_uri())
    under = shown.locator(".under")
    assert under.text_content() == (
        "After step 1: 00010000-00013000 is not in the trace; 00010000-00012000 is only in the"
        " trace."
    )
    assert shown.locator(".now").text_content().startswith("Event 1 of 2")  # type: ignore[union-attr]
    shown.close()

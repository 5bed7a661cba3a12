# SPDX-License-Identifier: MIT
"""The assignment's text in Chromium: it loads nothing, and keeps nobody out."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.course import Course
from autograder.handout.text import assignment
from tests.browser.axe import violations
from tests.browser.chromium import opened, watch


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("assignment") / "assignment.html"
    path.write_text(assignment(Course()).html)
    return path


@pytest.mark.parametrize(("scheme", "width"), [("light", 1300), ("dark", 1300), ("light", 390)])
def test_axe_finds_no_violation(browser: Browser, path: Path, scheme: str, width: int) -> None:
    page = opened(browser, width, dark=scheme == "dark")
    seen = watch(page)
    page.goto(path.as_uri())
    assert not violations(page)
    assert not seen, seen
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_contents_show_the_reader_s_place(browser: Browser, path: Path, scripts: bool) -> None:
    page = opened(browser, 1300, scripts=scripts)
    page.goto(f"{path.as_uri()}#reading")
    reading = page.locator('nav a[href="#reading"]')
    last = page.locator('nav a[href="#checks-11"]')
    if scripts:
        page.wait_for_selector('nav a[href="#reading"][aria-current="location"]')
        assert reading.is_visible() and not last.is_visible()
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_selector('nav a[href="#checks-11"][aria-current="location"]')
        assert not reading.is_visible() and page.locator("nav [aria-current]").count() == 1
    else:
        assert reading.is_visible() and last.is_visible()
    page.close()


def test_a_link_leads_to_its_rule(browser: Browser, path: Path) -> None:
    page = opened(browser)
    page.goto(path.as_uri())
    page.locator('main a[href="#rule-r5"]').first.click()
    top = page.locator("#rule-r5").bounding_box()
    assert top is not None and 0 <= top["y"] <= 100
    page.close()


@pytest.mark.parametrize("dark", [True, False])
def test_the_pictures_follow_the_scheme(browser: Browser, path: Path, dark: bool) -> None:
    """A box in a picture is dark in the dark scheme, and the words in it are light."""
    page = opened(browser, dark=dark)
    page.goto(path.as_uri())
    lightness = """name => Math.max(...getComputedStyle(document.querySelector(name))
        .fill.match(/\\d+/g).slice(0, 3))"""
    box = page.evaluate(lightness, "main > figure svg g[fill] rect")
    words = page.evaluate(lightness, "main > figure svg text")
    assert (box < 60 and words > 150) if dark else (box > 200 and words < 120)
    page.close()


def test_a_space_at_the_start_of_code_takes_room(browser: Browser, path: Path) -> None:
    page = opened(browser)
    page.goto(path.as_uri())
    one, spaced = (
        page.locator(f"xpath=//main//code[.='{code}']").first.bounding_box() for code in ("1", " 1")
    )
    assert one is not None and spaced is not None
    assert spaced["width"] > one["width"] + 5
    page.close()


def test_the_trace_of_ps_can_be_played(browser: Browser, path: Path) -> None:
    page = opened(browser)
    seen = watch(page)
    page.goto(path.as_uri())
    page.get_by_role("button", name="To the start").click()
    page.get_by_role("button", name="Step", exact=True).click()
    assert not seen, seen
    page.close()


def test_on_paper_there_are_no_controls(browser: Browser, path: Path) -> None:
    page = opened(browser, 690)
    page.emulate_media(media="print")
    page.goto(path.as_uri())
    assert page.locator(".embedded-replay .still").is_visible()
    for hidden in ("nav", ".embedded-replay .player"):
        assert not page.locator(hidden).is_visible(), hidden
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    page.close()

# SPDX-License-Identifier: MIT
"""The feedback page in Chromium: nothing runs, nothing loads, everything can be reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import violations
from tests.browser.chromium import opened, watch
from tests.browser.material import FAILED

LARGEST = 1_000_000  # bytes


def open_everything(page: Page) -> None:
    """Unfold the whole page."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for at in range(page.locator(".player").count()):
        page.locator(".player").nth(at).and_(page.locator("[data-ready]")).wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_hostile_text_runs_nothing_and_nothing_is_loaded(
    browser: Browser, feedback: Path, scripts: bool
) -> None:
    page = opened(browser, scripts=scripts)
    seen = watch(page)
    page.goto(feedback.as_uri())
    if scripts:
        open_everything(page)
        page.get_by_role("button", name="Step", exact=True).first.click()
    page.mouse.move(300, 300)
    assert not seen, seen
    assert page.locator("script").count() == page.locator("script.trace-data").count() + 1
    assert page.locator("img, iframe, object, embed, link, form").count() == 0
    page.close()


def test_no_script_but_the_page_s_own_can_be_put_into_it(browser: Browser, feedback: Path) -> None:
    """Even text that were not escaped would do nothing: the policy stands behind that."""
    hostile = feedback.with_name("hostile.html")
    added = (
        "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"
    )
    hostile.write_text(feedback.read_text().replace("<main>", f"<main>{added}"))
    page = opened(browser)
    seen = watch(page)
    page.goto(hostile.as_uri())
    page.wait_for_timeout(100)
    assert page.title() != "owned"
    assert len([message for message in seen.messages if "Content Security Policy" in message]) >= 2
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; } catch (e) { return e.name; } }"
    )
    assert refused == "TypeError"
    page.close()


def test_every_failed_check_opens_by_keyboard(browser: Browser, feedback: Path) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    checks = page.locator("details.check.failed")
    assert checks.count() == len(FAILED)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = false; })")
    found = 0
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.others:not([open]) > summary')"):
            page.keyboard.press("Enter")
        on_check = page.evaluate("document.activeElement.matches('details.check.failed > summary')")
        if on_check:
            page.keyboard.press("Enter")
            found += 1
            if found == len(FAILED):
                break
    assert page.locator("details.check.failed[open]").count() == len(FAILED)
    page.close()


def test_a_link_to_a_check_opens_it(browser: Browser, feedback: Path) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    body = page.locator("details.check.failed:not([open]) .body").first
    target = body.get_attribute("id")
    page.locator(f'a.cell[href="#{target}"]').focus()
    page.keyboard.press("Enter")
    page.locator(f"[id='{target}']").wait_for(state="visible")
    page.close()


def test_without_scripts_everything_can_be_read(browser: Browser, feedback: Path) -> None:
    page = opened(browser, scripts=False)
    page.goto(feedback.as_uri())
    while page.locator("details:not([open]) > summary:visible").count():
        page.locator("details:not([open]) > summary:visible").first.click()
    assert page.locator("figure.still svg:visible").count() >= 2
    assert page.get_by_text("Region: ").first.is_visible()
    assert page.get_by_text("is not in the trace").first.is_visible()
    assert page.locator(".player *").count() == 0
    assert not page.locator("#tools").is_visible() and not page.locator("#help").is_visible()
    page.close()


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1100), ("dark", 1100), ("light", 390), ("dark", 390)]
)
def test_axe_finds_no_violation(browser: Browser, feedback: Path, scheme: str, width: int) -> None:
    page = opened(browser, width, dark=scheme == "dark")
    page.goto(feedback.as_uri())
    open_everything(page)
    assert not violations(page)
    page.close()


@pytest.mark.parametrize("width", [320, 390, 1100])
def test_no_page_is_wider_than_its_window(browser: Browser, feedback: Path, width: int) -> None:
    page = opened(browser, width)
    page.goto(feedback.as_uri())
    open_everything(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_on_paper_what_failed_is_unfolded(browser: Browser, feedback: Path) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    page.emulate_media(media="print")
    bodies = page.locator("details.check.failed > .body")
    assert all(bodies.nth(at).is_visible() for at in range(bodies.count()))
    assert page.pdf()
    page.close()


def test_the_page_is_small(feedback: Path) -> None:
    assert feedback.stat().st_size < LARGEST


def open_checks(page: Page) -> list[str]:
    """The failed and unjudged checks that are unfolded, by their numbers."""
    return page.locator("details.check[open] > summary .number").all_inner_texts()


def test_keys_walk_through_what_failed(browser: Browser, feedback: Path) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    page.evaluate("document.querySelectorAll('details.check').forEach((d) => { d.open = false; })")
    numbers = page.locator("details.check > summary .number").all_text_contents()
    walked = []
    for key in "nnp":
        page.keyboard.press(key)
        walked.append(open_checks(page))
        assert page.locator("details.check[open] > summary:focus").count() == 1
    assert walked == [[numbers[0]], [numbers[1]], [numbers[0]]]
    page.keyboard.press("p")
    assert open_checks(page) == [numbers[-1]]
    page.close()


def test_the_filter_leaves_what_it_names_and_can_be_taken_back(
    browser: Browser, feedback: Path
) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    cells = page.locator("#areas ~ * .cell")
    before = cells.count()
    page.keyboard.press("/")
    page.keyboard.type("3.6")
    assert [text.split()[0] for text in cells.locator("visible=true").all_inner_texts()] == ["3.6"]
    assert page.locator("#found").inner_text() == "1 check"
    visible = page.locator("[data-find]:visible").evaluate_all(
        "found => found.map((one) => one.dataset.find.split(' ')[0])"
    )
    assert set(visible) == {"3.6"}
    page.keyboard.type("?")  # a sign to look for, not a key
    assert not page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#found").inner_text() == ""
    assert page.locator(".unwanted").count() == 0 and cells.count() == before
    page.close()


def test_a_question_mark_explains_the_keys(browser: Browser, feedback: Path) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    help_box = page.locator("#help")
    for end in ("?", "Escape"):
        page.keyboard.press("?")
        assert help_box.is_visible()
        assert not violations(page)
        page.keyboard.press(end)
        assert not help_box.is_visible()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_role("button", name="Close").click()
    assert not help_box.is_visible()
    page.close()


def test_everything_is_shown_and_hidden_at_once(browser: Browser, feedback: Path) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    page.get_by_role("button", name="Show all").click()
    assert len(open_checks(page)) == page.locator("details.check").count() > 0
    page.get_by_role("button", name="Hide all").click()
    assert open_checks(page) == []
    page.close()


def test_frames_and_the_patch_lead_to_each_other(browser: Browser, feedback: Path) -> None:
    page = opened(browser)
    page.goto(feedback.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = false; })")
    page.locator("details.check.failed > summary").first.click()
    check = page.locator("details.check.failed").first
    check.get_by_role("link", name="where it is reported").first.click()
    frame = check.locator(".evidence mark a").first
    frame.wait_for(state="visible")
    assert "put+0x1/0x2  mm/x.c:4" in frame.inner_text()
    assert not check.get_by_text("? guess").first.is_visible()
    frame.click()
    assert page.url.endswith(check.locator(".source").first.get_attribute("id") or "-")
    check.locator(".guesses summary").first.click()
    assert check.get_by_text("? guess").first.is_visible()
    page.close()


def test_cells_of_all_rows_line_up(browser: Browser, feedback: Path) -> None:
    page = opened(browser, 390)
    page.goto(feedback.as_uri())
    lefts = (
        page.locator(".area .cells")
        .first.locator("li")
        .evaluate_all("cells => cells.map((cell) => Math.round(cell.getBoundingClientRect().left))")
    )
    first_row = lefts[: lefts.index(lefts[0], 1)] if lefts.count(lefts[0]) > 1 else lefts
    assert set(lefts) == set(first_row)
    page.close()

# SPDX-License-Identifier: MIT
"""The instructor's page in Chromium: sorts, searches and filters, and runs nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from autograder.bulk import page as class_page
from autograder.bulk.classbook import ClassBook, Entry
from autograder.bulk.shelf import ClassList
from autograder.bulk.students import Student
from autograder.course import Course
from autograder.results import Status
from autograder.scoring import score
from tests.browser.axe import violations
from tests.browser.chromium import opened, watch
from tests.sample_class import record, result

HOSTILE = "</script><script>document.title = 'owned'</script><img src=x onerror=alert(1)>"
FAILED = "reading/short_buffer"


def entry(name: str, student: str, *failed: str, **facts: object) -> Entry:
    about = record(name, students=[Student(id=name, name=student)], **facts)
    return Entry(name, about, score(result(name, failed), Course()))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    broken = score(result("eve", ("build/boots",), Status.GRADER_ERROR), Course())
    entries = [
        entry("ada", "Ada Lovelace"),
        entry("bob", HOSTILE, FAILED, message=HOSTILE),
        entry("joe", "Joe", FAILED, "build/boots", "reading/stopped"),
        Entry("eve", record("eve", outcome="grader_error", message="died"), broken),
        Entry("zoe", None, None),
    ]
    class_list = ClassList(
        submissions="",
        series="7.3",
        names=[each.name for each in entries],
        roster=[Student(id="max", name="Max")],
        remarks=[HOSTILE],
    )
    folder = tmp_path_factory.mktemp("class")
    class_page.write(ClassBook(Course(), class_list, entries), folder)
    return folder / class_page.INDEX


@pytest.fixture
def page(browser: Browser, path: Path) -> Page:
    page = opened(browser)
    page.goto(path.as_uri())
    return page


def shown(page: Page, table: str = "students") -> list[str]:
    """The names in the visible rows, from the top."""
    rows = page.locator(f"#{table} tbody tr:visible th")
    return [text.strip() for text in rows.all_inner_texts()]


def points_shown(page: Page) -> list[float]:
    """The points in the visible rows of the students who have any, from the top."""
    cells = page.locator("#students tbody tr:visible td:nth-child(2)")
    return [float(text) for text in cells.all_inner_texts() if text.strip()]


@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_is_loaded_and_nothing_hostile_runs(
    browser: Browser, path: Path, scripts: bool
) -> None:
    page = opened(browser, scripts=scripts)
    seen = watch(page)
    page.goto(path.as_uri())
    page.mouse.move(200, 400)
    assert not seen, seen
    assert page.title() != "owned"
    assert len(shown(page)) == 6
    assert page.locator("#controls").is_visible() is scripts
    page.close()


def test_sorting_by_a_column_and_back(page: Page) -> None:
    by_points = page.locator("#students thead").get_by_role("button", name="Points that count")
    by_points.focus()
    page.keyboard.press("Enter")
    lowest_first, points = shown(page), points_shown(page)
    assert points == sorted(points) and len(set(points)) > 1
    by_points.click()
    assert points_shown(page) == points[::-1]
    assert shown(page)[0] == "Ada Lovelace"
    assert set(lowest_first[-2:]) == {"zoe", "Max"}, "those without points come last"
    assert set(shown(page)[-2:]) == {"zoe", "Max"}
    assert page.locator("th[aria-sort=descending]").count() == 1


def test_search_and_filters(page: Page) -> None:
    page.get_by_label("Search").fill("lovelace")
    assert shown(page) == ["Ada Lovelace"] == shown(page, "grid")
    assert page.locator("#shown").inner_text() == "1 of 6 students"
    page.get_by_label("Search").fill("")
    page.get_by_label("State").select_option("grader error")
    assert shown(page) == ["eve"]
    page.get_by_label("State").select_option("")
    page.get_by_label("Lost points at").select_option("3.6")
    assert set(shown(page)) == {HOSTILE, "Joe"}


def test_a_cell_of_the_grid_leads_to_the_check(page: Page, path: Path) -> None:
    numbers = page.locator("#grid thead th.check").evaluate_all(
        "heads => heads.map((head) => head.dataset.number)"
    )
    row = page.locator("#grid tbody tr", has_text="Joe")
    cell = row.locator("td").nth(numbers.index("3.6"))
    assert cell.inner_text() == "✗"
    page.route("**/feedback.html*", lambda route: route.fulfill(body="feedback"))
    with page.expect_request("**/feedback.html*") as request:
        cell.click()
    assert request.value.url.startswith(path.with_name("joe").as_uri())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(browser: Browser, path: Path, scheme: str) -> None:
    page = opened(browser, dark=scheme == "dark")
    page.goto(path.as_uri())
    assert not violations(page)
    page.close()


def test_a_phone_needs_no_scrolling_sideways(browser: Browser, path: Path) -> None:
    page = opened(browser, width=390)
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    past = page.evaluate(
        """() => Array.from(document.querySelectorAll("body *"))
            .filter((each) => !each.closest(".wide, svg"))
            .filter((each) => each.getBoundingClientRect().right > 390)
            .map((each) => each.outerHTML.slice(0, 100))"""
    )
    assert past == []
    page.close()


def test_focus_frames_are_not_cut_off(page: Page) -> None:
    inside = page.locator("#students thead button, #students tbody a, #grid tbody a")
    assert inside.count() > 3
    for each in inside.all():
        each.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        offset, overflow = each.evaluate(
            "each => [getComputedStyle(each).outlineOffset,"
            " getComputedStyle(each.closest('.wide')).overflowX]"
        )
        assert overflow == "auto" and offset == "-2px", each.inner_text()


def test_the_heads_stay_in_sight_of_a_long_class(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 150})
    head = page.locator("#grid thead")
    head.scroll_into_view_if_needed()
    box = page.locator("#grid").locator("xpath=..")
    where = "head => head.getBoundingClientRect().top"
    top = head.evaluate(where)
    box.evaluate("box => box.scrollBy(0, 60)")
    scrolled = box.evaluate("box => box.scrollTop")
    assert scrolled > 10
    assert head.evaluate(where) == pytest.approx(top, abs=1)


def test_everything_is_on_the_printed_page(page: Page) -> None:
    sheet = 277 / 25.4 * 96  # A4 on its side without its margins, in CSS pixels
    page.set_viewport_size({"width": int(sheet), "height": 700})
    page.emulate_media(media="print")
    assert not page.locator("#controls").is_visible()
    assert len(shown(page)) == 6
    for table in ("students", "grid"):
        cut = page.locator(f"#{table}").evaluate(
            "table => table.parentElement.scrollHeight > table.parentElement.clientHeight"
        )
        assert not cut, "nothing is scrolled on paper"
    width = page.evaluate("document.getElementById('grid').getBoundingClientRect().width")
    assert width <= sheet, "the grid fits the sheet"

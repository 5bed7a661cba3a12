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

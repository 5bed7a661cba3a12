# SPDX-License-Identifier: MIT
"""What the tests in a browser share: the browser, and pages to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.report import html
from tests.browser.chromium import chromium
from tests.browser.material import graded, journey, observations


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def feedback(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a submission with checks of every kind, traces, and hostile text."""
    folder = tmp_path_factory.mktemp("feedback")
    result = graded()
    observations(result, folder / "observations")
    html.write(
        result,
        folder / "feedback.html",
        observations=folder / "observations",
        journey=journey(),
    )
    return folder / "feedback.html"

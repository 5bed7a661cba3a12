# SPDX-License-Identifier: MIT
"""axe-core, which looks for what keeps people out of a page."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.chromium import WEB

SCRIPT = (WEB / "node_modules" / "axe-core" / "axe.min.js").resolve()


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that the page as it stands breaks, and where: of each the first three places."""
    page.evaluate(SCRIPT.read_text())
    found = page.evaluate("async () => (await axe.run()).violations")
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"][:3]]) for rule in found]

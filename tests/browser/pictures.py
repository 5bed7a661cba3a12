# SPDX-License-Identifier: MIT
"""Take the pictures in docs/pictures of a feedback page, to be looked at and committed.

python -m tests.browser.pictures FEEDBACK.html [OUT]
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import ROOT, chromium

HEIGHT = 1500  # pixels that a picture shows of the page


def take(browser: Browser, page_file: Path, out: Path, name: str, width: int, dark: bool) -> None:
    """One picture from the top of the page, and one of the first trace in it."""
    page = browser.new_page(
        viewport={"width": width, "height": HEIGHT}, color_scheme="dark" if dark else "light"
    )
    page.goto(page_file.as_uri())
    page.screenshot(path=out / f"feedback-{name}.png")
    page.evaluate("document.querySelectorAll('.check, .others').forEach((d) => { d.open = true; })")
    trace = page.locator("details.check details.trace").first
    if trace.count():
        trace.locator("> summary").click()
        trace.locator(".player[data-ready]").wait_for()
        trace.screenshot(path=out / f"replay-{name}.png")
    page.close()


def take_print(browser: Browser, page_file: Path, out: Path) -> None:
    """The page as it comes out of a printer."""
    page = browser.new_page(viewport={"width": 794, "height": 1123})
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    page.screenshot(
        path=out / "feedback-print.png",
        clip={
            "x": 0,
            "y": 0,
            "width": 794,
            "height": HEIGHT,
        },
        full_page=True,
    )
    page.close()


def main() -> int:
    """Take all of them."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    page_file = Path(sys.argv[1]).resolve()
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "pictures"
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        take(browser, page_file, out, "light", 1000, dark=False)
        take(browser, page_file, out, "dark", 1000, dark=True)
        take(browser, page_file, out, "phone", 390, dark=False)
        take_print(browser, page_file, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

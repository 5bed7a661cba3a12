# SPDX-License-Identifier: MIT
"""Take the pictures in docs/pictures of a feedback page, to be looked at and committed.

python -m tests.browser.pictures FEEDBACK.html [OUT]
python -m tests.browser.pictures --cards PAGES [OUT]

The second form takes the first screens of the pages that ``python -m tests.cards --pages PAGES``
left there, those of ``SHOWN``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import ROOT, chromium

HEIGHT = 1500  # pixels that a picture shows of the page
FIRST_SCREEN = 900
SHOWN = (
    "untouched",
    "missing-semicolon",
    "panic-at-boot",
    "use-after-free",
    "mutex-in-the-fault-path",
    "split-not-recorded",
)
SCHEMES = (("light", 1000, False), ("dark", 1000, True), ("phone", 390, False))


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


def take_card(browser: Browser, page_file: Path, out: Path) -> None:
    """The first screen of a page, in each scheme."""
    for scheme, width, dark in SCHEMES:
        page = browser.new_page(
            viewport={"width": width, "height": FIRST_SCREEN},
            color_scheme="dark" if dark else "light",
        )
        page.goto(page_file.as_uri())
        page.screenshot(path=out / f"card-{page_file.stem}-{scheme}.png")
        page.close()


def main() -> int:
    """Take all of them."""
    arguments = sys.argv[1:]
    cards = arguments[:1] == ["--cards"]
    if cards:
        arguments = arguments[1:]
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    source = Path(arguments[0]).resolve()
    out = Path(arguments[1]) if len(arguments) > 1 else ROOT / "docs" / "pictures"
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        if cards:
            for name in SHOWN:
                take_card(browser, source / f"{name}.html", out)
            return 0
        for scheme, width, dark in SCHEMES:
            take(browser, source, out, scheme, width, dark=dark)
        take_print(browser, source, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

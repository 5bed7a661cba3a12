# SPDX-License-Identifier: MIT
"""Debian's Chromium, driven by Playwright, with an eye on everything a page must not do."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
PATIENCE = 180_000  # milliseconds
REMEDY = "scripts/setup.sh --browser"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser.  Errors: RuntimeError where Chromium is not installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError(f"chromium is not installed: run {REMEDY}")
    # Chromium's own sandbox cannot be had by root, nor in many containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, width: int = 1280, dark: bool = False, scripts: bool = True) -> Page:
    """A page that waits long: on a busy machine a browser takes its time."""
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    page.set_default_timeout(PATIENCE)
    return page


def node() -> str:
    """The path of node.  Errors: RuntimeError where there is none."""
    own = Path(sys.executable).with_name("node")
    found = str(own) if own.exists() else shutil.which("node")
    if found is None:
        raise RuntimeError("node is not installed: make test installs it")
    return found


@dataclass
class Watch:
    """What a page did that it must not do."""

    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.requests or self.messages or self.dialogs)


def watch(page: Page) -> Watch:
    """Note every request but that for the file itself, every message, error and dialog."""
    seen = Watch()

    def dismiss(box: Dialog) -> None:
        seen.dialogs.append(box.message)
        box.dismiss()

    page.on("request", lambda request: _note(seen.requests, request.url, page))
    page.on("console", lambda message: seen.messages.append(message.text))
    page.on("pageerror", lambda error: seen.messages.append(str(error)))
    page.on("dialog", dismiss)
    return seen


def _note(requests: list[str], url: str, page: Page) -> None:
    if not (url.startswith("file:") and not requests and page.url in ("about:blank", url)):
        requests.append(url)

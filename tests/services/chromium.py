"""Debian's Chromium for the tests that look at the desk as a person does."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = (
    "--headless",
    "--no-sandbox",  # the sandbox refuses root; only our own pages are opened
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",  # small in containers
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"width": 1366, "height": 768}
"""The screen most offices have, in CSS pixels."""
PHONE = {"width": 390, "height": 844}


def chromium_path() -> Path | None:
    """Return where Chromium lies, or None."""
    found = shutil.which("chromium") or shutil.which("chromium", path="/usr/bin")
    return Path(found) if found else None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file of tests; Playwright's loop runs in this thread, so no later file meets it."""
    path = chromium_path()
    if path is None:
        pytest.skip("Chromium is not installed here (script/test installs it)")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
        yield running
        running.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor nobody knows yet, in Vietnam, at an office screen."""
    context = browser.new_context(
        viewport={"width": DESK["width"], "height": DESK["height"]},
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def screen(visitor: BrowserContext) -> Page:
    """An empty page of that visitor."""
    return visitor.new_page()

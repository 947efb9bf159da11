"""The desk in a real Chromium, over an archive with a few invented records."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.api.conftest import address, app, empty, empty_address, empty_app, mould, stock
from tests.api.stock import PASSWORD

__all__ = ["address", "app", "empty", "empty_address", "empty_app", "mould", "stock"]

SignIn = Callable[[str, str], Page]


@pytest.fixture
def sign_in(visitor: BrowserContext) -> Iterator[SignIn]:
    """Sign somebody in at an address; no page may complain on the browser's console meanwhile."""
    complaints: list[str] = []

    def enter(where: str, name: str) -> Page:
        page = visitor.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{where}/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{where}/")
        return page

    yield enter
    expected = ("Failed to load resource", "ERR_")  # refusals that a test provokes
    assert [said for said in complaints if not any(part in said for part in expected)] == []

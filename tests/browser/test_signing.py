"""Signing by hand: the passphrase typed once, the progress seen, nothing left to sign."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from api.app import create_app
from api.archive import doors
from catalog import schema
from catalog.dossier import dossiers
from tests.api.conftest import served
from tests.api.stock import Stock, make
from tests.browser.conftest import SignIn
from tests.handover.signing_stock import AN_LAC, authority, pair
from tests.services.authority import PASSWORD as PASSPHRASE
from tests.services.authority import as_pkcs12
from tests.services.chromium import PHONE


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where an archive is served that holds a key, and two documents that wait for a signature."""
    made: Stock = make(tmp_path_factory.mktemp("signing") / "home")
    archive = made.archive
    with archive.register.write() as conn:
        (one,) = [each for each in dossiers(conn, archive.system) if each.label == "HS 1"]
        table = schema.dossier
        conn.execute(table.update().where(table.c.id == one.id).values(state="signed-off"))
    key = as_pkcs12(pair(AN_LAC.name, AN_LAC.code), authority(), tmp_path_factory.mktemp("key") / "key.p12")
    with served(create_app(doors(archive, replace(made.settings, sign_key=key)))) as where:
        yield where
    archive.close()


def test_an_archivist_signs_what_waits_and_watches_it(sign_in: SignIn, at: str) -> None:
    page = sign_in(at, "lan")
    page.goto(f"{at}/dossiers")
    page.click("text=Ký số")
    page.wait_for_url(f"{at}/signing")

    page.keyboard.type("không phải mật khẩu này")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.bad")).to_contain_text("Không mở được khoá ký số")
    expect(page.locator("[name=passphrase]")).to_have_value("")
    page.locator("[name=passphrase]").fill(PASSPHRASE)
    page.locator("[name=passphrase]").press("Enter")

    # The progress gives way to what it came to by itself.
    expect(page.locator(".notice.good")).to_have_text("Đã ký 2 văn bản.", timeout=120_000)
    expect(page.locator("[name=passphrase]")).to_have_count(0)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

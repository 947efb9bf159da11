"""The giver seals with a clear word and watches it; the receiver decides by keys, dossier by dossier."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.archive import doors
from catalog import transfer_draft, transfer_sealing
from catalog import transfer_item as items_of
from catalog.identifiers import TransferId
from catalog.instants import today
from handover import inside, sealing
from tests.api.conftest import served
from tests.api.handover_stock import HandoverStock, furnish
from tests.api.stock import Stock, copied
from tests.browser.conftest import SignIn
from tests.services.chromium import PHONE


@pytest.fixture
def office(mould: Stock, tmp_path: Path) -> Iterator[HandoverStock]:
    """An archive with dossiers that may be handed over."""
    made = furnish(copied(mould, tmp_path / "home"))
    yield made
    made.stock.archive.close()


@pytest.fixture
def at(office: HandoverStock) -> Iterator[str]:
    """Where it is served."""
    with served(create_app(doors(office.stock.archive, office.stock.settings))) as where:
        yield where


def drafted(office: HandoverStock) -> TransferId:
    archive = office.stock.archive
    with archive.register.write() as conn:
        made = transfer_draft.draft(
            conn,
            archive.system,
            giver=office.stock.an_lac,
            receiver=office.stock.ha_tu,
            case="xa-merged",
            title="Khối địa chính",
            route="inside",
        )
        transfer_draft.add(conn, archive.system, made.id, office.dossiers)
    return made.id


def delivered(office: HandoverStock) -> TransferId:
    archive = office.stock.archive
    made = drafted(office)
    with archive.register.write() as conn:
        said = {"decision_number": "1/QĐ", "decision_date": today()}
        transfer_draft.edit(conn, archive.system, made, said)
    sealing.seal(archive.register, archive.store, archive.system, archive.system, made, version="0")
    with archive.register.write() as conn:
        transfer_sealing.deliver(conn, archive.system, made)
    inside.check(archive.register, archive.store, archive.system, made)
    return made


def deciding(page: Page, where: str) -> None:
    page.goto(where)
    page.wait_for_selector("#items[data-ready]")


class TestTheGiver:
    def test_enters_the_decision_seals_by_the_number_and_hands_over(
        self, sign_in: SignIn, at: str, office: HandoverStock
    ) -> None:
        made = drafted(office)
        page = sign_in(at, "lan")
        page.goto(f"{at}/handover")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{at}/handover/{made}")

        page.fill(".steps [name=decision_number]", "1234/QĐ-UBND")
        page.fill(".steps [name=decision_date]", "2025-07-01")
        page.press(".steps [name=article]", "Enter")
        page.click("text=Xem còn vướng gì")
        expect(page.locator("#hinders")).to_contain_text("niêm phong được")
        number = re.search(r"BG-\d{4}-\d{6}", page.inner_text("h1"))
        assert number is not None
        page.fill(".steps [name=number]", number[0])
        page.press(".steps [name=number]", "Enter")
        hand_over = page.locator("button", has_text="Giao cho bên nhận")
        expect(hand_over).to_be_visible(timeout=60_000)  # the progress gives way to what comes next by itself
        hand_over.press("Enter")

        expect(page.locator("h1")).to_contain_text("đã giao")


class TestTheReceiver:
    def test_decides_with_one_key_each_and_accepts(
        self, sign_in: SignIn, at: str, office: HandoverStock
    ) -> None:
        made = delivered(office)
        page = sign_in(at, "thu")
        deciding(page, f"{at}/handover/{made}/decide")
        left = page.locator("[data-count=undecided] dd")

        page.keyboard.press("a")
        expect(left).to_have_text("3")
        page.keyboard.press("b")
        page.keyboard.type("Thiếu tờ 12")
        page.keyboard.press("Tab")
        page.locator(".item.now [name=deadline]").fill("2099-01-31")
        page.keyboard.press("Enter")
        expect(left).to_have_text("2")
        page.keyboard.press("t")
        page.keyboard.type("Ảnh mờ")
        page.keyboard.press("Enter")
        expect(left).to_have_text("1")
        page.keyboard.press("k")
        page.keyboard.press("z")  # on second thoughts
        expect(left).to_have_text("2")
        page.keyboard.press("m")
        page.keyboard.type("Không có trong hộp")
        page.keyboard.press("Enter")
        expect(left).to_have_text("1")
        expect(page.locator("#conclude")).to_be_hidden()
        page.keyboard.press("a")
        expect(left).to_have_text("0")
        page.locator("#conclude button.primary").click()
        expect(page.locator("h1")).to_contain_text("đã nhận một phần", timeout=60_000)

        archive = office.stock.archive
        with archive.register.read() as conn:
            found = items_of.items(conn, archive.system, made)
        assert [one.decision and one.decision.value for one in found] == [
            "accepted",
            "reserved",
            "missing",
            "accepted",
        ]
        assert found[1].reason == "Thiếu tờ 12"

    def test_is_told_when_a_decision_was_not_kept(
        self, sign_in: SignIn, at: str, office: HandoverStock
    ) -> None:
        made = delivered(office)
        page = sign_in(at, "thu")
        deciding(page, f"{at}/handover/{made}/decide")

        page.keyboard.press("b")
        page.keyboard.type("Thiếu tờ")
        page.keyboard.press("Tab")
        page.locator(".item.now [name=deadline]").fill("2001-01-31")
        page.keyboard.press("Enter")

        expect(page.locator("#said")).to_contain_text("2001-01-31")
        expect(page.locator("[data-count=undecided] dd")).to_have_text("4")

    def test_reads_it_on_a_phone(self, sign_in: SignIn, at: str, office: HandoverStock) -> None:
        made = delivered(office)
        page = sign_in(at, "thu")
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})

        for path in ("/handover", f"/handover/{made}", f"/handover/{made}/decide", "/board"):
            page.goto(f"{at}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path

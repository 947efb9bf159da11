"""The giver seals with a clear word and watches it; the receiver decides by keys, dossier by dossier."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.archive import doors
from catalog import transfer_acceptance, transfer_decision, transfer_draft, transfer_sealing
from catalog import transfer_item as items_of
from catalog.identifiers import TransferId
from catalog.instants import today
from handover import inside, sealing
from handover.sample import sample
from tests.api.conftest import served
from tests.api.handover_stock import HandoverStock, furnish
from tests.api.stock import Stock, copied
from tests.api.test_handover import unchecked
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

    def test_decides_on_all_that_wait_for_one_reason(
        self, sign_in: SignIn, at: str, office: HandoverStock
    ) -> None:
        made = delivered(office)
        unchecked(office, f"/handover/{made}", but=1)
        page = sign_in(at, "thu")
        deciding(page, f"{at}/handover/{made}/decide")

        group = page.locator(".group", has_text="3 hồ sơ: chưa quét vi-rút")
        group.locator("summary").click()
        expect(group.locator("[name=deadline]")).to_be_hidden()
        group.locator("[name=reason]").fill("Đĩa đã quét ở máy khác")
        group.locator("[name=reason]").press("Enter")

        expect(page.locator("[data-count=undecided] dd")).to_have_text("1")
        expect(page.locator("[data-count=accepted] dd")).to_have_text("3")
        expect(page.locator(".item").first).to_contain_text("Đĩa đã quét ở máy khác")
        other = page.locator(".group")
        expect(other).to_have_count(1)
        expect(other.locator("[name=deadline]")).to_be_visible()  # a reservation owes a day

    def test_looks_at_the_sample_by_keys(self, sign_in: SignIn, at: str, office: HandoverStock) -> None:
        made = delivered(office)
        page = sign_in(at, "thu")
        here = f"{at}/handover/{made}/sample"
        page.goto(here)
        drawn = page.locator("tbody tr").count()

        page.keyboard.press("n")
        for number in range(drawn):
            page.wait_for_selector("#marking[data-ready]")
            before = page.url
            if number:
                page.keyboard.press("a")
            else:
                page.keyboard.press("x")
                page.keyboard.press("Enter")  # not without a word
                assert page.url == before
                page.keyboard.type("Thiếu tờ 3")
                page.keyboard.press("Enter")
            page.wait_for_function("before => location.href !== before", arg=before)

        assert page.url == here
        expect(page.locator("tbody tr").first).to_contain_text("Không đạt Thiếu tờ 3")
        expect(page.locator("tbody .tag.good")).to_have_count(drawn - 1)
        expect(page.locator(".notice.bad")).to_contain_text("vượt mức cho phép")

    def test_goes_on_where_passing_was_broken_off(
        self, sign_in: SignIn, at: str, office: HandoverStock
    ) -> None:
        made, archive = delivered(office), office.stock.archive
        with archive.register.write() as conn:
            transfer_decision.decide_rest(conn, archive.system, made)
            transfer_acceptance.conclude(conn, archive.system, made)
        page = sign_in(at, "thu")
        page.goto(f"{at}/handover/{made}")

        expect(page.locator(".go-on")).to_contain_text("còn 4 hồ sơ chưa chuyển")
        page.click("text=Làm tiếp >> nth=-1")
        expect(page.locator(".go-on")).to_have_count(0, timeout=60_000)

        with archive.register.read() as conn:
            assert transfer_acceptance.left(conn, archive.system, made) == 0

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

        unchecked(office, f"/handover/{made}", but=1)
        with office.stock.archive.register.read() as conn:
            first = sample(conn, office.stock.archive.system, made).drawn[0].id
        ours = [
            f"/handover/{made}{rest}" for rest in ("", "/decide", "/checks", "/sample", f"/sample/{first}")
        ]
        for path in ("/handover", *ours, "/signing", "/board"):
            page.goto(f"{at}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path

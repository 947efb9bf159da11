"""An archivist goes from the queue to saved with the keyboard alone, corrects a line, meets a colleague."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.archive import doors
from catalog import field_value, key_value, people
from luutru import indexing
from tests.api.conftest import served
from tests.api.desk_stock import DeskStock, furnish
from tests.api.stock import Stock, copied
from tests.browser.conftest import SignIn
from tests.services.chromium import PHONE


@pytest.fixture(scope="module")
def desk(mould: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskStock]:
    """An archive with documents that wait; each test takes its own."""
    made = furnish(copied(mould, tmp_path_factory.mktemp("desk") / "home"), sure=3, doubtful=4)
    yield made
    made.stock.archive.close()


@pytest.fixture(scope="module")
def at(desk: DeskStock) -> Iterator[str]:
    """Where it is served."""
    with served(create_app(doors(desk.stock.archive, desk.stock.settings))) as where:
        yield where


def ready(page: Page) -> None:
    """Wait until the form takes keys."""
    page.wait_for_selector("#form[data-ready]")


class TestTheKeyboard:
    def test_leads_from_the_queue_through_three_doubts_to_the_next_document(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check?asked=1")

        page.keyboard.press("Enter")  # begin
        ready(page)
        document = page.url.split("/check/")[1].split("?")[0]
        expect(page.locator("#v-code")).to_be_focused()
        page.keyboard.press("Alt+1")  # the other reading
        page.keyboard.press("Enter")
        expect(page.locator("#v-date")).to_be_focused()
        page.keyboard.type("04081999")
        page.keyboard.press("Enter")
        expect(page.locator("#v-signer")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#done")).to_be_focused()
        expect(page.locator("#saved")).to_contain_text("Đã lưu lúc")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url: document not in url)
        ready(page)

        with desk.stock.archive.register.read() as conn:
            known = field_value.current(conn, desk.stock.archive.system, document)  # type: ignore[arg-type]
        assert known.text("code") == "45/QĐ-UBND"
        assert known.text("date") == "1999-08-04"
        assert known.values["signer"].actor == "lan"
        assert known.values["subject"].actor == "lan"  # the sure ones were accepted at once

    def test_one_press_is_enough_where_all_is_sure(self, sign_in: SignIn, at: str, desk: DeskStock) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.sure[0]}")
        ready(page)

        page.keyboard.press("Control+Enter")

        page.wait_for_url(lambda url: desk.sure[0] not in url)

    def test_asks_again_before_it_leaves_doubts_behind(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.doubtful[1]}")
        ready(page)

        page.keyboard.press("Control+Enter")

        expect(page.locator("#left")).to_contain_text("Nhấn Ctrl+Enter lần nữa")
        assert desk.doubtful[1] in page.url

    def test_shows_the_place_of_the_focused_field_on_the_image(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.doubtful[1]}")
        ready(page)

        expect(page.locator(".spot")).to_be_visible()
        page.focus("#v-type")
        expect(page.locator(".field.now")).to_have_attribute("data-field", "type")

    def test_goes_back_with_everything_kept(self, sign_in: SignIn, at: str, desk: DeskStock) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.doubtful[1]}")
        ready(page)

        page.fill("#v-signer_title", "PHÓ CHỦ TỊCH")
        page.keyboard.press("Escape")
        page.wait_for_url("**/check*")
        page.wait_for_selector("table.queue, .lead")

        with desk.stock.archive.register.read() as conn:
            known = field_value.current(conn, desk.stock.archive.system, desk.doubtful[1])
        assert known.text("signer_title") == "PHÓ CHỦ TỊCH"

    def test_shows_its_keys(self, sign_in: SignIn, at: str, desk: DeskStock) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.sure[1]}")
        ready(page)

        page.keyboard.press("F1")

        expect(page.locator("#keys")).to_contain_text("Nhận các trường chắc")


class TestASearchKey:
    def test_typed_last_is_kept_by_whatever_leaves_the_form(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        document, archive = desk.doubtful[3], desk.stock.archive
        with archive.register.write() as conn:
            lan = people.find(conn, archive.system, "lan").scope
            key_value.set_by_person(conn, lan, "person", ["Lê Văn An"], document=document, base=0)
        page = sign_in(at, "lan")

        def typed(name: str) -> None:
            page.goto(f"{at}/check/{document}")
            ready(page)
            page.fill("#k-person", name)

        def kept() -> list[str]:
            with archive.register.read() as conn:
                known = key_value.of_document(conn, archive.system, document)
            return [key.value for key in known if key.name == "person"]

        typed("Lê Văn Ba")
        page.keyboard.press("Escape")
        page.wait_for_url("**/check")
        back = kept()
        typed("Lê Văn Tư")
        page.keyboard.press("F4")
        page.wait_for_url("**/arrange**")
        followed = kept()
        typed("Lê Văn Năm")
        page.click("#later")
        page.wait_for_url(lambda url: document not in url)
        finished = kept()

        assert (back, followed, finished) == (["Lê Văn Ba"], ["Lê Văn Tư"], ["Lê Văn Năm"])


class TestTwoPeople:
    def test_see_both_values_of_a_search_key_and_choose(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        document, archive = desk.sure[2], desk.stock.archive
        with archive.register.write() as conn:
            hoa = people.find(conn, archive.system, "hoa").scope
            key_value.set_by_person(conn, hoa, "person", ["Lê Văn An"], document=document, base=0)
            base = field_value.current(conn, hoa, document).version
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{document}")
        ready(page)
        with archive.register.write() as conn:
            said = ["Lê Văn An", "Lê Thị Bình"]
            key_value.set_by_person(conn, hoa, "person", said, document=document, base=base)

        page.fill("#k-person", "Lê Văn Ân")

        clash = page.locator(".clash")
        expect(clash).to_contain_text("Trần Thị Hoà")
        expect(clash).to_contain_text("Lê Thị Bình")
        expect(clash).to_contain_text("Lê Văn Ân")
        page.get_by_role("button", name="Lấy của Trần Thị Hoà").press("Enter")
        expect(page.locator("#k-person")).to_have_value("Lê Văn An\nLê Thị Bình")
        with archive.register.read() as conn:
            kept = key_value.of_document(conn, archive.system, document)
        assert [key.value for key in kept if key.name == "person"] == ["Lê Văn An", "Lê Thị Bình"]

    def test_see_both_values_side_by_side_and_choose(self, sign_in: SignIn, at: str, desk: DeskStock) -> None:
        document = desk.doubtful[2]
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{document}")
        ready(page)
        archive = desk.stock.archive
        with archive.register.write() as conn:
            hoa = people.find(conn, archive.system, "hoa").scope
            base = field_value.current(conn, hoa, document).version
            field_value.set_by_person(conn, hoa, document, {"signer": "Bùi Việt Sơn"}, base=base)

        page.fill("#v-signer", "Bùi Viết Sen")
        page.keyboard.press("Enter")

        clash = page.locator(".clash")
        expect(clash).to_contain_text("Trần Thị Hoà")
        expect(clash).to_contain_text("Bùi Việt Sơn")
        expect(clash).to_contain_text("Bùi Viết Sen")
        page.get_by_role("button", name="Giữ của tôi").press("Enter")
        expect(page.locator("#saved")).to_contain_text("Đã lưu lúc")
        with archive.register.read() as conn:
            assert field_value.current(conn, archive.system, document).text("signer") == "Bùi Viết Sen"

    def test_see_what_the_other_typed_in_the_field_they_stand_in(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        document, archive = desk.doubtful[3], desk.stock.archive
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{document}")
        ready(page)
        page.fill("#v-code", "46/QĐ-UBND")
        page.focus("#v-subject")
        expect(page.locator("#saved")).to_contain_text("Đã lưu lúc")
        with archive.register.write() as conn:
            hoa = people.find(conn, archive.system, "hoa").scope
            base = field_value.current(conn, hoa, document).version
            field_value.set_by_person(conn, hoa, document, {"subject": "Về việc khác"}, base=base)

        page.locator("[data-field=code] input").evaluate(
            "input => { input.value = '47/QĐ-UBND';"
            " input.dispatchEvent(new Event('input', { bubbles: true })); }"
        )
        expect(page.locator("#v-subject")).to_have_value("Về việc khác")
        page.keyboard.press("Escape")
        page.wait_for_url("**/check")

        with archive.register.read() as conn:
            known = field_value.current(conn, archive.system, document)
        assert known.text("code") == "47/QĐ-UBND"
        assert known.values["subject"].actor == "hoa"


class TestTheText:
    def test_corrected_on_the_image_is_found_within_two_seconds(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        archive = desk.stock.archive
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.stack}/text")
        page.wait_for_selector("#lines[data-ready]")
        page.locator("[data-line='0'] a").click()

        page.fill(".line-text", "quamauchuasua")
        page.keyboard.press("Enter")
        page.wait_for_selector("#lines[data-saves]")
        began = time.monotonic()
        name, index = archive.generations.open_current()
        found = 0
        while not found and time.monotonic() - began < 10:  # as the index's holder does, five times a second
            indexing.index_changes(archive, index, name)
            found = page.request.get(f"{at}/api/v1/search", params={"q": "quamauchuasua"}).json()["total"]
            time.sleep(0.1)
        took = time.monotonic() - began
        index.close()

        assert found == 1
        assert took < 2
        expect(page.locator("[data-line='0']")).to_contain_text("quamauchuasua")
        page.keyboard.press("Alt+z")
        expect(page.locator("[data-line='0']")).not_to_contain_text("quamauchuasua")

    def test_of_a_line_that_is_emptied_comes_back_in_no_other(
        self, sign_in: SignIn, at: str, desk: DeskStock
    ) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.doubtful[3]}/text")
        page.wait_for_selector("#lines[data-ready]")
        lines = page.locator("[data-line]")
        texts = [lines.nth(number).get_attribute("data-text") for number in range(lines.count())]
        page.locator("[data-line='1']").click()

        page.fill(".line-text", "")
        page.keyboard.press("Enter")
        page.wait_for_selector("#lines[data-saves='1']")
        expect(page.locator("[data-line='1'] .line-text")).to_have_value(str(texts[2]))
        page.keyboard.press("Enter")
        expect(page.locator("[data-line='2'] .line-text")).to_have_value(str(texts[3]))

        now = [lines.nth(number).get_attribute("data-text") for number in range(lines.count())]
        assert now == texts[:1] + texts[2:]


class TestTheStack:
    def test_is_cut_and_laid_back_by_keys(self, sign_in: SignIn, at: str, desk: DeskStock) -> None:
        page = sign_in(at, "lan")
        page.goto(f"{at}/check/{desk.stack}/arrange")
        page.wait_for_selector("#stack[data-ready]")
        before = page.locator(".pile").count()

        page.keyboard.press("ArrowRight")
        page.keyboard.press("s")
        expect(page.locator(".pile")).to_have_count(before + 1)
        page.keyboard.press("m")
        expect(page.locator(".pile")).to_have_count(before)
        page.keyboard.press("z")
        expect(page.locator(".pile")).to_have_count(before + 1)
        page.keyboard.press("z")
        expect(page.locator(".pile")).to_have_count(before)


class TestEveryScreen:
    def test_needs_no_scrolling_sideways_on_a_phone(self, sign_in: SignIn, at: str, desk: DeskStock) -> None:
        page = sign_in(at, "lan")
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        document = desk.doubtful[3]
        places = (
            "/check",
            f"/check/{document}",
            f"/check/{document}/text",
            f"/check/{document}/arrange",
            "/dossiers",
            f"/dossiers/{desk.dossier}/edit",
            "/control",
            "/work",
            f"/bulk?of=documents&id={document}",
            "/import",
        )

        wider = {}
        for place in places:
            page.goto(at + place)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if overflow > 0:
                wider[place] = overflow

        assert wider == {}

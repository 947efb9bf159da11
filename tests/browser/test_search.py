"""An official finds a page with the keyboard alone, and sees the words boxed on it."""

import pytest
from playwright.sync_api import Browser, expect

from tests.api.stock import PASSWORD, Stock
from tests.browser.conftest import SignIn
from tests.services.chromium import DESK, PHONE


class TestTheKeyboard:
    def test_leads_from_the_question_to_the_page_and_back(
        self, sign_in: SignIn, address: str, stock: Stock
    ) -> None:
        page = sign_in(address, "minh")
        page.goto(f"{address}/search?q=zzz")

        page.keyboard.press("/")
        page.keyboard.type(stock.words)
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=*")
        expect(page.locator("mark").first).to_be_visible()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_selector("#picture[data-ready]")
        boxed = page.locator(".hitbox").count()
        page.keyboard.press("n")
        expect(page.locator(".turn span").first).not_to_be_empty()
        page.wait_for_url("**/pages/*")
        second = page.locator(".strip [aria-current] span").inner_text()
        page.keyboard.press("p")
        page.wait_for_selector(".strip li:first-child [aria-current]")
        page.keyboard.press("u")
        page.wait_for_url("**/search?q=*")

        assert boxed >= 3
        assert second == "2"

    def test_shows_itself(self, sign_in: SignIn, address: str) -> None:
        page = sign_in(address, "minh")
        page.goto(f"{address}/search?q=a")

        page.keyboard.press("?")

        expect(page.locator("#keys")).to_be_visible()
        expect(page.locator("#keys")).to_contain_text("Kết quả kế tiếp")

    def test_letters_typed_into_the_search_box_are_letters(self, sign_in: SignIn, address: str) -> None:
        page = sign_in(address, "minh")

        page.fill("#q", "")
        page.locator("#q").press_sequentially("jkn?/p")

        assert page.input_value("#q") == "jkn?/p"
        expect(page.locator("#keys")).to_be_hidden()

    def test_is_offered_words_while_typing(self, sign_in: SignIn, address: str) -> None:
        page = sign_in(address, "minh")

        page.locator("#q").press_sequentially("quyế", delay=30)

        expect(page.locator("#suggestions option").first).to_have_attribute("value", "quyết", timeout=5000)


class TestWhatWasNotFoundAsTyped:
    def test_is_said_in_one_line_above_the_hits(self, sign_in: SignIn, address: str, stock: Stock) -> None:
        page = sign_in(address, "minh")
        line = page.locator(".found > [data-widened]")

        page.goto(f"{address}/search?q=ngày")
        expect(page.locator(".hit").first).to_be_visible()
        expect(line).to_have_count(0)
        page.goto(f"{address}/search?q=ngãy")
        expect(page.locator(".hit").first).to_be_visible()
        expect(line).to_have_text(
            "Không thấy chữ nào có dấu đúng như đã gõ; dưới đây là chữ viết giống, khác dấu."
        )
        page.goto(f"{address}/search?q={stock.words[:-1]}x")
        expect(page.locator(".hit").first).to_be_visible()
        expect(line).to_contain_text("Không có kết quả nào đúng như chữ đã gõ")

        above = line.bounding_box(), page.locator(".hit").first.bounding_box()
        assert above[0] is not None
        assert above[1] is not None
        assert above[0]["y"] < above[1]["y"]


class TestTheViewer:
    def test_boxes_stand_where_the_words_are(self, sign_in: SignIn, address: str, stock: Stock) -> None:
        page = sign_in(address, "minh")
        hit = page.request.get(f"{address}/api/v1/search", params={"q": stock.words}).json()["hits"][0]
        page.goto(f"{address}/pages/{hit['page_id']}?q=ngày")
        page.wait_for_selector("#picture[data-ready]")
        page.wait_for_timeout(600)  # the first zoom comes to rest
        told = page.request.get(f"{address}/pages/{hit['page_id']}/boxes?q=ngày").json()["boxes"]

        seen = [box.bounding_box() for box in page.locator(".hitbox").all()]

        assert len(seen) == len(told) >= 2
        first, last = told[0]["box"], told[-1]["box"]
        assert seen[0] is not None
        assert seen[-1] is not None
        scale = seen[0]["width"] / (first[2] - first[0])
        assert seen[-1]["y"] - seen[0]["y"] == pytest.approx((last[1] - first[1]) * scale, abs=4)
        assert seen[-1]["x"] - seen[0]["x"] == pytest.approx((last[0] - first[0]) * scale, abs=4)

    def test_a_line_of_text_shows_its_place_on_the_image(
        self, sign_in: SignIn, address: str, stock: Stock
    ) -> None:
        page = sign_in(address, "minh")
        hit = page.request.get(f"{address}/api/v1/search", params={"q": stock.words}).json()["hits"][0]
        page.goto(f"{address}/pages/{hit['page_id']}")
        page.wait_for_selector("#picture[data-ready]")

        page.locator(".text .line").nth(3).click()

        expect(page.locator(".linebox")).to_be_visible()

    def test_tools_zoom_turn_and_step_through_the_hits(
        self, sign_in: SignIn, address: str, stock: Stock
    ) -> None:
        page = sign_in(address, "minh")
        hit = page.request.get(f"{address}/api/v1/search", params={"q": stock.words}).json()["hits"][0]
        page.goto(f"{address}/pages/{hit['page_id']}?q=ngày")
        page.wait_for_selector("#picture[data-ready]")
        before = page.locator(".hitbox").first.bounding_box()

        page.keyboard.press("h")
        page.wait_for_timeout(700)
        page.click("[data-tool=turn]")

        after = page.locator(".hitbox.now").bounding_box()
        assert before is not None
        assert after is not None
        assert after["width"] > before["width"]


class TestWithoutScripts:
    def test_one_still_signs_in_searches_and_sees_the_words_boxed(
        self, browser: Browser, address: str, stock: Stock
    ) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()

        page.goto(f"{address}/search?q={stock.words}")
        page.fill("[name=name]", "minh")
        page.fill("[name=password]", PASSWORD)
        page.click("button.primary")
        page.locator("a[data-hit][href^='/pages']").first.click()

        expect(page.locator(".still img")).to_be_visible()
        assert page.locator(".still rect").count() >= 3
        expect(page.locator(".text mark").first).to_be_visible()
        page.locator("a[rel=next]").first.click()
        expect(page.locator(".strip [aria-current] span")).to_have_text("2")
        context.close()


class TestEveryScreen:
    PAGES = ("/", "/search?q=ngày", "/batches", "/upload", "/users", "/tokens", "/password", "/api/v1/docs")

    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_needs_no_scrolling_sideways(
        self, sign_in: SignIn, address: str, stock: Stock, size: dict[str, int]
    ) -> None:
        page = sign_in(address, "quantri")
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        hit = page.request.get(f"{address}/api/v1/search", params={"q": stock.words}).json()["hits"][0]
        places = [
            *self.PAGES,
            f"/pages/{hit['page_id']}?q=ngày",
            f"/batches/{stock.batch}",
            f"/dossiers/{stock.paper}",
        ]

        wider = {}
        for place in places:
            page.goto(address + place)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if overflow > 0:
                wider[place] = overflow

        assert wider == {}

    def test_changes_its_language_and_stays_where_it_is(self, sign_in: SignIn, address: str) -> None:
        page = sign_in(address, "lan")
        page.goto(f"{address}/search?q=ngày&fonds=ANLAC")

        page.click("text=English")

        assert page.url == f"{address}/search?q=ng%C3%A0y&fonds=ANLAC"
        expect(page.locator("nav.main")).to_contain_text("Batches")

    def test_signs_out(self, sign_in: SignIn, address: str) -> None:
        page = sign_in(address, "lan")

        page.click(".account summary")
        page.click("text=Đăng xuất")
        page.goto(f"{address}/batches")

        assert "/sign-in" in page.url

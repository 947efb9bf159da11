"""An archivist drops a folder on the desk and watches it being read."""

import re
import threading
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from catalog import source_file
from catalog.identifiers import BatchId
from tests.api.stock import PASSWORD, Leaf, Stock, as_jpeg, as_pdf, sheets, work_through
from tests.browser.conftest import SignIn


def folder_of(tmp_path: Path, leaves: list[Leaf]) -> Path:
    """Return a folder as a scanning team leaves it: a box with a dossier, and a broken file."""
    folder = tmp_path / "Hộp 9"
    (folder / "HS 1").mkdir(parents=True)
    (folder / "HS 1" / "đơn.pdf").write_bytes(as_pdf(leaves))
    (folder / "HS 1" / "trang lẻ.jpg").write_bytes(as_jpeg(leaves[0]))
    (folder / "hỏng.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "Thumbs.db").write_bytes(b"no record")
    return folder


def files_of(stock: Stock, batch: str) -> list[source_file.SourceFile]:
    with stock.archive.register.read() as conn:
        return source_file.files(conn, stock.archive.system, BatchId(batch))


def batch_in(page: Page) -> str:
    """Return the batch that the page leads to once all is sent."""
    expect(page.locator("#see")).to_be_visible(timeout=30_000)
    found = re.search(r"/batches/(\w{32})", page.locator("#see").get_attribute("href") or "")
    assert found is not None
    return found[1]


class TestAFolder:
    def test_is_sent_and_watched_until_it_can_be_found(
        self, sign_in: SignIn, empty_address: str, empty: Stock, tmp_path: Path
    ) -> None:
        leaves = sheets(11, matter="khai-sinh", abbreviation="CV", paragraphs=5)[:1]
        page = sign_in(empty_address, "lan")
        page.goto(f"{empty_address}/upload")
        page.fill("[name=fonds]", "ANLAC")

        page.set_input_files("input[webkitdirectory]", folder_of(tmp_path, leaves))
        page.click("#upload button[type=submit]")
        batch = batch_in(page)
        files = files_of(empty, batch)
        page.click("#see")
        worker = threading.Thread(
            target=work_through,
            args=(empty.archive, {file.id: leaves for file in files if file.path != "hỏng.pdf"}),
        )
        worker.start()
        expect(page.locator(".tag.good").first).to_have_text("Đã xong.", timeout=60_000)
        worker.join()

        assert sorted(file.path for file in files) == ["HS 1/trang lẻ.jpg", "HS 1/đơn.pdf", "hỏng.pdf"]
        assert all(file.dossier for file in files if file.path.startswith("HS 1"))
        expect(page.locator(".ledger .read dd")).to_have_text("2")
        expect(page.locator(".ledger .refused dd")).to_have_text("1")
        expect(page.locator("table")).to_contain_text("Tệp hỏng")
        page.click("text=Tra cứu trong lô này")
        expect(page.locator(".hit").first).to_be_visible()

    def test_whose_line_breaks_is_sent_on_from_where_it_stopped(
        self, sign_in: SignIn, empty_address: str, empty: Stock, tmp_path: Path
    ) -> None:
        page = sign_in(empty_address, "lan")
        page.goto(f"{empty_address}/upload")
        big = tmp_path / "bản đồ.tif"
        big.write_bytes(bytes(range(256)) * 4096 * 20)
        sent: list[str] = []

        def shaky(route: Route) -> None:
            sent.append(route.request.headers["upload-offset"])
            if len(sent) == 2:
                route.abort("connectionreset")
            else:
                route.continue_()

        page.route(
            "**/api/v1/uploads/*",
            lambda route: shaky(route) if route.request.method == "PATCH" else route.continue_(),
        )
        page.fill("[name=fonds]", "ANLAC")
        page.set_input_files("#files", big)
        page.click("#upload button[type=submit]")
        batch = batch_in(page)

        piece = 8 * 1024 * 1024
        assert sent == ["0", str(piece), str(piece), str(2 * piece)]
        assert files_of(empty, batch)[0].size == big.stat().st_size

    def test_sent_twice_is_taken_once(
        self, sign_in: SignIn, empty_address: str, empty: Stock, tmp_path: Path
    ) -> None:
        leaves = sheets(11, matter="khai-sinh", abbreviation="CV", paragraphs=5)[:1]
        folder = folder_of(tmp_path, leaves)
        page = sign_in(empty_address, "lan")

        for _ in range(2):
            page.goto(f"{empty_address}/upload")
            page.fill("[name=fonds]", "ANLAC")
            page.set_input_files("input[webkitdirectory]", folder)
            page.click("#upload button[type=submit]")
            expect(page.locator("#see")).to_be_visible(timeout=30_000)

        expect(page.locator("#list")).to_contain_text("đã có, không nhận lại")
        page.goto(f"{empty_address}/batches")
        assert page.locator("tbody tr").count() == 1

    def test_dropped_on_the_page_is_taken(self, sign_in: SignIn, empty_address: str) -> None:
        page = sign_in(empty_address, "lan")
        page.goto(f"{empty_address}/upload")

        page.evaluate(
            """() => {
                const data = new DataTransfer();
                data.items.add(new File(["một"], "một.pdf"));
                data.items.add(new File(["hai"], "hai.pdf"));
                document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
            }"""
        )

        expect(page.locator("#chosen")).to_contain_text("2 tệp")


class TestAStuckFile:
    def test_is_tried_again_with_one_press(self, sign_in: SignIn, empty_address: str, empty: Stock) -> None:
        page = sign_in(empty_address, "lan")
        page.goto(f"{empty_address}/upload")
        page.fill("[name=fonds]", "ANLAC")
        page.set_input_files("#files", {"name": "hỏng.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
        page.click("#upload button[type=submit]")
        batch = batch_in(page)
        work_through(empty.archive, {})
        page.goto(f"{empty_address}/batches/{batch}")

        page.click("text=Thử lại")

        expect(page.locator("table")).to_contain_text("Đã xếp lại vào hàng chờ.")
        assert files_of(empty, batch)[0].state == "received"


class TestTheFirstSignIn:
    def test_asks_for_a_password_of_ones_own(self, sign_in: SignIn, empty_address: str, empty: Stock) -> None:
        admin = sign_in(empty_address, "quantri")
        admin.goto(f"{empty_address}/users")
        admin.fill("[name=name]", "hoa")
        admin.click("text=Thêm người dùng")
        once = admin.locator("#secret").inner_text()
        admin.context.clear_cookies()

        admin.goto(f"{empty_address}/sign-in")
        admin.fill("[name=name]", "hoa")
        admin.fill("[name=password]", once)
        admin.click("button.primary")
        admin.wait_for_url("**/password")
        admin.fill("[name=current]", once)
        admin.fill("[name=new]", PASSWORD)
        admin.fill("[name=again]", PASSWORD)
        admin.click("button.primary")

        admin.wait_for_url(f"{empty_address}/")
        expect(admin.locator(".account summary")).to_have_text("hoa")

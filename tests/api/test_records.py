"""Finding a page by half-remembered words, looking at it, taking it along."""

import io
import json
import re
from urllib.parse import unquote

import httpx
import numpy as np
import pikepdf
import pytest
from PIL import Image

from api import page_picture
from api.archive import doors
from api.render import marked
from api.rest.shapes import SearchAnswer
from catalog import event, transfer_acceptance
from catalog import transfer as transfers
from catalog.identifiers import DossierId
from catalog.instants import today
from ingest.sandbox import run_in_child
from tests.api.conftest import Enter
from tests.api.handover_stock import decided
from tests.api.stock import Stock


def found_by(client: httpx.Client, words: str, name: str) -> dict[str, object]:
    """Return the first hit of a file called `name`."""
    hits = client.get("/api/v1/search", params={"q": words, "limit": 50}).json()["hits"]
    hit: dict[str, object] = next(hit for hit in hits if hit["name"] == name)
    return hit


class TestSearching:
    def test_finds_the_page_with_its_words_marked(self, enter: Enter, stock: Stock) -> None:
        page = enter("minh").get("/search", params={"q": stock.words})

        assert page.status_code == 200
        assert "quyet-dinh.pdf" in page.text
        assert f"<mark>{stock.words.split()[0]}</mark>" in page.text

    def test_says_what_share_has_been_read(self, enter: Enter, stock: Stock) -> None:
        everything = enter("minh").get("/search", params={"q": stock.words})
        one_fonds = enter("minh").get("/search", params={"q": stock.words, "fonds": "ANLAC"})
        nothing = enter("minh").get("/search", params={"q": "khongcogica"})

        assert re.search(r"đã đọc \d+/\d+ trang \(100 %\)", everything.text)
        assert re.search(r"Phông ANLAC: đã đọc \d+/\d+ trang", one_fonds.text)
        assert re.search(r"đã đọc \d+/\d+ trang", nothing.text)
        assert "Có thể thử" in nothing.text

    def test_says_when_what_was_asked_was_widened(self, enter: Enter, stock: Stock) -> None:
        minh, misread = enter("minh"), stock.words[:-1] + "x"

        exactly, about = (minh.get("/search", params={"q": words}).text for words in ("ngày", misread))

        assert "gần giống" in about
        assert "gần giống" not in exactly

    def test_before_anything_was_read_finds_nothing_and_is_no_error(self, enter_empty: Enter) -> None:
        lan = enter_empty("lan")

        page = lan.get("/search", params={"q": "quyết định"})
        answer = lan.get("/api/v1/search", params={"q": "quyết định"})

        assert (page.status_code, answer.status_code) == (200, 200)
        assert answer.json()["total"] == 0
        assert "reindex" not in page.text

    def test_shows_dossiers_that_exist_only_on_paper_with_box_and_place(self, enter: Enter) -> None:
        page = enter("minh").get("/search", params={"q": "nguyen van thuy thua dat 218"})

        assert "Chỉ có trên giấy" in page.text
        assert "Hộp 12, Kho 2, giá 4" in page.text

    def test_takes_tone_marks_typed_the_other_way_and_apart(self, enter: Enter) -> None:
        minh = enter("minh")
        typed = ["Nguyễn Văn Thuỳ", "Nguyễn Văn Thùy", "Nguyễn Văn Thùy"]

        totals = [minh.get("/api/v1/search", params={"q": text}).json()["total"] for text in typed]

        assert totals[0] >= 1
        assert len(set(totals)) == 1

    def test_narrows_by_facets_and_lets_go_of_them(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        everything = minh.get("/api/v1/search", params={"q": "ngày"}).json()
        narrowed = minh.get("/api/v1/search", params={"q": "ngày", "kind": "dossier"}).json()
        page = minh.get("/search", params={"q": "ngày", "fonds": "ANLAC"})

        assert [facet["value"] for facet in everything["facets"]["fonds"]] == ["ANLAC"]
        assert everything["facets"]["unit"][0]["label"] == "UBND xã An Lạc"
        assert narrowed["total"] < everything["total"]
        assert 'class="chosen"><a href="/search?q=ng%C3%A0y"' in page.text

    def test_answers_programs_in_the_shape_that_is_documented(self, enter: Enter) -> None:
        minh = enter("minh")

        answer = minh.get("/api/v1/search", params={"q": "quyết định"})
        documented = minh.get("/api/v1/openapi.json").json()["paths"]["/api/v1/search"]["get"]["responses"]

        assert answer.headers["content-type"] == "application/json"
        assert SearchAnswer.model_validate_json(answer.text).model_dump(mode="json") == answer.json()
        assert documented["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/SearchAnswer")

    def test_a_snippet_is_text_whatever_stands_in_it(self) -> None:
        plain = marked([("thửa ", False), ("đất", True), (" số 5", False)])
        signs = marked([("<b>", False), ('"A&B"', True), (" số 5", False)])

        assert plain == "thửa <mark>đất</mark> số 5"
        assert signs == "&lt;b&gt;<mark>&quot;A&amp;B&quot;</mark> số 5"

    def test_names_batches_to_archivists_only(self, enter: Enter) -> None:
        asked = {"q": "ngày"}

        archivist = enter("lan").get("/api/v1/search", params=asked).json()["facets"]["batch"]
        reader = enter("minh").get("/api/v1/search", params=asked).json()["facets"]["batch"]

        assert [value["label"] for value in archivist] == ["Hộp 12, đợt 1"]
        assert reader == []

    def test_offers_words_while_one_types(self, enter: Enter) -> None:
        offered = enter("minh").get("/suggest", params={"q": "quyế"}, headers={"HX-Request": "true"})

        assert "<option" in offered.text
        assert "<html" not in offered.text

    def test_shows_nothing_of_another_unit(self, enter: Enter, stock: Stock) -> None:
        tam = enter("tam")

        assert tam.get("/api/v1/search", params={"q": stock.words}).json()["total"] == 0
        assert tam.get("/api/v1/suggest", params={"q": "quyế"}).json() == []
        assert "Chưa có" in tam.get("/").text or "chưa có trang nào" in tam.get("/").text

    @pytest.mark.parametrize(
        "typed", ['"', "-", "*", "a" * 500, "<script>alert(1)</script>", "nam:", "' or 1=1 --"]
    )
    def test_takes_whatever_is_typed(self, enter: Enter, typed: str) -> None:
        page = enter("minh").get("/search", params={"q": typed})

        assert page.status_code == 200
        assert "<script>alert" not in page.text

    def test_refuses_questions_beyond_all_bounds(self, enter: Enter) -> None:
        minh = enter("minh")

        assert minh.get("/search", params={"q": "a" * 5000}).status_code == 400
        assert minh.get("/search", params={"q": "a", "offset": 10**9}).status_code == 400
        assert minh.get("/api/v1/search", params={"q": "a", "limit": 10**6}).status_code == 400


class TestAPage:
    def test_stands_in_its_document_with_text_and_place(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        hit = found_by(minh, stock.words, "quyet-dinh.pdf")

        page = minh.get(f"/pages/{hit['page_id']}", params={"q": stock.words})

        assert page.status_code == 200
        assert page.text.count('<img src="/pages/') >= 2
        assert "<mark>" in page.text
        assert 'class="unsure"' in page.text
        assert "Hộp 12" in page.text
        assert "200 dpi" in page.text
        assert "<rect" in page.text  # boxed without scripts, too

    def test_has_its_hits_boxed_where_they_stand(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        hit = found_by(minh, stock.words, "quyet-dinh.pdf")
        words = minh.get(f"/api/v1/pages/{hit['page_id']}/words").json()
        said = {tuple(word["box"]): word["text"] for line in words["lines"] for word in line["words"]}

        boxes = minh.get(f"/pages/{hit['page_id']}/boxes", params={"q": f'"{stock.words}"'}).json()

        marked = [said[tuple(item["box"])] for item in boxes["boxes"]]
        assert (boxes["width"], boxes["height"]) == (words["width"], words["height"])
        assert " ".join(marked).startswith(stock.words)

    def test_scanned_sideways_is_shown_upright_with_boxes_upright(self, enter: Enter) -> None:
        minh = enter("minh")
        hit = found_by(minh, "cong hoa xa hoi", "cong-van.jpg")
        words = minh.get(f"/api/v1/pages/{hit['page_id']}/words").json()

        picture = Image.open(io.BytesIO(minh.get(f"/pages/{hit['page_id']}/image").content))
        boxes = minh.get(f"/pages/{hit['page_id']}/boxes", params={"q": '"cong hoa xa hoi"'}).json()

        assert words["rotation"] == 90
        assert words["width"] > words["height"]
        assert picture.size == (boxes["width"], boxes["height"]) == (words["height"], words["width"])
        for item in boxes["boxes"]:
            x0, y0, x1, y1 = item["box"]
            ink = np.asarray(picture.convert("L").crop((x0, y0, x1, y1))).min()
            assert x1 - x0 > y1 - y0, "a word of Vietnamese print is wider than tall"
            assert ink < 100, "there is print in the box"

    def test_that_is_blank_says_so(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        hit = found_by(minh, stock.words, "quyet-dinh.pdf")
        document = minh.get(f"/api/v1/documents/{hit['document']}").json()
        blank = next(page["id"] for page in document["pages"] if page["state"] == "blank")

        assert "Trang trắng" in minh.get(f"/pages/{blank}").text
        assert minh.get(f"/api/v1/pages/{blank}/words").json()["slug"] == "not-read"

    def test_is_drawn_by_a_child_that_can_be_started_beforehand(self, stock: Stock) -> None:
        room = doors(stock.archive, stock.settings).room

        run_in_child(page_picture.ready, limits=stock.archive.limits)
        room.warm()  # never raises: the first page shown tells what is wrong

    def test_picture_comes_in_a_few_widths_and_is_asked_for_anew(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        page = found_by(minh, stock.words, "quyet-dinh.pdf")["page_id"]

        small = minh.get(f"/pages/{page}/image", params={"width": 160})
        again = minh.get(
            f"/pages/{page}/image", params={"width": 160}, headers={"If-None-Match": small.headers["etag"]}
        )
        odd = minh.get(f"/pages/{page}/image", params={"width": 161})

        assert Image.open(io.BytesIO(small.content)).width == 160
        assert small.headers["cache-control"] == "private, no-cache"
        assert (again.status_code, odd.status_code) == (304, 400)

    def test_is_not_there_for_another_unit(self, enter: Enter, stock: Stock) -> None:
        hit = found_by(enter("minh"), stock.words, "quyet-dinh.pdf")
        tam = enter("tam")

        answers = {
            path: tam.get(path).status_code
            for path in (
                f"/pages/{hit['page_id']}",
                f"/pages/{hit['page_id']}/image",
                f"/pages/{hit['page_id']}/image?width=160",
                f"/pages/{hit['page_id']}/boxes",
                f"/pages/{hit['page_id']}/master",
                f"/documents/{hit['document']}",
                f"/documents/{hit['document']}/pdf",
                f"/api/v1/pages/{hit['page_id']}/alto",
                f"/dossiers/{stock.paper}",
                f"/batches/{stock.batch}",
                f"/batches/{stock.batch}/progress",
                f"/api/v1/pages/{hit['page_id']}",
                f"/api/v1/pages/{hit['page_id']}/words",
                f"/api/v1/documents/{hit['document']}",
                f"/api/v1/batches/{stock.batch}",
            )
        }

        assert set(answers.values()) == {404}, answers


class TestTakingAlong:
    def test_the_master_is_the_file_as_it_came(self, enter: Enter, stock: Stock) -> None:
        lan = enter("lan")
        page = found_by(lan, "cong hoa xa hoi", "cong-van.jpg")["page_id"]

        answer = lan.get(f"/pages/{page}/master")

        assert answer.content[:2] == b"\xff\xd8"
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert "attachment" in answer.headers["content-disposition"]
        assert unquote(answer.headers["content-disposition"]).endswith("''cong-van.jpg")

    def test_the_pdf_has_the_text_in_it(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        hit = found_by(minh, stock.words, "quyet-dinh.pdf")

        answer = minh.get(f"/api/v1/documents/{hit['document']}/pdf")

        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert len(pdf.pages) >= 2
        assert answer.headers["content-type"] == "application/pdf"

    def test_the_alto_has_the_words_of_the_page(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        hit = found_by(minh, stock.words, "quyet-dinh.pdf")

        answer = minh.get(f"/api/v1/pages/{hit['page_id']}/alto")

        assert answer.headers["content-type"] == "application/xml"
        assert all(f'CONTENT="{word}"' in answer.text for word in stock.words.split())


class TestADossier:
    def test_on_paper_says_where_it_lies(self, enter: Enter, stock: Stock) -> None:
        page = enter("minh").get(f"/dossiers/{stock.paper}")

        assert "Kho 2, giá 4" in page.text
        assert "01/03/1997 - 30/11/1998" in page.text
        assert "chưa được quét" in page.text

    def test_that_was_handed_over_tells_the_giver_to_whom(self, enter_empty: Enter, empty: Stock) -> None:
        number = hand_over(empty, empty.paper)

        page = enter_empty("minh").get(f"/dossiers/{empty.paper}").text

        assert f"UBND xã An Lạc giao cho UBND phường Hà Tu ngày {today():%d/%m/%Y}, {number}" in page

    def test_that_is_not_open_to_all_leaves_a_record_of_every_look(self, enter: Enter, stock: Stock) -> None:
        minh = enter("minh")
        hit = found_by(minh, "cong hoa xa hoi", "cong-van.jpg")
        page, document = hit["page_id"], hit["document"]

        minh.get(f"/pages/{page}")
        minh.get(f"/dossiers/{stock.restricted}")
        minh.get(f"/api/v1/documents/{document}")

        with stock.archive.register.read() as conn:
            seen = [
                (item.actor, item.kind)
                for subject in (f"page:{page}", f"dossier:{stock.restricted}", f"document:{document}")
                for item in event.events(conn, stock.archive.system, subject)
                if item.kind == "viewed"
            ]
        assert seen.count(("minh", "viewed")) == 3


class TestProblems:
    def test_are_documents_for_programs_and_pages_for_people(self, enter: Enter) -> None:
        minh = enter("minh")

        program = minh.get("/api/v1/pages/" + "0" * 32)
        person = minh.get("/pages/" + "0" * 32)

        assert program.headers["content-type"] == "application/problem+json"
        assert json.loads(program.content)["slug"] == "page-not-found"
        assert "Không có ở đây" in person.text
        assert (program.status_code, person.status_code) == (404, 404)

    def test_carry_the_security_headers(self, enter: Enter, stranger: httpx.Client) -> None:
        answers = [
            enter("minh").get("/"),
            enter("minh").get("/nowhere"),
            stranger.get("/"),
            stranger.get("/api/v1/batches"),
            stranger.get("/static/desk.css"),
            enter("minh").post("/users", headers={"X-CSRF": "x"}),
        ]

        for answer in answers:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "server" not in answer.headers

    def test_pages_of_the_archive_are_not_kept_by_browsers(self, enter: Enter) -> None:
        assert enter("minh").get("/").headers["cache-control"] == "private, no-store"

    def test_pages_hold_no_inline_script_or_style(self, enter: Enter, stock: Stock) -> None:
        lan = enter("lan")
        for path in ("/", "/search?q=a", "/upload", f"/batches/{stock.batch}", "/tokens", "/api/v1/docs"):
            html = lan.get(path).text

            assert not re.search(r"<script(?![^>]*\bsrc=)", html)
            assert not re.search(r"\son[a-z]+=|\sstyle=|<style", html)


def hand_over(stock: Stock, dossier: DossierId) -> str:
    """Let Hà Tu accept a dossier of An Lạc; return the handover's number."""
    archive, system = stock.archive, stock.archive.system
    made = decided(stock, dossier)
    with archive.register.write() as conn:
        transfer_acceptance.conclude(conn, system, made)
        transfer_acceptance.pass_next(conn, system, made)
        return transfers.find(conn, system, made).number

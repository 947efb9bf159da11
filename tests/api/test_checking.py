"""The desk for checking: what waits, what is said, who may, and what two people say at once."""

import html
import re

import httpx

from api.desk.checking import REFUSALS
from catalog import boundary, field_value, key_value
from catalog import document as documents
from review import checking
from tests.api.checking_desk import at as at
from tests.api.checking_desk import base_of, seen_of
from tests.api.checking_desk import come as come
from tests.api.checking_desk import desk as desk
from tests.api.conftest import Enter
from tests.api.desk_stock import DeskStock, say

JSON = {"Accept": "application/json"}


class TestTheQueue:
    def test_shows_the_most_doubtful_first_with_what_must_be_typed(
        self, come: Enter, desk: DeskStock
    ) -> None:
        page = come("lan").get("/check").text

        assert "Bắt đầu kiểm tra" in page
        assert page.index(desk.doubtful[7]) < page.index(desk.sure[2])

    def test_is_the_archivists_alone(self, come: Enter, desk: DeskStock) -> None:
        minh, tam = come("minh"), come("tam")

        assert minh.get("/check").status_code == 403
        assert minh.get(f"/check/{desk.sure[0]}").status_code == 403
        assert minh.post(f"/check/{desk.sure[0]}", data={"base": "1"}).status_code == 403
        assert tam.get(f"/check/{desk.sure[0]}").status_code == 403
        assert 'href="/check"' not in minh.get("/search").text

    def test_hands_two_people_different_documents(self, come: Enter) -> None:
        first = come("lan").post("/check/next").headers["location"]
        second = come("hoa").post("/check/next").headers["location"]

        assert first.startswith("/check/")
        assert first != second

    def test_narrows(self, come: Enter, desk: DeskStock) -> None:
        page = come("lan").get("/check", params={"asked": "1"}).text

        assert desk.doubtful[7] in page
        assert desk.sure[2] not in page


class TestADocument:
    def test_shows_what_is_sure_what_is_doubtful_and_what_must_be_typed(
        self, come: Enter, desk: DeskStock
    ) -> None:
        page = come("lan").get(f"/check/{desk.doubtful[0]}").text

        assert re.search(r'class="field doubtful" data-field="code"', page)
        assert re.search(r'class="field asked" data-field="date"', page)
        assert re.search(r'class="field sure" data-field="type"', page)
        assert '<mark class="doubt">D</mark>' in page  # QD or QĐ: the one letter that is in doubt
        assert "45/QĐ-UBND" in page
        assert "Còn 3 trường cần xem" in page

    def test_keeps_what_is_typed_and_accepted(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.doubtful[0]
        sent = {"base": base_of(lan, document), "v.date": "4/8/1999", "ok": "signer"}

        answer = lan.post(f"/check/{document}", data=sent, headers=JSON).json()

        assert answer["left"] == 1
        date = answer["fields"]["date"]
        assert (date["value"], date["state"], date["todo"]) == ("04/08/1999", "given", False)
        assert date["by"] == "Lan"
        assert answer["fields"]["signer"]["state"] == "given"
        assert re.fullmatch(r"\d\d:\d\d:\d\d", answer["saved_at"])

    def test_names_every_value_that_cannot_be(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.doubtful[1]
        sent = {"base": base_of(lan, document), "v.date": "31/02/1999", "v.type": "Thư tình"}

        program = lan.post(f"/check/{document}", data=sent, headers=JSON)
        page = lan.post(f"/check/{document}", data=sent)

        assert program.status_code == 400
        assert program.json()["errors"] == {"date": "no-date", "type": "not-in-list"}
        assert page.status_code == 400
        assert "Không có trong danh mục tên loại." in page.text
        assert 'value="31/02/1999"' in page.text  # nothing that was typed is lost

    def test_needs_the_sessions_token(self, at: str, come: Enter, desk: DeskStock) -> None:
        lan = come("lan")

        with httpx.Client(base_url=at, cookies=lan.cookies) as forger:
            answer = forger.post(f"/check/{desk.sure[0]}", data={"base": "1", "v.signer": "X"})

        assert answer.status_code == 403

    def test_said_by_two_at_once_shows_both_and_loses_neither(self, come: Enter, desk: DeskStock) -> None:
        lan, hoa, document = come("lan"), come("hoa"), desk.doubtful[2]
        base = base_of(lan, document)
        hoa.post(f"/check/{document}", data={"base": base, "v.signer": "Bùi Việt Sơn"}, headers=JSON)

        answer = lan.post(f"/check/{document}", data={"base": base, "v.signer": "Bùi Viết Sen"}, headers=JSON)
        page = lan.post(f"/check/{document}", data={"base": base, "v.signer": "Bùi Viết Sen"})

        theirs = answer.json()["theirs"]
        assert answer.status_code == 409
        assert [(one["name"], one["value"], one["by"]) for one in theirs] == [
            ("signer", "Bùi Việt Sơn", "Trần Thị Hoà")
        ]
        assert answer.json()["fields"]["signer"]["value"] == "Bùi Việt Sơn"
        assert page.status_code == 409
        assert 'value="Bùi Viết Sen"' in page.text
        assert "Bùi Việt Sơn" in page.text
        kept = lan.post(
            f"/check/{document}",
            data={"base": str(answer.json()["version"]), "v.signer": "Bùi Viết Sen"},
            headers=JSON,
        )
        assert kept.json()["fields"]["signer"]["value"] == "Bùi Viết Sen"

    def test_tells_who_typed_what_and_takes_it_back(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.doubtful[3]
        lan.post(
            f"/check/{document}", data={"base": base_of(lan, document), "v.signer": "Ai đó"}, headers=JSON
        )

        history = lan.get(f"/check/{document}/fields/signer").text
        taken = lan.post(
            f"/check/{document}/fields/signer/take-back",
            data={"base": base_of(lan, document)},
            headers=JSON,
        )

        assert "Ai đó" in history
        assert "Lan" in history
        assert "máy đọc" in history
        assert taken.json()["fields"]["signer"]["value"] == "Bùi Viết Sơn"

    def test_shows_who_else_has_it_open_and_locks_nothing(self, come: Enter, desk: DeskStock) -> None:
        lan, hoa, document = come("lan"), come("hoa"), desk.doubtful[4]
        hoa.post(f"/check/{document}/stay")

        others = lan.post(f"/check/{document}/stay").json()["others"]
        saved = lan.post(
            f"/check/{document}", data={"base": base_of(lan, document), "v.place": "An Lạc"}, headers=JSON
        )

        assert others == ["Trần Thị Hoà"]
        assert "Trần Thị Hoà đang mở văn bản này" in lan.get(f"/check/{document}").text
        assert saved.status_code == 200

    def test_done_accepts_what_is_sure_and_leads_on(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.sure[0]

        answer = lan.post(f"/check/{document}/done", data=seen_of(lan, document), headers=JSON)

        to = answer.json()["next"]
        assert to.startswith("/check/")
        assert document not in to
        with desk.stock.archive.register.read() as conn:
            known = field_value.current(conn, desk.stock.archive.system, document).values
        assert {value.actor for value in known.values() if value.value} == {"lan"}
        assert "đã kiểm tra, chờ soát" in lan.get(f"/check/{document}").text

    def test_done_accepts_nothing_that_was_not_seen(self, come: Enter, desk: DeskStock) -> None:
        lan, document, archive = come("lan"), desk.sure[2], desk.stock.archive
        seen = seen_of(lan, document)
        say(desk.stock, document, doubtful=False, signer="Bùi Viết Sen")

        fields = lan.post(f"/check/{document}/done", data=seen, headers=JSON)
        pages = lan.post(
            f"/check/{document}/done", data=seen_of(lan, document) | {"arrangement": "99"}, headers=JSON
        )

        assert (fields.status_code, fields.json()["slug"]) == (409, "fields-changed")
        assert fields.json()["fields"]["signer"]["value"] == "Bùi Viết Sen"
        assert (pages.status_code, pages.json()["slug"]) == (409, "arrangement-changed")
        with archive.register.read() as conn:
            assert checking.state_of(conn, archive.system, document) == "waiting"

    def test_with_fields_that_nobody_looked_at_is_not_done(self, come: Enter, desk: DeskStock) -> None:
        lan, document, archive = come("lan"), desk.doubtful[5], desk.stock.archive

        answer = lan.post(
            f"/check/{document}/done", data={**seen_of(lan, document), "ok": ["code", "signer"]}
        )

        assert answer.status_code == 303
        with archive.register.read() as conn:
            assert checking.state_of(conn, archive.system, document) == "waiting"

    def test_works_without_scripts(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.doubtful[5]
        sent = {
            **seen_of(lan, document),
            "v.signer": "Bùi Viết Sơn",
            "was.signer": "Bùi Viết Sơn",
            "v.date": "04/08/1999",
            "was.date": "",
            "ok": ["code", "signer"],
        }

        answer = lan.post(f"/check/{document}/done", data=sent)

        assert answer.status_code == 303
        with desk.stock.archive.register.read() as conn:
            known = field_value.current(conn, desk.stock.archive.system, document)
            assert checking.state_of(conn, desk.stock.archive.system, document) == "entered"
        assert known.text("date") == "1999-08-04"
        assert known.values["code"].actor == "lan"

    def test_offers_what_was_typed_before_and_what_stands_in_the_one_before(
        self, come: Enter, desk: DeskStock
    ) -> None:
        lan = come("lan")

        offered = lan.get(f"/check/{desk.doubtful[6]}/typed", params={"name": "issuer", "q": "ỦY"}).text
        before = lan.get(f"/check/{desk.doubtful[6]}/before").json()

        assert "ỦY BAN NHÂN DÂN XÃ AN LẠC" in offered
        assert before["issuer"] == "ỦY BAN NHÂN DÂN XÃ AN LẠC"

    def test_takes_search_keys(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.doubtful[6]

        sent = {"base": base_of(lan, document), "k.person": "Lê Văn An\nLê Thị Bình"}
        lan.post(f"/check/{document}", data=sent, headers=JSON)

        assert "Lê Văn An\nLê Thị Bình" in lan.get(f"/check/{document}").text

    def test_keeps_search_keys_with_the_form_and_only_those_that_were_changed(
        self, come: Enter, desk: DeskStock
    ) -> None:
        lan, document = come("lan"), desk.doubtful[6]
        sent = {"base": base_of(lan, document), "v.signer": "Bùi Viết Sơn", "k.person": "Lê Văn Ba"}
        unchanged = {"k.parcel": "12", "was.k.parcel": "12"}

        answer = lan.post(f"/check/{document}", data=sent | unchanged)

        assert answer.status_code == 303
        with desk.stock.archive.register.read() as conn:
            kept = key_value.of_document(conn, desk.stock.archive.system, document)
            signer = field_value.current(conn, desk.stock.archive.system, document).values["signer"]
        assert [key.value for key in kept if key.name == "person"] == ["Lê Văn Ba"]
        assert "parcel" not in {key.name for key in kept}
        assert signer.actor == "lan"

    def test_keeps_nothing_of_a_form_whose_search_key_cannot_be_and_shows_it_again(
        self, come: Enter, desk: DeskStock
    ) -> None:
        lan, document = come("lan"), desk.doubtful[4]
        long = "á" * 301
        first = {"base": base_of(lan, document), "k.person": "Lê Văn An"}
        lan.post(f"/check/{document}", data=first, headers=JSON)
        sent = {"base": base_of(lan, document), "v.signer_title": "PHÓ CHỦ TỊCH", "k.person": long}

        program = lan.post(f"/check/{document}", data=sent, headers=JSON)
        page = lan.post(f"/check/{document}", data=sent)

        assert program.json()["errors"] == {"k.person": "too-long"}
        assert long in page.text
        assert "Dài quá mức cho phép." in page.text
        with desk.stock.archive.register.read() as conn:
            known = field_value.current(conn, desk.stock.archive.system, document)
        assert known.text("signer_title") == "CHỦ TỊCH"

    def test_shows_both_where_two_say_something_else_of_a_search_key(
        self, come: Enter, desk: DeskStock
    ) -> None:
        lan, hoa, document = come("lan"), come("hoa"), desk.doubtful[5]
        base = base_of(lan, document)
        hoa.post(
            f"/check/{document}", data={"base": base, "k.person": "Lê Văn An\nLê Thị Bình"}, headers=JSON
        )
        sent = {"base": base, "k.person": "Lê Văn Ân", "v.signer_title": "PHÓ CHỦ TỊCH"}

        answer = lan.post(f"/check/{document}", data=sent, headers=JSON)
        page = lan.post(f"/check/{document}", data=sent)

        theirs = answer.json()["theirs"]
        assert answer.status_code == page.status_code == 409
        assert [(one["name"], one["value"], one["by"]) for one in theirs] == [
            ("k.person", "Lê Văn An\nLê Thị Bình", "Trần Thị Hoà")
        ]
        assert answer.json()["fields"]["k.person"]["value"] == "Lê Văn An\nLê Thị Bình"
        assert 'class="clash"' in page.text
        assert "Lê Văn Ân" in page.text  # nothing that was typed is lost
        with desk.stock.archive.register.read() as conn:
            kept = key_value.of_document(conn, desk.stock.archive.system, document)
            title = field_value.current(conn, desk.stock.archive.system, document).text("signer_title")
        assert [key.value for key in kept if key.name == "person"] == ["Lê Văn An", "Lê Thị Bình"]
        assert title == "CHỦ TỊCH"
        again = sent | {"base": str(answer.json()["version"])}
        assert lan.post(f"/check/{document}", data=again, headers=JSON).status_code == 200

    def test_has_a_sentence_for_every_refusal(self, come: Enter, desk: DeskStock) -> None:
        page = html.unescape(come("lan").get(f"/check/{desk.sure[0]}").text)

        assert "Các trang của văn bản vừa được xếp lại." in page
        assert all(f"refused_{slug}" in page for slug in REFUSALS)

    def test_says_where_it_is_suggested_to_be_cut(self, come: Enter, desk: DeskStock) -> None:
        archive, document = desk.stock.archive, desk.stack
        with archive.register.write() as conn:
            page = documents.get(conn, archive.system, document).pages[2].id
            suggested = boundary.Suggestion(page, None, "first-page", 0.8)
            boundary.suggest(conn, archive.system, [suggested])

        shown = come("lan").get(f"/check/{document}").text
        stack = come("lan").get(f"/check/{document}/arrange").text

        assert "đề nghị chia văn bản này ở 1 chỗ" in shown
        assert "giống trang đầu văn bản" in stack

"""The desk for checking: what waits, what is said, who may, and what two people say at once."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from api.app import create_app
from api.archive import doors
from api.desk.checking import REFUSALS
from catalog import boundary, field_value, key_value, schema
from catalog import document as documents
from catalog.identifiers import DocumentId
from review import checking
from tests.api.conftest import Enter, people_at, served
from tests.api.desk_stock import DeskStock, furnish, say
from tests.api.stock import Stock, copied

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def desk(mould: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskStock]:
    """An archive with documents that wait; each test takes its own."""
    made = furnish(copied(mould, tmp_path_factory.mktemp("desk") / "home"), sure=3, doubtful=8)
    yield made
    made.stock.archive.close()


@pytest.fixture(scope="module")
def at(desk: DeskStock) -> Iterator[str]:
    """Where it is served."""
    with served(create_app(doors(desk.stock.archive, desk.stock.settings))) as where:
        yield where


@pytest.fixture(scope="module")
def come(at: str) -> Iterator[Enter]:
    """Let somebody sign in there; once for all tests of the module."""
    with people_at(at) as let_in:
        known: dict[str, httpx.Client] = {}

        def enter(name: str) -> httpx.Client:
            if name not in known:
                known[name] = let_in(name)
            return known[name]

        yield enter


def base_of(client: httpx.Client, document: DocumentId) -> str:
    found = re.search(r'name="base" value="(\d+)"', client.get(f"/check/{document}").text)
    assert found is not None
    return found[1]


def seen_of(client: httpx.Client, document: DocumentId) -> dict[str, str]:
    """Return what a form says of what the person saw."""
    page = client.get(f"/check/{document}").text
    return dict(re.findall(r'name="(base|arrangement)" value="(\d+)"', page))


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

        lan.post(f"/check/{document}/keys", data={"v.person": "Lê Văn An\nLê Thị Bình"}, headers=JSON)

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
        lan.post(f"/check/{document}/keys", data={"v.person": "Lê Văn An"}, headers=JSON)
        sent = {"base": base_of(lan, document), "v.signer_title": "PHÓ CHỦ TỊCH", "k.person": long}

        program = lan.post(f"/check/{document}", data=sent, headers=JSON)
        page = lan.post(f"/check/{document}", data=sent)

        assert program.json()["errors"] == {"k.person": "too-long"}
        assert long in page.text
        assert "Dài quá mức cho phép." in page.text
        with desk.stock.archive.register.read() as conn:
            known = field_value.current(conn, desk.stock.archive.system, document)
        assert known.text("signer_title") == "CHỦ TỊCH"

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


class TestTheText:
    def test_is_corrected_line_by_line_and_taken_back(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.stack
        page = lan.get(f"/check/{document}/text").text
        base, place = re.findall(r'data-base="(\w+)"', page)[0], re.findall(r'data-post="([^"]+)"', page)[0]

        lines = lan.post(
            place, data={"base": base, "line": "0", "text": "UBND sửa tay"}, headers={"HX-Request": "true"}
        ).text
        after = re.findall(r'data-base="(\w+)" data-undo="(\w+)"', lines)[0]
        stale = lan.post(place, data={"base": base, "line": "1", "text": "x"}, headers=JSON)
        back = lan.post(place, data={"base": after[0], "undo": after[1]}, headers={"HX-Request": "true"}).text

        assert 'data-text="UBND sửa tay"' in lines
        assert "Lan sửa lần cuối" in lines
        assert stale.status_code == 409
        assert "UBND sửa tay" not in back

    def test_is_taken_back_without_scripts(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.stack
        page = lan.get(f"/check/{document}/text").text
        base, place = re.findall(r'data-base="(\w+)"', page)[0], re.findall(r'data-post="([^"]+)"', page)[0]
        lan.post(place, data={"base": base, "line": "0", "text": "UBND sửa tay"})

        page = lan.get(f"/check/{document}/text").text
        action, form = re.findall(r'action="([^"]+)" class="undo">(.*?)</form>', page)[0]
        answer = lan.post(action, data=dict(re.findall(r'name="(base|undo)" value="(\w+)"', form)))

        assert answer.status_code == 303
        assert "UBND sửa tay" not in lan.get(f"/check/{document}/text").text

    def test_is_not_a_readers_to_correct(self, come: Enter, desk: DeskStock) -> None:
        assert come("minh").get(f"/check/{desk.stack}/text").status_code == 403


class TestTheStack:
    def test_is_cut_merged_and_laid_as_before(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.stack
        address = f"/check/{document}/arrange"
        page = lan.get(address).text
        pages = re.findall(rf'data-document="{document}".*?</section>', page, re.S)[0]
        second = re.findall(r'data-page="(\w+)" data-number="2"', pages)[0]

        def act(name: str, last: str = "") -> httpx.Response:
            shown = lan.get(address).text
            seen, newest = re.findall(r'data-seen="([^"]+)" data-last="(\w*)"', shown)[0]
            sent = {"act": name, "page": second, "seen": seen, "last": last or newest}
            return lan.post(address, data=sent, follow_redirects=True)

        cut = act("cut")
        made = re.findall(r"/check/(\w+)/arrange", str(cut.url))[0]
        other = act("undo", last="an-act-that-was-the-newest-before")
        undone = act("undo")

        assert other.status_code == 409
        assert made != document
        assert cut.status_code == 200
        assert re.findall(r"/check/(\w+)/arrange", str(undone.url))[0] == document

    def test_has_its_pages_moved_by_one_place_or_before_another(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.stack
        address = f"/check/{document}/arrange"

        def order() -> list[str]:
            page = lan.get(address).text
            mine = re.findall(rf'data-document="{document}".*?</section>', page, re.S)[0]
            return re.findall(r'data-page="(\w+)"', mine)

        def act(name: str, page: str, to: str = "") -> None:
            seen = re.findall(r'data-seen="([^"]+)"', lan.get(address).text)[0]
            sent = {"act": name, "page": page, "to": to, "seen": seen}
            assert lan.post(address, data=sent).status_code == 303

        first, second, *others = order()
        act("later", first)
        moved = order()
        act("to", first, second)
        back = order()

        assert moved == [second, first, *others]
        assert back == [first, second, *others]

    def test_arranged_by_somebody_else_is_refused(self, come: Enter, desk: DeskStock) -> None:
        lan, document = come("lan"), desk.stack
        page = lan.get(f"/check/{document}/arrange").text
        pages = re.findall(rf'data-document="{document}".*?</section>', page, re.S)[0]
        second = re.findall(r'data-page="(\w+)" data-number="2"', pages)[0]

        answer = lan.post(
            f"/check/{document}/arrange", data={"act": "cut", "page": second, "seen": f"{document}:99"}
        )

        assert answer.status_code == 409

    def test_shown_is_a_look_at_it(self, come: Enter, desk: DeskStock) -> None:
        archive, document = desk.stock.archive, desk.stack

        def keep(mode: str) -> None:
            kept = schema.dossier.update().where(schema.dossier.c.id == desk.dossier)
            with archive.register.write() as conn:
                conn.execute(kept.values(access_mode=mode))

        def looks() -> int:
            said = schema.event.c
            viewed = select(func.count()).where(
                said.kind == "viewed", said.actor == "hoa", said.subject == f"document:{document}"
            )
            with archive.register.read() as conn:
                return int(conn.execute(viewed).scalar_one())

        hoa = come("hoa")
        keep("02")  # not open to all: looks are written down
        before = looks()
        hoa.get(f"/check/{document}/arrange")
        keep("01")

        assert (before, looks()) == (0, 1)


class TestADossier:
    def test_is_listed_edited_and_says_what_it_lacks(self, come: Enter, desk: DeskStock) -> None:
        lan = come("lan")
        page = lan.get(f"/dossiers/{desk.dossier}/edit").text
        revision = re.findall(r'name="revision" value="(\d+)"', page)[0]

        answer = lan.post(
            f"/dossiers/{desk.dossier}/edit",
            data={
                "revision": revision,
                "v.title": "Hồ sơ khiếu nại",
                "was.title": "HS 7",
                "v.date_from": "1/2/1999",
            },
        )
        stale = lan.post(
            f"/dossiers/{desk.dossier}/edit",
            data={"revision": revision, "v.title": "Khác", "was.title": "HS 7"},
        )

        assert "văn bản chưa kiểm tra" in page
        assert "02 Có điều kiện" in page
        assert "03 Mật" not in page  # it would vanish with no way back
        assert answer.status_code == 303
        assert "Hồ sơ khiếu nại" in lan.get("/dossiers").text
        assert stale.status_code == 400
        assert "Khác" in stale.text

    def test_is_not_checked_before_its_documents_are(self, come: Enter, desk: DeskStock) -> None:
        lan = come("lan")
        revision = re.findall(
            r'name="revision" value="(\d+)"', lan.get(f"/dossiers/{desk.dossier}/edit").text
        )[0]

        answer = lan.post(f"/dossiers/{desk.dossier}/act", data={"act": "check", "revision": revision})

        assert answer.status_code == 409
        assert "Hồ sơ còn thiếu" in answer.text

    def test_prints_its_forms(self, come: Enter, desk: DeskStock) -> None:
        lan = come("lan")

        pdf = lan.get(f"/dossiers/{desk.dossier}/print/contents.pdf")
        sheet = lan.get(f"/dossiers/{desk.dossier}/print/contents.xlsx")
        labels = lan.get(f"/dossiers/{desk.dossier}/print/labels.pdf")

        assert pdf.content.startswith(b"%PDF")
        assert sheet.content.startswith(b"PK")
        assert labels.content.startswith(b"%PDF")

    def test_is_not_a_readers_to_edit(self, come: Enter, desk: DeskStock) -> None:
        minh = come("minh")

        assert minh.get("/dossiers").status_code == 403
        assert minh.get(f"/dossiers/{desk.dossier}/edit").status_code == 403
        assert minh.get(f"/dossiers/{desk.dossier}/print/contents.pdf").status_code == 403


class TestControlAndWork:
    def test_a_lot_shows_its_seed_and_nobody_controls_their_own_work(
        self, come: Enter, desk: DeskStock
    ) -> None:
        lan, hoa = come("lan"), come("hoa")
        lan.post(f"/check/{desk.sure[1]}/done", data=seen_of(lan, desk.sure[1]), headers=JSON)

        lot = hoa.post("/control", data={"round": "1", "dossier": desk.dossier, "share": "100"})
        page = hoa.get(lot.headers["location"]).text
        own = lan.get(lot.headers["location"]).text
        first = re.findall(rf'href="({lot.headers["location"]}/\w+)"', page)[0]
        judged = hoa.post(first, data={"wrong": "wrong-date:date", "note": "đọc nhầm"})

        assert "rút lại đúng mẫu này" in page
        assert "do chính bạn làm" in own
        assert judged.status_code == 303
        assert "Sai ngày tháng" in hoa.get("/control").text or hoa.get("/control").status_code == 200

    def test_work_is_told_by_person_and_day(self, come: Enter) -> None:
        page = come("lan").get("/work").text

        assert "Lan" in page
        assert "văn bản" in page

    def test_neither_is_a_readers(self, come: Enter) -> None:
        minh = come("minh")

        assert [minh.get(place).status_code for place in ("/control", "/work", "/import")] == [403] * 3


class TestAList:
    def test_that_is_none_is_refused_with_the_reason(self, come: Enter, tmp_path: Path) -> None:
        lan = come("lan")

        answer = lan.post(
            "/import",
            data={"csrf": lan.headers["X-CSRF"], "fonds": "ANLAC"},
            files={"file": ("danh-muc.xlsx", b"PK not a workbook")},
        )

        assert answer.status_code == 400

    def test_needs_the_sessions_token(self, come: Enter) -> None:
        lan = come("lan")

        answer = lan.post(
            "/import",
            data={"csrf": "x", "fonds": "ANLAC"},
            files={"file": ("a.xlsx", b"PK")},
            headers={"X-CSRF": lan.headers["X-CSRF"]},
        )

        assert answer.status_code == 403

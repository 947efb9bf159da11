"""The desk for checking: words corrected, stacks cut and joined, dossiers, control, lists."""

import re
from pathlib import Path

import httpx
from sqlalchemy import func, select

from catalog import schema
from tests.api.checking_desk import at as at
from tests.api.checking_desk import come as come
from tests.api.checking_desk import desk as desk
from tests.api.checking_desk import seen_of
from tests.api.conftest import Enter
from tests.api.desk_stock import DeskStock

JSON = {"Accept": "application/json"}


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

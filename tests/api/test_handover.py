"""The desk of handovers: the giver drafts and seals, the receiver decides, both print; nobody else sees."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.archive import doors
from api.wording import LANGUAGES, speaker
from catalog import transfer_acceptance
from catalog.event import events
from catalog.identifiers import TransferId
from catalog.transfer_item import items as items_of
from catalog.transfer_parcel import mark
from catalog.transfer_parcel import parcels as parcels_of
from catalog.transfer_state import State
from handover.outcome import Outcome, could_not_run, failed
from handover.report import DossierReport, Finding, Level, ParcelReport, Proposal, plain_parcel
from tests.api.conftest import Enter, people_at, served
from tests.api.handover_stock import HandoverStock, furnish
from tests.api.stock import Stock, copied
from tests.paper.pages import pdftotext
from tests.services.verapdf import VeraPdf

DRAFT = {
    "title": "Khối tài liệu địa chính",
    "case": "xa-merged",
    "route": "inside",
    "receives_as": "successor",
    "decision_number": "1234/QĐ-UBND",
    "decision_date": "2025-07-01",
    "metres": "1,5",
}


@pytest.fixture
def office(mould: Stock, tmp_path: Path) -> Iterator[HandoverStock]:
    """An archive with dossiers that may be handed over."""
    made = furnish(copied(mould, tmp_path / "home"))
    yield made
    made.stock.archive.close()


@pytest.fixture
def come(office: HandoverStock) -> Iterator[Enter]:
    """Let people sign in there."""
    stock = office.stock
    with served(create_app(doors(stock.archive, stock.settings))) as where, people_at(where) as enter:
        yield enter


def drafted(lan: httpx.Client, office: HandoverStock, **others: str) -> str:
    """Draft a handover of everything, and return its address."""
    sides = {"giver": office.stock.an_lac, "receiver": office.stock.ha_tu}
    answer = lan.post("/handover/new", data=DRAFT | sides | others)
    assert answer.status_code == 303, answer.text
    here = answer.headers["location"]
    assert lan.post(f"{here}/pick", data={"state": "signed-off"}).status_code == 303
    return here


def number_of(client: httpx.Client, here: str) -> str:
    found = re.search(r"BG-\d{4}-\d{6}", client.get(here).text)
    assert found is not None
    return found[0]


def settled(client: httpx.Client, here: str) -> str:
    """Wait until the long act on a handover is over, and return its page."""
    until = time.monotonic() + 120
    while (answer := client.get(f"{here}/job")).headers.get("hx-refresh") != "true":
        assert time.monotonic() < until, answer.text
        time.sleep(0.05)
    return client.get(here).text


def delivered(come: Enter, office: HandoverStock) -> tuple[httpx.Client, str, list[str]]:
    """Bring a handover to the receiver; return their client, its address and its items."""
    lan = come("lan")
    here = drafted(lan, office)
    lan.post(f"{here}/seal", data={"number": number_of(lan, here)})
    assert "đã niêm phong" in settled(lan, here)
    assert lan.post(f"{here}/deliver").status_code == 303
    thu = come("thu")
    items = re.findall(r'data-item="([0-9a-f]{32})"', thu.get(f"{here}/decide").text)
    assert len(items) == 4
    return thu, here, items


def said(client: httpx.Client, here: str, item: str, decision: str, **more: str) -> httpx.Response:
    body = {"item": item, "decision": decision} | more
    return client.post(f"{here}/decide", data=body, headers={"Accept": "application/json"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_a_check_may_come_to_has_words(language: str) -> None:
    say = speaker(language)

    for proposal in Proposal:
        assert say(f"handover.proposal_{proposal.value}")
    for outcome in Outcome:
        assert say(f"handover.outcome_{outcome.value}")
    for state in State:
        assert say(f"handover.state_{state.value}")
    for level in Level:
        assert say(f"handover.level_{level.value}")


class TestTheGiver:
    def test_sees_how_many_dossiers_a_filter_finds_before_any_is_put_in(
        self, come: Enter, office: HandoverStock
    ) -> None:
        lan = come("lan")
        sides = {"giver": office.stock.an_lac, "receiver": office.stock.ha_tu}
        here = lan.post("/handover/new", data=DRAFT | sides).headers["location"]

        assert "Có 4 hồ sơ hợp điều kiện" in lan.get(f"{here}/pick").text
        assert "Có 0 hồ sơ hợp điều kiện" in lan.get(f"{here}/pick?kept=fixed").text
        assert "Chưa có hồ sơ nào." in lan.get(here).text

    def test_is_told_what_cannot_be_so_and_loses_nothing_typed(
        self, come: Enter, office: HandoverStock
    ) -> None:
        lan = come("lan")
        same = {"giver": office.stock.an_lac, "receiver": office.stock.an_lac}

        answer = lan.post("/handover/new", data=DRAFT | same)

        assert answer.status_code == 400
        assert "Khối tài liệu địa chính" in answer.text

    def test_seals_only_what_they_named(self, come: Enter, office: HandoverStock) -> None:
        lan = come("lan")
        here = drafted(lan, office)

        answer = lan.post(f"{here}/seal", data={"number": "BG-2026-999999"})

        assert answer.status_code == 400
        assert "Chưa niêm phong" in answer.text
        assert "đang lập" in lan.get(here).text

    def test_is_told_what_hinders_it_dossier_by_dossier(self, come: Enter, office: HandoverStock) -> None:
        lan = come("lan")
        here = drafted(lan, office)
        assert "niêm phong được" in lan.get(f"{here}/hindrances").text
        lan.post(f"/dossiers/{office.dossiers[1]}/act", data={"act": "reopen", "reason": "thiếu tờ"})

        told = lan.get(f"{here}/hindrances").text
        lan.post(f"{here}/seal", data={"number": number_of(lan, here)})
        page = settled(lan, here)

        assert "H49.64.33.2001.002" in told
        assert "chưa ký duyệt" in told
        assert "H49.64.33.2001.002" in page
        assert "sealing-refused" in page

    def test_chooses_the_packages_that_another_system_takes(self, come: Enter, office: HandoverStock) -> None:
        lan = come("lan")
        here = drafted(lan, office, route="parcels")
        assert "Mẫu TT 05/2025" in lan.get(here).text
        number = {"number": number_of(lan, here)}

        unknown = lan.post(f"{here}/seal", data=number | {"profile": "tt05-2026"})
        lan.post(f"{here}/seal", data=number | {"profile": "tt05-2025"})

        assert unknown.is_client_error
        assert "ghi ra đĩa cho hệ thống chỉ nhận mẫu này" in settled(lan, here)

    def test_can_open_it_again_until_it_is_handed_over(self, come: Enter, office: HandoverStock) -> None:
        lan = come("lan")
        here = drafted(lan, office)
        lan.post(f"{here}/seal", data={"number": number_of(lan, here)})
        settled(lan, here)

        lan.post(f"{here}/unseal", data={"reason": "thêm hồ sơ"})

        assert "đang lập" in lan.get(here).text

    def test_puts_unarranged_material_on_a_list_of_its_own(self, come: Enter, office: HandoverStock) -> None:
        lan = come("lan")
        here = drafted(lan, office)

        lan.post(f"{here}/unarranged", data={"description": "Đơn thư", "amount": "3 bó", "metres": "0,4"})

        assert "1,90 mét giá" in lan.get(here).text


class TestTheReceiver:
    def test_learns_of_it_when_it_is_sealed_and_no_stranger_ever_does(
        self, come: Enter, office: HandoverStock
    ) -> None:
        lan, thu, tam = come("lan"), come("thu"), come("minh")
        here = drafted(lan, office)
        before = thu.get(here).status_code
        lan.post(f"{here}/seal", data={"number": number_of(lan, here)})
        settled(lan, here)

        assert before == 404
        assert "giao đến" in thu.get("/handover").text
        assert thu.get(here).status_code == 200
        assert tam.get(here).status_code == 403
        assert tam.get("/handover").status_code == 403

    def test_decides_with_totals_that_follow_and_takes_back(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)

        first = said(thu, here, items[0], "accepted").json()
        second = said(thu, here, items[1], "reserved", reason="Thiếu tờ 3", deadline="2099-01-31").json()
        undone = said(thu, here, items[0], "").json()

        assert first["totals"]["accepted"]["dossiers"] == 1
        assert (second["label"], second["deadline"]) == ("Tiếp nhận có bảo lưu", "2099-01-31")
        assert undone["decision"] == ""
        assert undone["totals"]["accepted"]["dossiers"] == 0
        assert undone["undecided"]["dossiers"] == 3
        assert not undone["adds_up"]

    def test_gives_a_reason_and_a_day_where_one_is_owed(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)

        answers = [
            said(thu, here, items[0], "returned", reason=" "),
            said(thu, here, items[0], "reserved", reason="x"),
            said(thu, here, items[0], "reserved", reason="x", deadline="2001-01-01"),
            said(thu, here, items[0], "nonsense"),
        ]

        assert {answer.status_code for answer in answers} == {400}
        assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}

    def test_decides_without_scripts_too(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)

        answer = thu.post(f"{here}/decide", data={"item": items[2], "decision": "accepted"})

        assert answer.status_code == 303
        assert 'data-decision="accepted"' in thu.get(answer.headers["location"]).text

    def test_sees_every_check_with_its_outcome(self, come: Enter, office: HandoverStock) -> None:
        thu, here, _items = delivered(come, office)
        thu.post(f"{here}/check")
        settled(thu, here)

        page = thu.get(f"{here}/checks").text
        sheet = thu.get(f"{here}/print/check-report.xlsx")

        assert "bytes-as-sealed" in page
        assert "không yêu cầu" in page
        assert "Tiếp nhận 4 hồ sơ kiểm tra đạt" in thu.get(f"{here}/decide").text
        assert sheet.status_code == 200

    def test_accepts_what_passed_and_authority_passes_then(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)
        edit = f"/dossiers/{office.dossiers[0]}/edit"
        before = thu.get(edit).status_code
        thu.post(f"{here}/check")
        settled(thu, here)
        said(thu, here, items[3], "refused", reason="Không thuộc thẩm quyền")

        thu.post(f"{here}/accept-good")
        thu.post(f"{here}/accept", data={"paper": "1"})
        page = settled(thu, here)

        assert before == 404
        assert "đã nhận một phần" in page
        assert thu.get(edit).status_code == 200
        assert thu.get(f"/dossiers/{office.dossiers[3]}/edit").status_code == 404
        assert said(thu, here, items[0], "").status_code == 409

    def test_cannot_accept_before_the_last_decision(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)
        said(thu, here, items[0], "accepted")

        assert thu.post(f"{here}/accept", data={"paper": "1"}).status_code == 409
        assert thu.post(f"{here}/minutes", data={"place": "Hà Tu"}).status_code == 409
        assert "Chưa lập được biên bản" in thu.get(f"{here}/papers").text


class TestGoingOn:
    def test_what_was_broken_off_while_passing_has_a_way_on(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)
        for item in items[:3]:
            said(thu, here, item, "accepted")
        said(thu, here, items[3], "returned", reason="Ảnh mờ")
        archive = office.stock.archive
        with archive.register.write() as conn:  # killed right behind it
            transfer_acceptance.conclude(conn, archive.system, TransferId(here.rpartition("/")[2]))

        broken_off, seen_by_giver = thu.get(here).text, come("lan").get(here).text
        thu.post(f"{here}/accept", data={"paper": ""})
        after = settled(thu, here)

        assert "còn 4 hồ sơ chưa chuyển" in broken_off
        assert "Làm tiếp" in broken_off
        assert "còn 4 hồ sơ chưa chuyển" in seen_by_giver
        assert "Làm tiếp" not in seen_by_giver
        assert "hồ sơ chưa chuyển" not in after
        assert thu.get(f"/dossiers/{office.dossiers[0]}/edit").status_code == 200


def unchecked(office: HandoverStock, here: str, *, but: int) -> None:
    """Let the checks say: no virus scan; of the last `but` dossiers the description lacks a field too."""
    archive, name = office.stock.archive, TransferId(here.rpartition("/")[2])
    with archive.register.read() as conn:
        inside, (row,) = items_of(conn, archive.system, name), parcels_of(conn, archive.system, name)
    lacks = Finding(Level.R4, failed("ead-field-lacks", "EAD.xml", "fileCode (Mã hồ sơ) is required"))
    told = [
        DossierReport(one.identifier, "uuid-1", (lacks,), Proposal.RESERVE)
        if one.ordinal > len(inside) - but
        else DossierReport(one.identifier, "uuid-1", (), Proposal.LOOK)
        for one in inside
    ]
    virus = Finding(Level.R5, could_not_run("virus", "", "there is none of clamscan on this machine"))
    report = ParcelReport(row.name, row.digest, (virus,), tuple(told))
    with archive.register.write() as conn:
        mark(conn, archive.system, name, row.number, "checked", verdict=plain_parcel(report))


class TestGroups:
    def test_of_one_reason_are_decided_at_once_and_the_reason_is_kept(
        self, come: Enter, office: HandoverStock
    ) -> None:
        thu, here, _items = delivered(come, office)
        unchecked(office, here, but=1)
        page = thu.get(f"{here}/decide").text
        form = {"group": "look:virus=could-not-run", "count": "3", "decision": "accepted"}

        unsaid = thu.post(f"{here}/decide-group", data=form | {"reason": " "})
        answer = thu.post(f"{here}/decide-group", data=form | {"reason": "Đĩa đã quét ở máy khác"})

        assert "3 hồ sơ:</strong> chưa quét vi-rút</summary>" in page
        assert "1 hồ sơ:</strong> thiếu trường thông tin bắt buộc; chưa quét vi-rút</summary>" in page
        assert (unsaid.status_code, answer.status_code) == (400, 303)
        archive, name = office.stock.archive, TransferId(here.rpartition("/")[2])
        with archive.register.read() as conn:
            found = items_of(conn, archive.system, name)
            (told,) = [
                one
                for one in events(conn, archive.system, f"transfer:{name}")
                if one.kind == "transfer-decided"
            ]
        assert [(one.decision, one.reason) for one in found] == [
            *[("accepted", "Đĩa đã quét ở máy khác")] * 3,
            (None, None),
        ]
        assert json.loads(told.payload)["group"] == {
            "proposal": "look",
            "codes": ["virus"],
            "reason": "Đĩa đã quét ở máy khác",
        }

    def test_that_changed_meanwhile_are_decided_by_nobody(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)
        unchecked(office, here, but=0)
        said(thu, here, items[0], "returned", reason="Ảnh mờ")

        form = {"group": "look:virus=could-not-run", "decision": "accepted", "reason": "x"}
        answers = [thu.post(f"{here}/decide-group", data=form | {"count": count}) for count in ("4", "999")]

        assert [answer.status_code for answer in answers] == [409, 409]
        assert "3 hồ sơ:</strong> chưa quét vi-rút" in thu.get(f"{here}/decide").text

    def test_never_accept_against_the_checks(self, come: Enter, office: HandoverStock) -> None:
        thu, here, _items = delivered(come, office)
        unchecked(office, here, but=4)

        key = "reserve:ead-field-lacks=failed:virus=could-not-run"
        form = {"group": key, "count": "4", "decision": "accepted", "reason": "x"}

        assert thu.post(f"{here}/decide-group", data=form).status_code == 400
        assert (
            'value="accepted"'
            not in thu.get(f"{here}/decide").text.split("decide-group")[1].split("</form>")[0]
        )


class TestThePapers:
    def test_are_drawn_up_from_the_decisions_and_kept_byte_for_byte(
        self, come: Enter, office: HandoverStock, verapdf: VeraPdf, tmp_path: Path
    ) -> None:
        thu, here, items = delivered(come, office)
        for item in items[:3]:
            said(thu, here, item, "accepted")
        said(thu, here, items[3], "returned", reason="Ảnh mờ")

        form = {"giver": "Nguyễn Thị Bưởi", "receiver": "Lê Thị Thu", "place": "Hà Tu"}
        thu.post(f"{here}/minutes", data=form)
        thu.post(f"{here}/minutes", data=form)  # the same again is the same paper
        kept = re.findall(rf'href="({here}/papers/[0-9a-f]+)"', thu.get(f"{here}/papers").text)
        file = tmp_path / "minutes.pdf"
        file.write_bytes(thu.get(kept[0]).content)

        told = " ".join(pdftotext(file).split())
        assert len(kept) == 1
        assert "Bên giao thông báo 4 0 0 0" in told
        assert "Trả lại để hoàn thiện 1 0 0 0" in told
        assert "Căn cứ Quyết định số 1234/QĐ-UBND ngày 01/07/2025" in told
        assert "2. Thời gian của hồ sơ, tài liệu: 1998 - 2001" in told
        verapdf.check(file)

    def test_come_with_their_lists_as_pdf_and_spreadsheet(self, come: Enter, office: HandoverStock) -> None:
        thu, here, items = delivered(come, office)
        for item in items:
            said(thu, here, item, "accepted")

        for which in ("catalogue", "unfinished", "unarranged", "check-report"):
            assert thu.get(f"{here}/print/{which}.pdf").content.startswith(b"%PDF"), which
            assert thu.get(f"{here}/print/{which}.xlsx").content.startswith(b"PK"), which

    def test_of_another_handover_are_not_given(self, come: Enter, office: HandoverStock) -> None:
        thu, here, _items = delivered(come, office)

        assert thu.get(f"{here}/papers/{'0' * 32}").status_code == 404


class TestTheBoard:
    def test_shows_and_prints_how_far_each_office_is(self, come: Enter, office: HandoverStock) -> None:
        lan = come("lan")
        said_now = {"unit": office.stock.an_lac, "metres": "12,5", "dossiers": "40", "deadline": "2099-12-31"}

        assert lan.post("/board/holding", data=said_now).status_code == 303

        page = lan.get("/board").text
        assert "UBND xã An Lạc" in page
        assert "12,5" in page
        assert "hạn 31/12/2099" in page
        assert lan.get("/board/print.pdf").content.startswith(b"%PDF")
        assert lan.get("/board/print.xlsx").content.startswith(b"PK")

    def test_is_for_those_who_work_on_records(self, come: Enter, office: HandoverStock) -> None:
        minh = come("minh")

        assert minh.get("/board").status_code == 403
        assert minh.get("/board/print.pdf").status_code == 403

    def test_takes_no_metres_that_are_none(self, come: Enter, office: HandoverStock) -> None:
        lan = come("lan")

        for metres in ("nhiều", "-1", "1e400", "nan"):
            answer = lan.post("/board/holding", data={"unit": office.stock.an_lac, "metres": metres})
            assert answer.status_code == 400, metres

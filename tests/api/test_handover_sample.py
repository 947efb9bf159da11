"""The sample at the desk: pages of what is nobody's yet beside its record, and what a person saw of it."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api import archive as api_archive
from api.app import create_app
from api.archive import doors
from catalog import dossier, transfer_decision, transfer_sample
from catalog.event import events
from catalog.identifiers import TransferId
from catalog.transfer_item import items
from catalog.transfer_parcel import mark
from luutru.rescreening import Screened
from tests.api.conftest import people_at, served
from tests.api.stock import Stock, copied, make
from tests.handover.two_houses import Houses, administrator, export, received, sealed
from tests.paper.pages import pdftotext


@dataclass(frozen=True)
class Came:
    """A delivery that came and was checked, and an administrator of the receiver at the desk."""

    houses: Houses
    transfer: TransferId
    desk: httpx.Client

    @property
    def here(self) -> str:
        """Where the sample is."""
        return f"/handover/{self.transfer}/sample"

    def drawn(self) -> list[str]:
        """Return the addresses of the dossiers that may be looked at."""
        return re.findall(rf'<a href="({self.here}/[0-9a-f]{{32}})">', self.desk.get(self.here).text)


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stock, Stock, Path]]:
    """The giver, the receiver's mould, and the disk."""
    giver = make(tmp_path_factory.mktemp("giver") / "home")
    mould = make(tmp_path_factory.mktemp("mould") / "home", stocked=False)
    mould.archive.close()
    with giver.archive.register.read() as conn:
        chosen = [
            one.id for one in dossier.dossiers(conn, administrator(giver)) if one.label in ("HS 1", "HS 45")
        ]
    transfer = sealed(giver, chosen)
    disk = tmp_path_factory.mktemp("disk")
    export(Houses(giver, mould, transfer), disk)
    yield giver, mould, disk
    giver.archive.close()


@pytest.fixture
def came(sent: tuple[Stock, Stock, Path], tmp_path: Path) -> Iterator[Came]:
    """What came from that disk."""
    giver, mould, disk = sent
    receiver = copied(mould, tmp_path / "home")
    houses = Houses(giver, receiver, TransferId(""))
    received(houses, disk)
    app = create_app(doors(receiver.archive, receiver.settings))
    with served(app) as where, people_at(where) as enter:
        yield Came(houses, houses.came(), enter("quantri"))
    receiver.archive.close()


def test_every_drawn_dossier_is_shown_with_its_pages_beside_its_record(came: Came) -> None:
    page = came.desk.get(came.drawn()[0]).text
    pictures = re.findall(r'src="([^"]+/picture[^"]+)"', page)
    picture = came.desk.get(pictures[0].replace("&amp;", "&"))

    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8")
    assert picture.headers["cache-control"] == "private, no-cache"
    assert "Mã hồ sơ" in page
    assert "ANLAC.1998." in page


def test_what_was_seen_is_check_r7_and_the_next_one_comes(came: Came) -> None:
    first, second = came.drawn()

    answer = came.desk.post(first, data={"outcome": "passed", "note": ""})
    unsaid = came.desk.post(second, data={"outcome": "failed", "note": " "})
    after = came.desk.post(second, data={"outcome": "failed", "note": "Trang 2 bị cắt mép"})

    assert (answer.status_code, answer.headers["location"]) == (303, second)
    assert unsaid.status_code == 400
    assert after.headers["location"] == came.here
    archive = came.houses.receiver.archive
    with archive.register.read() as conn:
        (row,) = transfer_sample.parcels(conn, archive.system, came.transfer)
        inside = items(conn, archive.system, came.transfer)
    assert row.verdict is not None
    told = {
        one["identifier"]: (one["proposal"], one["findings"][-1]["outcome"])
        for one in row.verdict["dossiers"]
    }
    by_item = {str(one.id): told[one.identifier] for one in inside}
    assert by_item[first.rpartition("/")[2]][1] == "passed"
    assert by_item[second.rpartition("/")[2]] == ("return", "failed")
    assert row.verdict["outcome"] == "failed"
    assert "vượt mức cho phép" in came.desk.get(came.here).text


def test_a_dossier_that_did_not_pass_is_accepted_only_with_a_reason(came: Came, tmp_path: Path) -> None:
    _first, second = came.drawn()
    came.desk.post(second, data={"outcome": "failed", "note": "Trang 2 bị cắt mép"})
    body = {"item": second.rpartition("/")[2], "decision": "accepted"}

    refused = came.desk.post(f"/handover/{came.transfer}/decide", data=body)
    sheet = tmp_path / "sheet.pdf"
    sheet.write_bytes(came.desk.get(f"/handover/{came.transfer}/print/check-report.pdf").content)

    assert refused.status_code == 409
    assert "checks-against" in refused.text
    assert "Trang 2 bị cắt mép" in " ".join(pdftotext(sheet).split())
    assert "Trang 2 bị cắt mép" in came.desk.get(f"/handover/{came.transfer}/decide").text


def test_only_what_was_drawn_and_lies_here_is_shown(came: Came) -> None:
    picture = f"{came.drawn()[0]}/picture"

    answers = [
        came.desk.get(f"{came.here}/{'0' * 32}"),
        came.desk.get(f"{picture}?name=../../../handover&page=1"),
        came.desk.get(f"{picture}?name=khong-co&page=1"),
        came.desk.get(f"{picture}?name=x&page=1&width=99"),
    ]

    assert [answer.status_code for answer in answers] == [409, 404, 404, 400]


def test_who_looked_at_what_was_not_theirs_yet_is_in_the_log(came: Came) -> None:
    first = came.drawn()[0]
    came.desk.get(first)

    archive = came.houses.receiver.archive
    with archive.register.read() as conn:
        found = [
            one for one in events(conn, archive.system, f"transfer:{came.transfer}") if "sample" in one.kind
        ]
    assert [(one.kind, one.actor) for one in found] == [("sample-opened", "quantri")]


def test_another_parcel_in_its_place_was_looked_at_by_nobody(came: Came) -> None:
    first = came.drawn()[0]
    came.desk.post(first, data={"outcome": "passed", "note": ""})
    archive = came.houses.receiver.archive
    with archive.register.write() as conn:
        (row,) = transfer_sample.parcels(conn, archive.system, came.transfer)
        assert row.verdict is not None
        other = {**row.verdict, "digest": "0" * 64}
        mark(conn, archive.system, came.transfer, row.number, "checked", verdict=other)

    assert "Đã xem</dt><dd>0" in came.desk.get(came.here).text


def test_a_dossier_that_the_checks_hold_is_not_opened_and_next_passes_over_it(came: Came) -> None:
    first, second = came.drawn()
    picture = re.findall(r'src="([^"]+/picture[^"]+)"', came.desk.get(first).text)[0].replace("&amp;", "&")
    archive = came.houses.receiver.archive
    with archive.register.write() as conn:
        names = {str(one.id): one.identifier for one in items(conn, archive.system, came.transfer)}
        (row,) = transfer_sample.parcels(conn, archive.system, came.transfer)
        told = (row.verdict or {})["dossiers"]
        for one in told:
            if one["identifier"] == names[first.rpartition("/")[2]]:
                one["proposal"] = "hold"
        mark(conn, archive.system, came.transfer, row.number, "checked", verdict=row.verdict)

    answers = [
        came.desk.get(first),
        came.desk.get(picture),
        came.desk.post(first, data={"outcome": "passed", "note": ""}),
    ]
    page = came.desk.get(came.here).text

    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert all("sample-not-here" in answer.text for answer in answers)
    assert came.drawn() == [second]
    assert f'href="{second}" data-next' in page
    assert "bị giữ lại" in page


def test_what_could_not_be_taken_in_is_told_by_dossier_and_has_a_way_on(came: Came) -> None:
    archive, here = came.houses.receiver.archive, f"/handover/{came.transfer}"
    with archive.register.write() as conn:
        transfer_decision.decide_rest(conn, archive.system, came.transfer)
    (row,) = [path for path in (came.houses.room.folder / came.transfer).iterdir() if path.is_dir()]
    aside = row.with_name("aside")
    row.rename(aside)

    def accept() -> str:
        assert came.desk.post(f"{here}/accept", data={"paper": ""}).status_code == 303
        until = time.monotonic() + 120
        while came.desk.get(f"{here}/job").headers.get("hx-refresh") != "true":
            assert time.monotonic() < until
            time.sleep(0.05)
        return came.desk.get(here).text

    broken_off = accept()
    aside.rename(row)
    after = accept()

    assert "còn 2 hồ sơ được tiếp nhận chưa nhập vào kho" in broken_off
    assert "2 hồ sơ chưa nhập vào kho được:" in broken_off
    assert "Không có gói hồ sơ" in broken_off
    assert "gói của hồ sơ không còn nằm ở đây" in broken_off
    assert "Làm tiếp" in broken_off
    assert "Làm tiếp" not in after
    assert "chưa nhập vào kho" not in after


def test_a_look_through_the_pictures_that_broke_off_goes_on(
    came: Came, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, here = came.houses.receiver.archive, f"/handover/{came.transfer}"
    with archive.register.write() as conn:
        transfer_decision.decide_rest(conn, archive.system, came.transfer)

    def breaks(*_words: object, **_more: object) -> Screened:
        raise RuntimeError("the machine stopped")

    def marks(*_words: object, **_more: object) -> Screened:
        return Screened(looked=2, held=1, unseen=0)

    def accept(look: Callable[..., Screened]) -> str:
        monkeypatch.setattr(api_archive, "screen_archive", look)
        assert came.desk.post(f"{here}/accept", data={"paper": ""}).status_code == 303
        until = time.monotonic() + 120
        while came.desk.get(f"{here}/job").headers.get("hx-refresh") != "true":
            assert time.monotonic() < until
            time.sleep(0.05)
        return came.desk.get(here).text

    broken_off = accept(breaks)
    after = accept(marks)

    assert "chưa nhập vào kho" not in broken_off
    assert "mà chưa xem hết để tìm dấu chỉ độ mật" in broken_off
    assert "Làm tiếp" in broken_off
    assert "1 tệp vừa nhập có dấu chỉ độ mật trong ảnh" in after

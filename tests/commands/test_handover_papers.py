"""`handover board|holding|minutes|print`: what people at their desks want of a handover, and on paper."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from catalog import audit_chain, transfer_decision, transfer_draft, transfer_sealing
from catalog import transfer as transfers
from catalog.instants import today
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision, items
from catalog.transfer_totals import TransferNotDecided
from handover import sealing
from luutru.__main__ import parser
from luutru.bootstrap import Archive, open_archive, set_up
from luutru.commands import handover_papers
from luutru.settings import Settings
from tests.faults.installation import Installation
from tests.handover.many import Sides, fill, into, sides
from tests.paper.pages import pdftotext
from tests.services.verapdf import VeraPdf

Do = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the archive is."""
    return tmp_path_factory.mktemp("papers") / "home"


@pytest.fixture(scope="module")
def archive(home: Path) -> Iterator[Archive]:
    """An archive."""
    settings = Settings(
        home=home, database_url=f"sqlite:///{home / 'register.db'}", quay=home / "quay", index=home / "index"
    )
    set_up(settings)
    opened = open_archive(settings)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def given(archive: Archive) -> Sides:
    """A giver and a receiver."""
    return sides(archive.register, archive.system)


@pytest.fixture(scope="module")
def number(archive: Archive, given: Sides) -> str:
    """A handover of three dossiers inside the archive; it was delivered, and is undecided."""
    made = fill(archive.register, into(archive.store), archive.system, given, dossiers=3)
    with archive.register.write() as conn:
        one = transfer_draft.draft(
            conn,
            archive.system,
            giver=given.giver,
            receiver=given.receiver,
            case="xa-merged",
            title="Sổ hộ tịch",
            route="inside",
            decision_number="12/QĐ-UBND",
            decision_date=today(),
        )
        transfer_draft.add(conn, archive.system, one.id, made)
        transfer_draft.add_unarranged(conn, archive.system, one.id, "Đơn thư", amount="3 bó", centimetres=40)
    sealing.seal(archive.register, archive.store, archive.system, archive.system, one.id, version="0")
    with archive.register.write() as conn:
        transfer_sealing.deliver(conn, archive.system, one.id)
    return one.number


@pytest.fixture
def do(archive: Archive, capsys: pytest.CaptureFixture[str]) -> Do:
    """Run an act of `luutru handover` here, and return what it tells programs."""

    def act(*words: str) -> dict[str, Any]:
        args = parser().parse_args(["handover", *words, "--json"])
        assert handover_papers.run(archive, archive.system, args) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return told

    return act


def test_the_board_says_how_far_each_office_is(
    do: Do, archive: Archive, number: str, tmp_path: Path, verapdf: VeraPdf, home: Path
) -> None:
    do("holding", "UBND xã Tân Hòa", "--metres", "12,5", "--dossiers", "40", "--deadline", "2099-12-31")
    pdf, xlsx = tmp_path / "board.pdf", tmp_path / "board.xlsx"

    told = do("board", "--pdf", str(pdf), "--xlsx", str(xlsx), "--scope", "Toàn tỉnh")
    spoken = Installation(home).do("handover", "board")

    office = {one["name"]: one for one in told["units"]}["UBND xã Tân Hòa"]
    assert (office["announced"], office["metres"], office["deadline"]) == (40, 12.5, "2099-12-31")
    assert office["stages"]["sealed"]["dossiers"] == 3
    assert office["stuck"] == {"stage": "accepted", "waiting": 3, "weekly": 0.0}  # nothing was, so far
    assert "UBND xã Tân Hòa: 40 hồ sơ, 12,5 m" in spoken.out
    assert "hạn 31/12/2099" in spoken.out
    assert "Toàn tỉnh" in pdftotext(pdf)
    assert openpyxl.load_workbook(xlsx).active is not None
    verapdf.check(pdf)


def test_papers_are_drawn_up_once_everything_is_decided(
    do: Do, archive: Archive, number: str, tmp_path: Path, verapdf: VeraPdf
) -> None:
    pdf = tmp_path / "minutes.pdf"
    with pytest.raises(TransferNotDecided):
        do("minutes", number, "--pdf", str(pdf))
    assert not pdf.exists()
    _decide(archive, number)

    told = do("minutes", number, "--pdf", str(pdf), "--receiver", "Lê Thị Thu", "--place", "Tân An Hội")
    again = do("minutes", number, "--receiver", "Lê Thị Thu", "--place", "Tân An Hội")

    assert told["sha256"] == again["sha256"] == hashlib.sha256(pdf.read_bytes()).hexdigest()
    assert told["paper"] == again["paper"]
    text = " ".join(pdftotext(pdf).split())
    assert "Bên giao thông báo 3 6 6" in text
    assert "Trả lại để hoàn thiện 1 2 2" in text
    assert "Lê Thị Thu" in text
    with archive.register.read() as conn:
        size = int(text.split("đợt bàn giao này, có ")[1].split(" sự kiện")[0])
        assert f"mã gốc {audit_chain.checkpoint(conn, archive.system, size).root}" in text
    for which in ("catalogue", "unfinished", "unarranged", "check-report"):
        listed, table = tmp_path / f"{which}.pdf", tmp_path / f"{which}.xlsx"
        assert do("print", number, which, "--pdf", str(listed), "--xlsx", str(table))["pages"] >= 1
        assert openpyxl.load_workbook(table).active is not None
        verapdf.check(listed)


def test_a_list_that_is_to_go_nowhere_is_refused(archive: Archive, number: str, home: Path) -> None:
    answer = Installation(home).do("handover", "print", number, "catalogue", "--json")

    assert (answer.code, answer.json["error"]["code"]) == (3, "nowhere-to-print")


def _decide(archive: Archive, number: str) -> None:
    with archive.register.write() as conn:
        one = transfers.find(conn, archive.system, number).id
        first, *rest = [each.id for each in items(conn, archive.system, one)]
        said = dict.fromkeys(rest, Said(Decision.ACCEPTED)) | {first: Said(Decision.RETURNED, "Ảnh mờ")}
        transfer_decision.decide(conn, archive.system, one, said)

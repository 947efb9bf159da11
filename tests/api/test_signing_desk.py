"""Signing at the desk: the server holds the key, a person opens it, and the passphrase stays nowhere."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from api import signing_room
from api.app import create_app
from api.archive import doors
from api.backoff import FREE_TRIES
from api.signing_room import SigningRoom
from catalog import document, schema, signed_pdf, transfer_acceptance
from catalog.dossier import dossiers
from catalog.event import events
from catalog.transfer_paper import latest
from handover import drawing_up
from handover.minutes import Signatories
from handover.outcome import Outcome
from handover.signing import check_signature
from handover.signing_key import KeyUnusable, SigningKey
from handover.trust import Trust
from luutru.errors import LuuTruError
from tests.api.conftest import Enter, people_at, served
from tests.api.handover_stock import decided, furnish
from tests.api.stock import Stock, make
from tests.handover.signing_stock import AN_LAC, authority, pair
from tests.services.authority import PASSWORD as PASSPHRASE
from tests.services.authority import as_pkcs12


@dataclass(frozen=True)
class Office:
    """An archive with two documents that wait for their signature, and its desk."""

    stock: Stock
    enter: Enter


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """An archive whose scanned dossier was signed off."""
    made = make(tmp_path_factory.mktemp("signing") / "home")
    archive = made.archive
    with archive.register.write() as conn:
        (one,) = [each for each in dossiers(conn, archive.system) if each.label == "HS 1"]
        table = schema.dossier
        conn.execute(table.update().where(table.c.id == one.id).values(state="signed-off"))
    yield made
    archive.close()


@pytest.fixture(scope="module")
def desk(stocked: Stock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Its desk, with the office's key at hand."""
    key = as_pkcs12(pair(AN_LAC.name, AN_LAC.code), authority(), tmp_path_factory.mktemp("key") / "key.p12")
    settings = replace(stocked.settings, sign_key=key)
    with served(create_app(doors(stocked.archive, settings))) as where, people_at(where) as enter:
        yield Office(stocked, enter)


def signed(stock: Stock) -> int:
    archive = stock.archive
    with archive.register.read() as conn:
        (one,) = [each for each in dossiers(conn, archive.system) if each.label == "HS 1"]
        names = [each.id for each in document.of_dossier(conn, archive.system, one.id)]
        return len(signed_pdf.in_force(conn, archive.system, names))


def run(lan: httpx.Client, passphrase: str) -> str:
    """Sign what waits, wait until it is through, and return the page."""
    answer = lan.post("/signing", data={"passphrase": passphrase, "transfer": ""})
    assert answer.status_code == 303, answer.text
    until = time.monotonic() + 120
    while (told := lan.get("/signing/job")).headers.get("hx-refresh") != "true":
        assert time.monotonic() < until, told.text
        time.sleep(0.1)
    return lan.get("/signing").text


def test_a_server_without_a_key_says_so(stocked: Stock) -> None:
    app = create_app(doors(stocked.archive, stocked.settings))
    with served(app) as where, people_at(where) as enter:
        lan = enter("lan")

        assert "chưa có khoá ký số" in lan.get("/signing").text
        assert lan.post("/signing", data={"passphrase": "x"}).status_code == 409
        assert 'href="/signing"' not in lan.get("/dossiers").text


def test_a_wrong_passphrase_signs_nothing_and_readers_sign_nothing_at_all(desk: Office) -> None:
    lan, minh = desk.enter("lan"), desk.enter("minh")
    before = signed(desk.stock)

    answer = lan.post("/signing", data={"passphrase": "sai rồi"})

    assert answer.status_code == 400
    assert "Không mở được khoá ký số" in answer.text
    assert "sai rồi" not in answer.text
    assert minh.get("/signing").status_code == 403
    assert minh.post("/signing", data={"passphrase": PASSPHRASE}).status_code == 403
    assert signed(desk.stock) == before


def test_what_waits_is_signed_and_the_passphrase_stays_nowhere(
    desk: Office, caplog: pytest.LogCaptureFixture
) -> None:
    lan = desk.enter("lan")
    assert "Ký 2 văn bản" in lan.get("/signing").text

    page = run(lan, PASSPHRASE)

    assert "Đã ký 2 văn bản." in page
    assert "Không có văn bản nào chờ ký." in page
    assert signed(desk.stock) == 2
    archive = desk.stock.archive
    with archive.register.read() as conn:
        told = [row.payload for row in conn.execute(schema.event.select())]
    assert PASSPHRASE not in page + caplog.text + "".join(told)
    kept = [path for path in archive.home.rglob("*") if path.is_file() and path.stat().st_size < 1 << 22]
    assert [path for path in kept if PASSPHRASE.encode() in path.read_bytes()] == []


def test_minutes_are_signed_for_the_side_that_one_works_for(desk: Office) -> None:
    stock, lan = desk.stock, desk.enter("lan")
    archive, system = stock.archive, stock.archive.system
    with archive.register.read() as conn:
        (paper,) = [each.id for each in dossiers(conn, system) if each.label == "HS 45"]
    found = decided(stock, paper)
    drawing_up.draw_up(archive.register, archive.store, system, system, found, Signatories())
    here, form = f"/handover/{found}", {"passphrase": PASSPHRASE}

    asked = lan.get(f"{here}/papers").text
    theirs = lan.post(f"{here}/sign-minutes", data=form | {"side": "receiver"})
    wrong = lan.post(f"{here}/sign-minutes", data={"side": "giver", "passphrase": "x"})
    ours = lan.post(f"{here}/sign-minutes", data=form | {"side": "giver"})

    assert 'value="giver"' in asked
    assert 'value="receiver"' not in asked
    assert theirs.status_code == 403
    assert "Không mở được khoá ký số" in lan.get(wrong.headers["location"]).text
    done = lan.get(ours.headers["location"]).text
    assert "Đã ký số biên bản." in done
    assert f"đã ký: {AN_LAC.name}" in done
    with archive.register.read() as conn:
        newest = latest(conn, system, found, "minutes")
        acts = [each.kind for each in events(conn, system, f"transfer:{found}")]
    assert [each["role"] for each in newest.signatures] == ["giver"]
    assert newest.signatures[0]["actor"] == "lan"
    assert "transfer-decided" in acts


def test_the_receipt_is_signed_for_the_receiver_and_its_signature_is_sent_along(desk: Office) -> None:
    stock = desk.stock
    (signed_off,) = furnish(stock, dossiers=1).dossiers
    made, archive = decided(stock, signed_off, unfinished=False), stock.archive
    thu, lan, here = desk.enter("thu"), desk.enter("lan"), f"/handover/{made}"
    before = thu.get(f"{here}/papers").text
    early = thu.post(f"{here}/sign-receipt", data={"passphrase": PASSPHRASE})
    with archive.register.write() as conn:
        transfer_acceptance.conclude(conn, archive.system, made)

    asked = [client.get(f"{here}/papers").text for client in (thu, lan)]
    theirs = lan.post(f"{here}/sign-receipt", data={"passphrase": PASSPHRASE})
    wrong = thu.post(f"{here}/sign-receipt", data={"passphrase": "x"})
    ours = thu.post(f"{here}/sign-receipt", data={"passphrase": PASSPHRASE})

    assert (early.status_code, theirs.status_code) == (409, 403)
    assert ["/sign-receipt" in page for page in (before, *asked)] == [False, True, False]
    assert "Không mở được khoá ký số" in thu.get(wrong.headers["location"]).text
    done = thu.get(ours.headers["location"]).text
    assert "Đã ký số biên nhận." in done
    assert "/sign-receipt" not in done
    (beside,) = re.findall(rf'href="({here}/papers/[0-9a-f]+/p7s)"', done)
    receipt, p7s = thu.get(beside.removesuffix("/p7s")).content, thu.get(beside)
    assert p7s.headers["content-disposition"].endswith(".json.p7s")
    root = authority().root.asn1
    trust = Trust((root,), (root,))
    checks = check_signature(receipt, p7s.content, trust, expected_office=AN_LAC, subject="")
    assert not [each for each in checks if each.outcome is Outcome.FAILED]
    assert thu.get(beside.replace("p7s", "tsr")).status_code == 404
    assert desk.enter("minh").get(beside).status_code == 403


def test_who_guesses_minutes_many_times_at_once_waits_too(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = desk.stock
    room = SigningRoom(stock.archive, replace(stock.settings, sign_key=Path("none.p12")), None)
    tried: list[str] = []

    @contextmanager
    def slow(_settings: object, *, password: str) -> Iterator[SigningKey]:
        tried.append(password)
        time.sleep(0.2)  # a token takes its time
        raise KeyUnusable("wrong")
        yield

    monkeypatch.setattr(signing_room, "signing_key", slow)

    def guess(number: int) -> str:
        try:
            with room._signer(str(number)):
                return "opened"
        except LuuTruError as error:
            return type(error).__name__

    with ThreadPoolExecutor(12) as many:
        told = Counter(many.map(guess, range(12)))

    assert len(tried) == FREE_TRIES
    assert told == {"KeyUnusable": FREE_TRIES, "TooManyTries": 12 - FREE_TRIES}


def test_who_guesses_waits(desk: Office) -> None:
    lan = desk.enter("lan")

    answers = [lan.post("/signing", data={"passphrase": f"đoán {number}"}) for number in range(7)]

    assert answers[-1].status_code == 429
    assert "retry-after" in answers[-1].headers

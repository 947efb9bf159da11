"""The receipt: made once and kept, signed by the receiver, and taken by the giver where that holds."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from api.handing_over import make_receipt
from catalog import dossier, event, schema, transfer_acceptance, transfer_decision, transfer_paper
from catalog import transfer as transfers
from catalog.identifiers import ObjectKey
from catalog.transfer_state import State
from handover import kept_receipt, signature_reading, taken_receipt
from handover.kept_receipt import KeptReceipt, ReceiptSigner, kept, sign
from handover.outcome import Outcome, verdict
from handover.receipt import ReceiptElsewhere, from_json
from handover.signing_key import SigningKey
from handover.taken_receipt import Came, ReceiptUnproven, Taken
from handover.time_stamp import StampServer
from handover.trust import NOBODY, Trust
from tests.api.stock import Stock, copied, make
from tests.catalog.archive import sha256
from tests.handover.killed import be_killed
from tests.handover.signing_stock import Offices, authority, key_of, pair
from tests.handover.two_houses import Houses, administrator, export, received, sealed
from tests.services.authority import PASSWORD, as_pkcs12

PAPER = "15/BB-GN ngày 05/07/2026"


@pytest.fixture(scope="module")
def moulds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stock, Stock, str]:
    """A giver with a sealed handover of one dossier on paper, and a receiver that has concluded it."""
    giver = make(tmp_path_factory.mktemp("giver") / "home", stocked=False)
    receiver = make(tmp_path_factory.mktemp("receiver") / "home", stocked=False)
    with giver.archive.register.read() as conn:
        chosen = [one.id for one in dossier.dossiers(conn, administrator(giver)) if one.label == "HS 45"]
    houses = Houses(giver, receiver, sealed(giver, chosen))
    disk = tmp_path_factory.mktemp("disk")
    export(houses, disk)
    received(houses, disk)
    scope, transfer = administrator(receiver), houses.came()
    with receiver.archive.register.write() as conn:
        transfer_decision.decide_rest(conn, scope, transfer)
        transfer_paper.keep(conn, scope, transfer, "minutes", ObjectKey(sha256("minutes")))
        transfer_acceptance.conclude(conn, scope, transfer)
    for one in (giver, receiver):
        one.archive.close()
    return giver, receiver, houses.transfer


@pytest.fixture
def houses(moulds: tuple[Stock, Stock, str], tmp_path: Path) -> Iterator[Houses]:
    giver, receiver, transfer = moulds
    both = copied(giver, tmp_path / "giver"), copied(receiver, tmp_path / "receiver")
    yield Houses(*both, transfer)  # type: ignore[arg-type]  # an id is a text
    for one in both:
        one.archive.close()


def made(houses: Houses) -> KeptReceipt:
    archive = houses.receiver.archive
    return kept(
        archive.register, archive.store, administrator(houses.receiver), archive.system, houses.came()
    )


def signed(houses: Houses, key: SigningKey, server: StampServer | None = None) -> KeptReceipt:
    archive, found = houses.receiver.archive, made(houses)
    signer = ReceiptSigner(key, "UBND phường Hà Tu", server)
    return sign(archive.register, archive.store, administrator(houses.receiver), found, signer)


def taken(houses: Houses, came: Came, trust: Trust = NOBODY, on_paper: str = "") -> Taken:
    archive = houses.giver.archive
    return taken_receipt.take(
        came,
        register=archive.register,
        store=archive.store,
        scope=houses.scope,
        service=archive.system,
        trust=trust,
        on_paper=on_paper,
    )


def state(houses: Houses) -> State:
    with houses.giver.archive.register.read() as conn:
        return transfers.find(conn, houses.scope, houses.transfer).state


@pytest.fixture(scope="module")
def ha_tu() -> SigningKey:
    return key_of(pair("UBND phường Hà Tu", "H49.64.34"))


def test_the_receipt_is_made_once_and_its_bytes_stay_the_same(houses: Houses) -> None:
    archive, scope = houses.receiver.archive, administrator(houses.receiver)

    first = made(houses)
    with archive.register.write() as conn:  # the log goes on, and other minutes are drawn up
        event.record(conn, scope, "unit-added", "unit:x", {})
        transfer_paper.keep(conn, scope, houses.came(), "minutes", ObjectKey(sha256("signed minutes")))
    again = made(houses)

    assert again.data == first.data
    assert first.paper.sha256 == hashlib.sha256(first.data).hexdigest()
    told = from_json(first.data)
    assert told.minutes == sha256("minutes")
    assert told.checkpoint is not None
    with archive.register.read() as conn:
        assert len(transfer_paper.papers(conn, scope, houses.came(), kind="receipt")) == 1


def test_the_desk_signs_no_receipt_with_a_key_that_nobody_opened(
    houses: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = as_pkcs12(pair("UBND phường Hà Tu", "H49.64.34"), authority(), tmp_path / "key.p12")
    monkeypatch.setenv("LUUTRU_SIGN_KEY", str(key))
    monkeypatch.setenv("LUUTRU_SIGN_PASSWORD", PASSWORD)
    archive, scope = houses.receiver.archive, administrator(houses.receiver)

    make_receipt(archive, scope, houses.came(), sign=False)
    at_the_desk = made(houses).p7s
    make_receipt(archive, scope, houses.came(), sign=True)

    assert at_the_desk is None
    assert made(houses).p7s is not None


def test_a_receipt_that_breaks_holds_up_nothing_and_the_log_has_its_kind_alone(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_words: object) -> None:
        raise RuntimeError("Nguyễn Văn A")

    monkeypatch.setattr(kept_receipt, "kept", breaks)

    make_receipt(houses.receiver.archive, administrator(houses.receiver), houses.came(), sign=False)

    assert "RuntimeError" in caplog.text
    assert "Nguyễn" not in caplog.text


def test_the_giver_makes_no_receipt_of_what_it_gave(houses: Houses) -> None:
    archive = houses.giver.archive

    with pytest.raises(ReceiptElsewhere):
        kept(archive.register, archive.store, houses.scope, archive.system, houses.transfer)


def test_a_signed_receipt_is_taken_kept_and_concludes_the_handover_once(
    houses: Houses, offices: Offices, ha_tu: SigningKey, server: StampServer
) -> None:
    found = signed(houses, ha_tu, server)
    assert signed(houses, ha_tu, server) == found  # the signature that is there stays

    came = Came(found.data, found.p7s, found.tsr)
    first, again = taken(houses, came, offices.trust), taken(houses, came, offices.trust)

    assert {each.outcome for each in first.checks} == {
        Outcome.PASSED,
        Outcome.NOT_ASKED,
    }  # no revocation list
    assert (first.transfer.state, again.transfer.state) == (State.ACCEPTED, State.ACCEPTED)
    archive = houses.giver.archive
    with archive.register.read() as conn:
        (paper,) = transfer_paper.papers(conn, houses.scope, houses.transfer, kind="receipt")
        kinds = schema.event.c.kind
        told = conn.execute(select(schema.event.c.payload).where(kinds == "transfer-receipt-taken")).scalars()
        assert [json.loads(each)["minutes"] for each in told] == [sha256("minutes")]
    with archive.store.get(paper.object_key) as stream:
        assert stream.read() == found.data
    back = kept(archive.register, archive.store, houses.scope, archive.system, houses.transfer)
    assert (back.data, back.p7s, back.tsr) == (found.data, found.p7s, found.tsr)


def test_a_stamp_that_was_pending_is_added_and_the_signature_stays(
    houses: Houses, ha_tu: SigningKey, server: StampServer
) -> None:
    first = signed(houses, ha_tu)

    later = signed(houses, ha_tu, server)

    assert (first.tsr, later.p7s) == (None, first.p7s)
    assert later.tsr is not None


def test_where_somebody_is_believed_an_unsigned_receipt_needs_a_paper(
    houses: Houses, offices: Offices
) -> None:
    came = Came(made(houses).data)

    with pytest.raises(ReceiptUnproven, match="signature-lacks"):
        taken(houses, came, offices.trust)
    assert state(houses) is State.SEALED
    done = taken(houses, came, offices.trust, on_paper=PAPER)

    assert done.transfer.state is State.ACCEPTED
    with houses.giver.archive.register.read() as conn:
        kinds = schema.event.c.kind
        told = conn.execute(
            select(schema.event.c.payload).where(kinds == "transfer-receipt-taken")
        ).scalar_one()
    assert json.loads(told)["on_paper"] == PAPER


def test_a_receipt_of_another_signer_or_of_other_bytes_is_not_taken(houses: Houses, offices: Offices) -> None:
    stranger, own = signed(houses, offices.an_lac), made(houses)

    for came in (
        Came(own.data, stranger.p7s),
        Came(own.data.replace(b'"accepted"', b'"refused"'), stranger.p7s),
        Came(own.data, b"no signature"),
    ):
        with pytest.raises(ReceiptUnproven):
            taken(houses, came, offices.trust, on_paper=PAPER)
    assert state(houses) is State.SEALED


def test_where_nobody_is_believed_it_is_said_that_nothing_was_checked(houses: Houses) -> None:
    done = taken(houses, Came(made(houses).data))

    assert verdict(done.checks).outcome is Outcome.COULD_NOT_RUN


def test_a_receipt_whose_signature_nobody_could_read_is_not_taken(
    houses: Houses, offices: Offices, ha_tu: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = signed(houses, ha_tu)
    monkeypatch.setattr(signature_reading, "verify", be_killed)

    with pytest.raises(ReceiptUnproven, match="signature-unread"):
        taken(houses, Came(came.data, came.p7s, came.tsr), offices.trust, on_paper=PAPER)

    assert state(houses) is State.SEALED

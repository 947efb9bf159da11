"""Twelve kinds of tampering: each is found and named, and whatever is whole beside it is still decided on."""

import hashlib
import io
import shutil
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from catalog import (
    audit_chain,
    event,
    schema,
    transfer_acceptance,
    transfer_decision,
    transfer_item,
    transfer_totals,
    unit,
)
from catalog.checkpoint import Checkpoint
from catalog.register import Register
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision
from catalog.transfer_state import State
from handover import announcement, bag, landing
from handover.minutes import total_digest
from handover.origin import OriginCheck, origin_by
from handover.package_digest import package_digest
from handover.receiving import Expecting, check_delivery
from handover.receiving_room import Room
from handover.reception import Received, receive
from handover.report import DeliveryReport, Proposal
from handover.sealed import Office
from handover.signed_parcel import ParcelPlace, sign_parcel
from handover.signing_key import SigningKey
from handover.time_stamp import StampServer
from handover.trust import NOBODY, Trust
from tests.catalog.archive import SYSTEM
from tests.handover import deliveries
from tests.handover.deliveries import CALLED, rewrite_lists
from tests.handover.holdings import SEALED
from tests.handover.signing_stock import authority, key_of, pair, strange_authority
from tests.services.authority import StampService, serving

CODE = deliveries.CODE
EVERY = frozenset({1, 2, 3, 4, 5})
FIRST = frozenset({1, 2, 3})  #: of the first parcel
NONE: frozenset[int] = frozenset()
ACCEPTABLE = (Proposal.ACCEPT, Proposal.LOOK)
"""What a person may accept as it is; LOOK: once they looked."""

STRANGER = Office("UBND xã Lạ", "H49.64.99")


@dataclass(frozen=True)
class Delivered:
    """Two signed parcels of five dossiers on a disk, the receiver's register, and the giver's log."""

    disk: Path
    register: Register
    trust: Trust
    strange: Path  #: the first parcel's signatures/, made by another office
    checkpoint: Checkpoint  #: of the log, as the other side holds it

    @property
    def first(self) -> Path:
        return sorted((self.disk / "parcels").iterdir())[0]

    @property
    def second(self) -> Path:
        return sorted((self.disk / "parcels").iterdir())[1]

    def pdf(self, dossier: int = 1) -> Path:
        return next(iter(sorted((self.disk / "parcels").rglob(f"{CODE}{dossier}.1.pdf"))))

    @property
    def expecting(self) -> Expecting:
        return Expecting(origin=origin_by(lambda: self.trust), virus=None, content=False)


# --- the stock -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good disk, the signature of a stranger, and a register in which both offices and some events are."""
    top = tmp_path_factory.mktemp("mould")
    (top / "disk").mkdir()
    deliveries.make(top / "disk")
    first, second = sorted((top / "disk" / "parcels").iterdir())
    shutil.copytree(first, top / "strange" / first.name)
    with serving(StampService(authority().stamper())) as service:
        server = StampServer(service.url, seconds=5)
        for place, office in (
            (first, SEALED.giver), (second, SEALED.giver), (top / "strange" / first.name, STRANGER),
        ):  # fmt: skip
            sign_parcel(ParcelPlace(place), _key(office), server)
    register = Register(f"sqlite:///{top / 'register.db'}")
    register.migrate()
    with register.write() as conn:
        for office in (SEALED.giver, SEALED.receiver):
            unit.add(conn, SYSTEM, office.name, code=office.code)
        for number in range(3):
            event.record(conn, SYSTEM, "read", f"dossier:{number}")
        audit_chain.seal_all(conn, SYSTEM)
    register.close()
    return top


def _key(office: Office) -> SigningKey:
    return key_of(pair(office.name, office.code))


@pytest.fixture
def delivered(mould: Path, tmp_path: Path) -> Iterator[Delivered]:
    """A copy of all of it, to be tampered with."""
    shutil.copytree(mould, tmp_path / "here")
    top = tmp_path / "here"
    register = Register(f"sqlite:///{top / 'register.db'}")
    with register.read() as conn:
        checkpoint = audit_chain.checkpoint(conn, SYSTEM)
    root = authority().root.asn1
    strange = next((top / "strange").iterdir()) / "signatures"
    yield Delivered(top / "disk", register, Trust((root,), (root,)), strange, checkpoint)
    register.close()


# --- twelve kinds ----------------------------------------------------------------------------------------


def _changed(on: Delivered) -> None:
    data = bytearray(on.pdf().read_bytes())
    data[100] ^= 1
    on.pdf().write_bytes(data)


def _added(on: Delivered) -> None:
    (on.pdf().parent / "them.pdf").write_bytes(b"%PDF-1.7 extra")


def _removed(on: Delivered) -> None:
    on.pdf().unlink()


def _renamed(on: Delivered) -> None:
    on.pdf().rename(on.pdf().with_name("khac.pdf"))


def _rewritten(on: Delivered) -> None:
    on.pdf().write_bytes(deliveries.pdf("forged"))
    rewrite_lists(on.first)


def _signed_by_another(on: Delivered) -> None:
    shutil.rmtree(on.first / "signatures")
    shutil.copytree(on.strange, on.first / "signatures")


def _twice(on: Delivered) -> None:
    shutil.copytree(on.first, on.first.with_name(f"{on.first.name}-again"))


def _of_another_parcel(on: Delivered) -> None:
    package = on.pdf().parents[3]
    shutil.copytree(package, on.second / "data" / package.name)
    rewrite_lists(on.second)


def _twins(on: Delivered) -> None:
    for form in ("NFC", "NFD"):
        (on.pdf().parent / unicodedata.normalize(form, "Hồ sơ.pdf")).write_bytes(b"%PDF-1.7")


def _leaves_the_bag(on: Delivered) -> None:
    parcel, name = on.first, on.first.name
    with tarfile.open(parcel.with_name(f"{name}.tar"), "w") as tar:
        tar.add(parcel, arcname=name)
        info = tarfile.TarInfo("../../outside.txt")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"here"))
    shutil.rmtree(parcel)


def _bomb(on: Delivered) -> None:
    parcel, name = on.first, on.first.name
    with zipfile.ZipFile(parcel.with_name(f"{name}.zip"), "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr(f"{name}/data/big.pdf", bytes(64 << 20))
    shutil.rmtree(parcel)


def _log_cut_off(on: Delivered) -> None:
    sequence = schema.event.c.sequence
    with on.register.write() as conn:
        conn.execute(delete(schema.event).where(sequence > on.checkpoint.size - 2))


@dataclass(frozen=True)
class Tampering:
    """What somebody does, how it is named, and which dossiers are not to be accepted for it."""

    does: Callable[[Delivered], None]
    named: frozenset[str]
    held: frozenset[int]


def _one(does: Callable[[Delivered], None], *named: str, held: frozenset[int]) -> Tampering:
    return Tampering(does, frozenset(named), held)


KINDS = {
    "a byte changed": _one(_changed, "bag-digest-wrong", held=frozenset({1})),
    "a file added": _one(_added, "bag-file-unlisted", "bag-oxum-wrong", held=frozenset({1})),
    "a file removed": _one(_removed, "bag-file-lacks", "bag-oxum-wrong", held=frozenset({1})),
    "a file renamed": _one(_renamed, "bag-file-lacks", "bag-file-unlisted", held=frozenset({1})),
    "the manifest rewritten": _one(
        _rewritten, "parcel-digest-other", "package-digest-other", "signature-bytes-changed",
        held=FIRST,
    ),
    "a signature of another unit": _one(_signed_by_another, "signature-other-office", held=FIRST),
    "a parcel twice": _one(_twice, "parcel-twice", held=NONE),
    "a dossier from another parcel": _one(
        _of_another_parcel, "dossier-of-other-parcel", "signature-bytes-changed", held=EVERY - FIRST,
    ),
    "NFC and NFD twins": _one(_twins, "bag-names-alike", held=frozenset({1})),
    "a path that leaves the bag": _one(_leaves_the_bag, "archive-path-unsafe", held=FIRST),
    "a bomb": _one(_bomb, "archive-bomb", held=FIRST),
    "the tail of the audit log cut off": _one(_log_cut_off, "audit-tail-truncated", held=NONE),
}  # fmt: skip


def _codes(on: Delivered, report: DeliveryReport) -> set[str]:
    with on.register.read() as conn:
        log = audit_chain.verify(conn, SYSTEM, [on.checkpoint])
    return {each.check.code for each in report.faults} | {each.code for each in log.faults}


def test_there_are_twelve_kinds() -> None:
    assert len(KINDS) == 12


def test_what_nobody_tampered_with_is_accepted_whole(delivered: Delivered) -> None:
    report = check_delivery(delivered.disk, delivered.expecting)

    assert _codes(delivered, report) == set()
    assert {one.proposal for one in report.dossiers.values()} == {Proposal.ACCEPT}


def received(delivered: Delivered, tmp_path: Path, expecting: Expecting | None = None) -> Received:
    """Receive what lies on the disk into a room of its own."""
    return receive(
        delivered.disk,
        register=delivered.register,
        scope=SYSTEM,
        room=Room(tmp_path / "received"),
        expecting=expecting or delivered.expecting,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_named_and_the_rest_is_decided(delivered: Delivered, tmp_path: Path, kind: str) -> None:
    tampering = KINDS[kind]
    tampering.does(delivered)

    came = received(delivered, tmp_path)

    assert tampering.named <= _codes(delivered, came.report)
    good = {CODE + str(number) for number in EVERY - tampering.held}
    assert {name for name, one in came.report.dossiers.items() if one.proposal in ACCEPTABLE} == good
    assert not list(tmp_path.rglob("outside.txt"))
    with delivered.register.write() as conn:
        items = transfer_item.items(conn, SYSTEM, came.transfer.id)
        back = Said(Decision.RETURNED, kind)
        said = {item.id: transfer_decision.ACCEPTED if item.identifier in good else back for item in items}
        transfer_decision.decide(conn, SYSTEM, came.transfer.id, said)
        totals = transfer_totals.totals(conn, SYSTEM, came.transfer.id)
        done = transfer_acceptance.conclude(conn, SYSTEM, came.transfer.id)
    assert (totals.add_up, totals.of(Decision.ACCEPTED).dossiers) == (True, len(good))
    assert done.state is (State.ACCEPTED if not tampering.held else State.ACCEPTED_IN_PART)


# --- names beside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("called", CALLED)
@pytest.mark.parametrize("listed", [True, False], ids=["in the list", "beside the list"])
def test_a_folder_called_like_a_dossier_is_told_and_holds_up_no_dossier(
    delivered: Delivered, tmp_path: Path, called: Callable[[Path], str], *, listed: bool
) -> None:
    honest = delivered.pdf().parents[3]
    strange = honest.with_name(called(honest))
    shutil.copytree(honest, strange)
    next(strange.rglob("*.1.pdf")).write_bytes(deliveries.pdf("forged"))
    expecting = delivered.expecting
    if listed:
        rewrite_lists(delivered.first)
        expecting = replace(expecting, origin=None)  # whose list it is holds up the whole parcel

    came = received(delivered, tmp_path, expecting)
    with delivered.register.write() as conn:
        items = transfer_item.items(conn, SYSTEM, came.transfer.id)
        said = {item.id: transfer_decision.ACCEPTED for item in items}
        transfer_decision.decide(conn, SYSTEM, came.transfer.id, said)
        done = transfer_acceptance.conclude(conn, SYSTEM, came.transfer.id)

    told = {one.folder: one for parcel in came.report.parcels for one in parcel.dossiers}
    assert "dossier-not-announced" in _codes(delivered, came.report)
    assert told[strange.name].proposal is Proposal.HOLD
    assert told[honest.name].proposal in ACCEPTABLE
    assert len({one.identifier for one in told.values()}) == len(told)
    assert done.state is State.ACCEPTED


def test_two_folders_that_nobody_announced_and_some_systems_take_for_one_are_both_held(
    delivered: Delivered,
) -> None:
    honest = delivered.pdf().parents[3]
    for name in ("Uuid-x", "uuid-x"):
        shutil.copytree(honest, honest.with_name(name))

    report = check_delivery(delivered.disk, delivered.expecting)

    assert "bag-names-alike" in _codes(delivered, report)
    assert {report.dossiers[name].proposal for name in ("Uuid-x", "uuid-x")} == {Proposal.HOLD}


# --- without a signature ---------------------------------------------------------------------------------


def _proposals(report: DeliveryReport) -> set[Proposal]:
    return {one.proposal for one in report.dossiers.values()}


def _unsigned(on: Delivered) -> None:
    for parcel in (on.first, on.second):
        shutil.rmtree(parcel / "signatures")


def test_whoever_takes_the_signatures_off_gains_nothing(delivered: Delivered) -> None:
    _unsigned(delivered)

    report = check_delivery(delivered.disk, delivered.expecting)

    assert "signature-lacks" in _codes(delivered, report)
    assert _proposals(report) == {Proposal.HOLD}


def test_a_parcel_without_signature_is_looked_at_where_nobody_is_believed(delivered: Delivered) -> None:
    _unsigned(delivered)

    report = check_delivery(delivered.disk, replace(delivered.expecting, origin=origin_by(lambda: NOBODY)))

    assert _proposals(report) == {Proposal.LOOK}


def test_the_digest_of_the_minutes_stands_for_signatures_and_for_no_other_parcels(
    delivered: Delivered,
) -> None:
    _unsigned(delivered)
    told = landing.announced(delivered.disk)
    assert told is not None
    minutes = total_digest((each.name, each.digest) for each in told.parcels)

    good = check_delivery(delivered.disk, replace(delivered.expecting, digest=minutes))
    other = check_delivery(delivered.disk, replace(delivered.expecting, digest="0" * 64))

    assert _proposals(good) == {Proposal.ACCEPT}
    assert _proposals(other) == {Proposal.HOLD}
    assert "announcement-digest-other" in {each.check.code for each in other.faults}


# --- a list that nobody signed, and a handover.json that agrees with it -------------------------------------


def _forged(on: Delivered, *, as_signed: bool) -> None:
    """Change a dossier, its parcel's list and what is announced of it; `as_signed`: not the tag manifest."""
    signed = (on.first / bag.TAG_MANIFEST).read_bytes()
    _changed(on)
    rewrite_lists(on.first)
    if as_signed:
        (on.first / bag.TAG_MANIFEST).write_bytes(signed)
    top = on.pdf().parents[3]
    files = [path for path in top.rglob("*") if path.is_file()]
    rows = [
        (path.relative_to(top.parent).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    ]
    told = landing.announced(on.disk)
    assert told is not None
    items = (replace(told.items[0], digest=package_digest(rows)), *told.items[1:])
    (on.disk / announcement.NAME).write_bytes(announcement.to_json(replace(told, items=items)))


@pytest.mark.parametrize("as_signed", [True, False], ids=["the list alone", "both lists"])
@pytest.mark.parametrize("digest", [True, False], ids=["with the minutes", "without"])
def test_no_signature_stands_for_a_list_that_it_is_not_over(
    delivered: Delivered, *, as_signed: bool, digest: bool
) -> None:
    _forged(delivered, as_signed=as_signed)
    told = landing.announced(delivered.disk)
    assert told is not None
    minutes = total_digest((each.name, each.digest) for each in told.parcels) if digest else None

    report = check_delivery(delivered.disk, replace(delivered.expecting, digest=minutes))

    assert "signature-bytes-changed" in _codes(delivered, report)
    assert {report.dossiers[CODE + str(number)].proposal for number in FIRST} == {Proposal.HOLD}
    assert {report.dossiers[CODE + str(number)].proposal for number in EVERY - FIRST} == {Proposal.ACCEPT}


def test_no_minutes_stand_for_a_list_that_they_do_not_name(delivered: Delivered) -> None:
    _forged(delivered, as_signed=True)
    _unsigned(delivered)
    told = landing.announced(delivered.disk)
    assert told is not None
    minutes = total_digest((each.name, each.digest) for each in told.parcels)

    report = check_delivery(delivered.disk, replace(delivered.expecting, digest=minutes))

    assert {report.dossiers[CODE + str(number)].proposal for number in FIRST} == {Proposal.HOLD}
    assert {report.dossiers[CODE + str(number)].proposal for number in EVERY - FIRST} == {Proposal.ACCEPT}


@pytest.mark.parametrize("as_signed", [True, False], ids=["the list alone", "both lists"])
@pytest.mark.parametrize("signed", [True, False], ids=["signed by whoever it was", "unsigned"])
@pytest.mark.parametrize("origin", [None, origin_by(lambda: NOBODY)], ids=["nobody asked", "none believed"])
def test_minutes_hold_a_list_that_they_do_not_name_though_no_signature_is_believed(
    delivered: Delivered, origin: OriginCheck | None, *, signed: bool, as_signed: bool
) -> None:
    _forged(delivered, as_signed=as_signed)
    _unsigned(delivered)
    if signed:
        giver, by = SEALED.giver, strange_authority()
        sign_parcel(ParcelPlace(delivered.first), key_of(by.office(giver.name, code=giver.code), by), None)
    told = landing.announced(delivered.disk)
    assert told is not None
    minutes = total_digest((each.name, each.digest) for each in told.parcels)

    report = check_delivery(delivered.disk, replace(delivered.expecting, origin=origin, digest=minutes))

    assert {report.dossiers[CODE + str(number)].proposal for number in FIRST} == {Proposal.HOLD}
    assert {report.dossiers[CODE + str(number)].proposal for number in EVERY - FIRST} <= set(ACCEPTABLE)

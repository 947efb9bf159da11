"""From one installation into another: searched the same day, with the giver's readings, nothing read anew."""

import hashlib
import io
import json
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from catalog import (
    document,
    dossier,
    field_value,
    key_value,
    objects,
    page,
    schema,
    signed_pdf,
    transfer_acceptance,
    transfer_arrival,
    transfer_decision,
    transfer_item,
    transfer_parcel,
    work,
)
from catalog.identifiers import DocumentId, DossierId, ObjectKey, new_id
from catalog.instants import now
from catalog.reading import from_bytes
from catalog.transfer_arrival import TransferDiffers
from catalog.transfer_decision import DecisionInvalid, Said
from catalog.transfer_item import Decision
from catalog.transfer_verdict import ChecksAgainst, PackageNotHere
from handover import announcement
from handover import record as records
from handover.announcing import arrived
from handover.reception import take_in_accepted
from handover.sealed import Office
from handover.signing import sign_pdf
from luutru import audit, indexing
from tests.api.stock import Stock, copied, make
from tests.catalog.archive import sha256
from tests.handover.signing_stock import Offices
from tests.handover.two_houses import (
    Houses,
    accept_all,
    administrator,
    export,
    received,
    sealed,
)


@pytest.fixture(scope="module")
def gave(
    tmp_path_factory: pytest.TempPathFactory, offices: Offices
) -> Iterator[tuple[Stock, Stock, Path, str]]:
    """The giver with a sealed handover, one document of it signed, the receiver's mould, and the disk."""
    giver = make(tmp_path_factory.mktemp("giver") / "home")
    mould = make(tmp_path_factory.mktemp("mould") / "home", stocked=False)
    with giver.archive.register.read() as conn:
        chosen = [
            one.id
            for one in dossier.dossiers(conn, administrator(giver))
            if one.label in ("HS 1", "HS 45", "HS 46")
        ]
    _sign_one(giver, chosen[0], offices)
    transfer = sealed(giver, chosen)
    disk = tmp_path_factory.mktemp("disk")
    export(Houses(giver, mould, transfer), disk)
    mould.archive.close()
    yield giver, mould, disk, transfer
    giver.archive.close()


def _sign_one(stock: Stock, inside: DossierId, offices: Offices) -> None:
    """Sign the first document of a dossier that is not signed off."""
    archive, scope = stock.archive, administrator(stock)
    with archive.register.read() as conn:
        paper = document.of_dossier(conn, scope, inside)[0]
    assert paper.pdf_key is not None
    with archive.store.get(paper.pdf_key) as stream:
        made = sign_pdf(stream.read(), offices.an_lac, office="UBND xã An Lạc", server=None)
    kept = archive.store.put(io.BytesIO(made.data))
    with archive.register.write() as conn:
        objects.note_signed(conn, scope, kept.key, kept.size)
        conn.execute(
            schema.signed_pdf.insert().values(
                id=new_id(),
                document_id=paper.id,
                source_key=paper.pdf_key,
                object_key=kept.key,
                arrangement=1,
                office="UBND xã An Lạc",
                certificate=sha256("certificate"),
                actor="quantri",
                signed_at=now(),
                stamp="not-asked",
            )
        )


@pytest.fixture
def houses(gave: tuple[Stock, Stock, Path, str], tmp_path: Path) -> Iterator[tuple[Houses, Path]]:
    giver, mould, disk, transfer = gave
    receiver = copied(mould, tmp_path / "home")
    yield Houses(giver, receiver, transfer), disk  # type: ignore[arg-type]  # an id is a text
    receiver.archive.close()


def test_a_disk_is_received_accepted_and_taken_in(houses: tuple[Houses, Path]) -> None:
    both, disk = houses

    came = received(both, disk)
    taken = accept_all(both)

    assert {each.check.code for each in came.report.faults} <= {"ead-field-lacks"}
    assert (len(taken.dossiers), taken.failed) == (3, ())
    archive = both.receiver.archive
    with archive.register.read() as conn:
        assert not work.any_free(conn, archive.system)
        items = transfer_item.items(conn, administrator(both.receiver), both.came())
    assert {item.dossier for item in items} == set(taken.dossiers)


def test_what_no_longer_is_as_announced_is_taken_in_from_another_copy_alone(
    houses: tuple[Houses, Path], tmp_path: Path
) -> None:
    both, disk = houses
    received(both, disk)
    _spoil(both.room.folder / both.came())
    first = accept_all(both)
    spoilt = shutil.copytree(disk, tmp_path / "spoilt")
    _spoil(spoilt / "parcels")
    received(both, spoilt)
    second = take_in_accepted(both.house, both.room, both.came())

    received(both, disk)
    last = take_in_accepted(both.house, both.room, both.came())

    assert [slug for _name, slug, _why in first.failed] == ["package-changed"]
    assert [slug for _name, slug, _why in second.failed] == ["package-changed"]
    assert (len(last.dossiers), last.failed) == (1, ())


def _spoil(parcels: Path) -> None:
    """Change a document of one dossier."""
    path = sorted(parcels.rglob("*.pdf"))[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def test_everything_that_was_known_is_known(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)
    accept_all(both)

    assert _told(both.receiver) == _told(both.giver)


def _told(stock: Stock) -> object:
    """Return all that people see of what was handed over, without any id."""
    scope = administrator(stock)
    told = []
    with stock.archive.register.read() as conn:
        for one in dossier.dossiers(conn, scope):
            if not (one.code or "").startswith("ANLAC.1998."):  # the receiver has some of its own
                continue
            keys = [(key.name, key.value) for key in key_value.of_dossier(conn, scope, one.id)]
            papers = []
            for paper in document.of_dossier(conn, scope, one.id):
                values = field_value.current(conn, scope, paper.id).values
                pages = page.of_document(conn, scope, paper.id)
                papers.append(
                    (
                        paper.shown,
                        paper.type,
                        paper.year,
                        paper.state,
                        {
                            name: (value.value, value.confidence, len(value.evidence))
                            for name, value in values.items()
                        },
                        sorted((key.name, key.value) for key in key_value.of_document(conn, scope, paper.id)),
                        [
                            (leaf.state, leaf.width, leaf.dpi, leaf.rotation, leaf.flags, _words(stock, leaf))
                            for leaf in pages
                        ],
                    )
                )
            told.append((one.label, one.title, one.box_label, one.access_mode, one.retention, keys, papers))
    return told


def _words(stock: Stock, leaf: page.Page) -> object:
    if leaf.reading_key is None:
        return None
    with stock.archive.store.get(leaf.reading_key) as stream:
        reading = from_bytes(stream.read())
    return [(word.text, word.box, word.confidence, word.agreed) for word in reading.words], reading.engines


def test_the_signed_form_of_a_document_goes_and_is_known_as_signed(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)
    accept_all(both)

    def told(stock: Stock) -> list[dict[str, object]]:
        with stock.archive.register.read() as conn:
            (row,) = conn.execute(select(schema.signed_pdf)).all()
            papers = [DocumentId(row.document_id)]
            assert list(signed_pdf.in_force(conn, administrator(stock), papers)) == papers
        return [{name: value for name, value in row._mapping.items() if name not in ("id", "document_id")}]

    assert told(both.receiver) == told(both.giver)
    (one,) = told(both.receiver)
    sent = [hashlib.sha256(path.read_bytes()).hexdigest() for path in disk.rglob("*.pdf")]
    assert one["object_key"] in sent
    assert one["source_key"] not in sent
    store = both.receiver.archive.store
    with (
        store.get(ObjectKey(str(one["source_key"]))) as unsigned,
        store.get(ObjectKey(str(one["object_key"]))) as signed,
    ):
        assert signed.read().startswith(unsigned.read())


def test_the_receiver_searches_at_once_and_the_whole_archive_checks_clean(
    houses: tuple[Houses, Path],
) -> None:
    both, disk = houses
    received(both, disk)
    accept_all(both)
    archive = both.receiver.archive
    name, index = archive.generations.open_current()
    while indexing.index_changes(archive, index, name):
        pass

    outcome = audit.check(archive)
    found = dict(index.keys())
    index.close()

    assert (outcome.faults, outcome.unchecked) == ((), ())
    assert sum(entry.startswith("page:") for entry in found) == _read_pages(both.giver)


def _read_pages(stock: Stock) -> int:
    table = schema.page.c
    with stock.archive.register.read() as conn:
        return len(conn.execute(select(table.id).where(table.state == "read")).all())


def test_receiving_and_taking_in_twice_is_the_same_as_once(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)
    received(both, disk)
    accept_all(both)
    before = _counts(both.receiver)

    again = received(both, disk)
    taken = take_in_accepted(both.house, both.room, both.came())

    assert again.transfer.id == both.came()
    assert (taken.dossiers, taken.failed) == ((), ())
    assert _counts(both.receiver) == before


def _counts(stock: Stock) -> dict[str, int]:
    tables = (schema.dossier, schema.document, schema.page, schema.reading, schema.kept_object, schema.batch)
    with stock.archive.register.read() as conn:
        return {table.name: len(conn.execute(select(table)).all()) for table in tables}


def test_a_package_that_changed_in_the_room_is_not_taken_in_and_holds_up_no_other(
    houses: tuple[Houses, Path],
) -> None:
    both, disk = houses
    received(both, disk)
    file = sorted(both.room.folder.rglob("*.pdf"))[0]
    file.write_bytes(file.read_bytes() + b"?")

    taken = accept_all(both)

    assert [slug for _identifier, slug, _reason in taken.failed] == ["package-changed"]
    assert len(taken.dossiers) == 2


def judged(houses: Houses, **said: object) -> None:
    """Let the checks have said so of every dossier that came."""
    scope, transfer = administrator(houses.receiver), houses.came()
    with houses.receiver.archive.register.write() as conn:
        for row in transfer_parcel.parcels(conn, scope, transfer):
            dossiers = [{**one, **said} for one in (row.verdict or {})["dossiers"]]
            verdict = {**(row.verdict or {}), "dossiers": dossiers}
            transfer_parcel.mark(conn, scope, transfer, row.number, "checked", verdict=verdict)


def test_what_was_announced_and_has_not_come_is_not_accepted(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    told = announcement.from_json((disk / "handover.json").read_bytes())
    scope = administrator(both.receiver)
    with both.receiver.archive.register.write() as conn:
        came = transfer_arrival.arrive(conn, scope, arrived(told))

    with both.receiver.archive.register.write() as conn:
        with pytest.raises(PackageNotHere):
            transfer_decision.decide_rest(conn, scope, came.id)
        missing = transfer_decision.decide_rest(conn, scope, came.id, Said(Decision.MISSING, "không có"))

    assert missing == 3


def test_against_the_checks_a_dossier_is_accepted_with_a_reason_alone(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)
    judged(both, proposal="hold")
    scope, transfer = administrator(both.receiver), both.came()

    with pytest.raises(DecisionInvalid):
        Said(Decision.ACCEPTED, although=True)
    with both.receiver.archive.register.write() as conn:
        with pytest.raises(ChecksAgainst):
            transfer_decision.decide_rest(conn, scope, transfer)
        said = Said(Decision.ACCEPTED, "đã hỏi bên giao", although=True)
        decided = transfer_decision.decide_rest(conn, scope, transfer, said)

    assert decided == 3


def test_what_is_not_here_any_more_when_all_is_concluded_is_not_accepted(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)
    scope, transfer = administrator(both.receiver), both.came()
    with both.receiver.archive.register.write() as conn:
        transfer_decision.decide_rest(conn, scope, transfer)
    judged(both, folder="")

    with both.receiver.archive.register.write() as conn, pytest.raises(PackageNotHere):
        transfer_acceptance.conclude(conn, scope, transfer)


def test_a_dossier_that_breaks_holds_up_no_other(houses: tuple[Houses, Path]) -> None:
    both, disk = houses
    received(both, disk)
    with both.receiver.archive.register.write() as conn:
        conn.exec_driver_sql(
            "CREATE TRIGGER broken BEFORE INSERT ON dossier WHEN new.code = 'ANLAC.1998.1' "
            "BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )

    taken = accept_all(both)

    assert [(name, slug) for name, slug, _reason in taken.failed] == [("ANLAC.1998.1", "broke")]
    assert len(taken.dossiers) == 2


@pytest.fixture(scope="module")
def record(gave: tuple[Stock, Stock, Path, str]) -> Any:
    """What one package says of itself, with pages that were read and described."""
    paths = sorted(gave[2].glob(f"parcels/*/data/*/{records.PATH}"))
    return next(told for told in (json.loads(path.read_bytes()) for path in paths) if told["documents"])


def _page(told: Any) -> Any:
    return told["documents"][0]["pages"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["dossier"].update(label="x" * 5000),
        lambda told: told["dossier"].update(retention_code="zz"),
        lambda told: told["dossier"].update(language="0" * 999),
        lambda told: told["dossier"].update(type_confidence=7),
        lambda told: told["dossier"].update(box="x" * 5000),
        lambda told: told["fonds"].update(code="x" * 65),
        lambda told: told["documents"][0].update(year=1 << 40),
        lambda told: told["documents"][0].update(values=told["documents"][0]["values"][:1] * 2),
        lambda told: told["files"][0].update(media_type="text/html"),
        lambda told: _page(told).update(width=1 << 45),
        lambda told: _page(told).update(set_apart="gone"),
        lambda told: _page(told)["reading"].update(source="nobody"),
    ],
)
def test_a_record_that_the_register_has_no_place_for_is_refused(record: Any, change: Any) -> None:
    told = json.loads(json.dumps(record))
    records.from_json(json.dumps(told).encode())
    change(told)

    with pytest.raises(records.RecordInvalid):
        records.from_json(json.dumps(told).encode())


def announced_again(houses: Houses, disk: Path, **otherwise: Any) -> None:
    told = announcement.from_json((disk / "handover.json").read_bytes())
    scope = administrator(houses.receiver)
    with houses.receiver.archive.register.write() as conn:
        before = transfer_arrival.arrive(conn, scope, arrived(told))
        assert transfer_arrival.arrive(conn, scope, arrived(replace(told, **otherwise))).id == before.id


def test_the_minutes_may_come_later(houses: tuple[Houses, Path]) -> None:
    announced_again(*houses, minutes="0" * 64)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"title": "Khác"},
        {"giver": Office("Khác", "")},
        {"decision": "13/QĐ-UBND"},
        {"unarranged": (announcement.Unarranged(1, "Bó"),)},
    ],
)
def test_a_handover_that_came_is_not_announced_otherwise(
    houses: tuple[Houses, Path], otherwise: dict[str, Any]
) -> None:
    with pytest.raises(TransferDiffers):
        announced_again(*houses, **otherwise)


def test_a_handover_that_was_sealed_anew_under_its_number_is_refused(houses: tuple[Houses, Path]) -> None:
    with pytest.raises(TransferDiffers, match="under a new number"):
        announced_again(*houses, namespace=uuid.uuid4())

"""Access fails closed: no unit, no grant, no view; whatever is asked, however."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from catalog import (
    batch,
    contradiction,
    coverage,
    document,
    dossier,
    event,
    fonds,
    objects,
    page,
    source_file,
    standing,
    unit,
)
from catalog.access import NOBODY, Role, Scope
from catalog.identifiers import BatchId, DocumentId, DossierId, ObjectKey, PageId, SourceFileId
from catalog.instants import today
from catalog.schema import dossier as dossier_table
from catalog.schema import dossier_standing
from luutru.errors import NotFound
from tests.catalog.archive import SYSTEM, Office, arrive, scope_of, work_off


@dataclass(frozen=True)
class Holdings:
    """One document in a dossier and one in none, both of An Lạc."""

    office: Office
    batch: BatchId
    file: SourceFileId
    dossier: DossierId
    filed: DocumentId
    loose: DocumentId
    filed_page: PageId
    loose_page: PageId


@pytest.fixture
def holdings(office: Office) -> Holdings:
    with office.register.write() as conn:
        place = dossier.add(conn, SYSTEM, office.fonds, "HS 1", title="Hồ sơ đất đai")
        lot = office.batch(conn)
        file = arrive(conn, lot, "HS 1/a.pdf", dossier=place)
        arrive(conn, lot, "b.pdf")
    work_off(office.register)
    with office.register.read() as conn:
        pages = [page.get(conn, SYSTEM, one) for one in page.should_be_indexed(conn, SYSTEM)]
        [filed] = document.of_dossier(conn, SYSTEM, place)
        [in_it] = [one for one in pages if one.document == filed.id]
        [other] = [one for one in pages if one.document != filed.id]
    return Holdings(office, lot.id, file, place, filed.id, other.document, in_it.id, other.id)


Ask = Callable[[Connection, Scope, Holdings], object]

SEES_RECORDS: dict[str, Ask] = {
    "a document in a dossier": lambda conn, scope, h: document.get(conn, scope, h.filed),
    "a document in none": lambda conn, scope, h: document.get(conn, scope, h.loose),
    "a page of the one": lambda conn, scope, h: page.get(conn, scope, h.filed_page),
    "a page of the other": lambda conn, scope, h: page.get(conn, scope, h.loose_page),
    "a document's pages": lambda conn, scope, h: some(page.of_document(conn, scope, h.filed)),
    "a dossier": lambda conn, scope, h: dossier.find(conn, scope, h.dossier),
    "a dossier's documents": lambda conn, scope, h: some(document.of_dossier(conn, scope, h.dossier)),
    "a dossier's standings": lambda conn, scope, h: dossier.standings(conn, scope, h.dossier),
    "dossiers by id": lambda conn, scope, h: some(dossier.among(conn, scope, [h.dossier])),
    "the list of dossiers": lambda conn, scope, h: some(dossier.dossiers(conn, scope)),
    "their number": lambda conn, scope, h: some(dossier.count(conn, scope)),
    "a fonds": lambda conn, scope, h: fonds.find(conn, scope, "ANLAC"),
    "the list of fonds": lambda conn, scope, h: some(
        [one for one in fonds.all_fonds(conn, scope) if one.code == "ANLAC"]
    ),
    "how much was read": lambda conn, scope, h: some(coverage.coverage(conn, scope).pages),
}

SEES_INTAKE: dict[str, Ask] = {
    "batches by id": lambda conn, scope, h: some(batch.among(conn, scope, [h.batch])),
    "a batch": lambda conn, scope, h: batch.find(conn, scope, h.batch),
    "the list of batches": lambda conn, scope, h: some(batch.batches(conn, scope)),
    "a batch's ledger": lambda conn, scope, h: batch.ledger(conn, scope, h.batch),
    "the latest of a place": lambda conn, scope, h: some(
        batch.latest_of(conn, scope, h.office.fonds.id, "folder")
    ),
    "a file": lambda conn, scope, h: source_file.get(conn, scope, h.file),
    "a batch's files": lambda conn, scope, h: some(source_file.files(conn, scope, h.batch)),
}

SERVICE_ALONE: dict[str, Ask] = {
    "what stands on an object": lambda conn, scope, h: objects.is_referenced(conn, scope, ObjectKey("a")),
    "objects that are stood on": lambda conn, scope, h: objects.referenced(conn, scope),
    "objects kept": lambda conn, scope, h: list(objects.kept(conn, scope)),
    "noting an object": lambda conn, scope, h: objects.note(conn, scope, ObjectKey("a"), 1, "master"),
    "marking one purged": lambda conn, scope, h: objects.mark_purged(conn, scope, ObjectKey("a")),
    "contradictions": lambda conn, scope, h: contradiction.contradictions(conn, scope),
    "what search should hold": lambda conn, scope, h: page.should_be_indexed(conn, scope),
    "dossiers that it should": lambda conn, scope, h: dossier.should_be_indexed(conn, scope),
    "what it is told of pages": lambda conn, scope, h: page.findable(conn, scope, [h.filed_page]),
    "what it is told of dossiers": lambda conn, scope, h: dossier.findable(conn, scope, [h.dossier]),
    "who sees a dossier": lambda conn, scope, h: standing.readers(conn, scope, h.dossier),
    "letting others read": lambda conn, scope, h: standing.grant_reading(
        conn, scope, h.dossier, h.office.ha_tu, instrument="QĐ 1"
    ),
    "telling search anew": lambda conn, scope, h: standing.touch(conn, scope, [h.dossier]),
    "moving standings": lambda conn, scope, h: standing.move(conn, scope, h.office.fonds.id, h.office.ha_tu),
    "confirming a fonds": lambda conn, scope, h: fonds.confirm(
        conn, scope, h.office.fonds.id, title="x", unit=h.office.ha_tu
    ),
    "entering a unit": lambda conn, scope, h: unit.add(conn, scope, "UBND xã X"),
    "files on the quay": lambda conn, scope, h: source_file.on_quay(conn, scope),
    "everybody's events": lambda conn, scope, h: event.events(conn, scope, f"dossier:{h.dossier}"),
}

CHANGES_INTAKE: dict[str, Ask] = {
    "a batch's place in the queue": lambda conn, scope, h: batch.prioritise(conn, scope, h.batch, 9),
    "its end": lambda conn, scope, h: batch.close(conn, scope, h.batch),
    "a new batch": lambda conn, scope, h: batch.create(conn, scope, "x", h.office.fonds, origin="x"),
    "a new file": lambda conn, scope, h: arrive(conn, of(h), "new.pdf", scope=scope),
    "a file turned away": lambda conn, scope, h: source_file.turn_away(
        conn, scope, of(h), origin="o", path="p", code="c", reason="r"
    ),
    "what came before": lambda conn, scope, h: source_file.known(conn, scope, of(h), origin="o"),
    "a box": lambda conn, scope, h: dossier.box(conn, scope, h.office.fonds.id, "Hộp 1"),
    "a dossier": lambda conn, scope, h: dossier.add(conn, scope, h.office.fonds, "HS 2"),
    "a dossier that is there": lambda conn, scope, h: dossier.in_place(conn, scope, h.office.fonds, "HS 1"),
    "a fonds to confirm": lambda conn, scope, h: fonds.add(
        conn, scope, "MOI", unit=h.office.an_lac, to_confirm=True
    ),
}


def some(found: object) -> None:
    """Take an empty answer for the same "no" that others raise."""
    if not found:
        raise NotFound("nothing")


def of(holdings: Holdings) -> batch.Batch:
    with holdings.office.register.read() as conn:
        return batch.find(conn, SYSTEM, holdings.batch)


def everybody(office: Office) -> dict[str, Scope]:
    return {
        "nobody": NOBODY,
        "service": SYSTEM,
        "administrator": replace(SYSTEM, actor="quantri"),
        "archivist": office.archivist,
        "reader": office.reader,
        "archivist elsewhere": office.stranger,
        "reader elsewhere": scope_of(Role.READER, office.ha_tu, name="hai"),
        "unit without a role": Scope("x", None, frozenset({office.ha_tu})),
        "role without a unit": Scope("x", None, frozenset(), grants=office.archivist.grants),
    }


def answers(holdings: Holdings, asks: dict[str, Ask], scope: Scope) -> set[str]:
    """Return what of `asks` is answered."""
    answered = set()
    for name, ask in asks.items():
        try:
            with holdings.office.register.read() as conn:
                ask(conn, scope, holdings)
        except NotFound:
            continue
        answered.add(name)
    return answered


@pytest.mark.parametrize("who", ["service", "administrator", "archivist", "reader"])
def test_records_are_seen_by_those_whose_they_are(holdings: Holdings, who: str) -> None:
    assert answers(holdings, SEES_RECORDS, everybody(holdings.office)[who]) == SEES_RECORDS.keys()


@pytest.mark.parametrize(
    "who", ["nobody", "archivist elsewhere", "reader elsewhere", "unit without a role", "role without a unit"]
)
def test_and_by_nobody_else(holdings: Holdings, who: str) -> None:
    assert answers(holdings, SEES_RECORDS, everybody(holdings.office)[who]) == set()


def test_intake_is_the_concern_of_those_who_keep_the_unit(holdings: Holdings) -> None:
    asks = SEES_INTAKE | CHANGES_INTAKE

    seen = {who: answers(holdings, asks, scope) for who, scope in everybody(holdings.office).items()}

    assert {who for who, what in seen.items() if what} == {
        "service", "administrator", "archivist", "role without a unit",
    }  # fmt: skip
    assert seen["archivist"] == seen["administrator"] == seen["service"] == asks.keys()
    assert not seen["role without a unit"] & SEES_INTAKE.keys()


def test_the_rest_is_the_services_and_the_administrators(holdings: Holdings) -> None:
    seen = {who: answers(holdings, SERVICE_ALONE, scope) for who, scope in everybody(holdings.office).items()}

    assert {who for who, what in seen.items() if what} == {"service", "administrator"}
    assert seen["administrator"] == seen["service"] == SERVICE_ALONE.keys()


def test_who_reads_everywhere_sees_no_batches_of_units_they_do_not_keep(holdings: Holdings) -> None:
    office = holdings.office
    grants = frozenset({(Role.READER, None), (Role.ARCHIVIST, office.ha_tu)})
    scope = Scope("x", office.stranger.user, frozenset({office.ha_tu}), everywhere=True, grants=grants)

    assert answers(holdings, SEES_RECORDS, scope) == SEES_RECORDS.keys()
    assert answers(holdings, SEES_INTAKE, scope) == set()


def test_who_opened_a_batch_sees_it_though_its_fonds_has_no_unit_yet(office: Office) -> None:
    with office.register.write() as conn:
        nobodys = fonds.add(conn, SYSTEM, "?")
        mine = batch.create(conn, office.archivist, "lô", nobodys, origin="x")

        assert batch.find(conn, office.archivist, mine).unit is None
        with pytest.raises(batch.BatchNotFound):
            batch.find(conn, office.stranger, mine)


# --- access modes and standings ---------------------------------------------------------------------


def set_mode(holdings: Holdings, mode: str) -> None:
    with holdings.office.register.write() as conn:
        conn.execute(dossier_table.update().values(access_mode=mode))


IN_THE_DOSSIER = {
    "a document in a dossier",
    "a page of the one",
    "a document's pages",
    "a dossier",
    "a dossier's documents",
    "a dossier's standings",
    "dossiers by id",
    "the list of dossiers",
    "their number",
}


@pytest.mark.parametrize("who", ["service", "administrator", "archivist", "reader"])
def test_a_secret_dossier_is_served_to_nobody(holdings: Holdings, who: str) -> None:
    set_mode(holdings, "03")

    seen = answers(holdings, SEES_RECORDS, everybody(holdings.office)[who])

    assert seen == SEES_RECORDS.keys() - IN_THE_DOSSIER


def test_search_is_told_nothing_of_a_secret_dossier(holdings: Holdings) -> None:
    set_mode(holdings, "03")

    with holdings.office.register.read() as conn:
        assert page.findable(conn, SYSTEM, [holdings.filed_page]) == []
        assert dossier.findable(conn, SYSTEM, [holdings.dossier]) == []
        assert dossier.should_be_indexed(conn, SYSTEM) == {}
        assert page.should_be_indexed(conn, SYSTEM).keys() == {holdings.loose_page}


def test_a_conditional_dossier_is_seen_by_who_governs_it(holdings: Holdings) -> None:
    set_mode(holdings, "02")

    assert answers(holdings, SEES_RECORDS, holdings.office.reader) == SEES_RECORDS.keys()


def test_an_access_mode_that_the_law_does_not_know_cannot_be(holdings: Holdings) -> None:
    with pytest.raises(Exception, match="access_mode_is_known"):
        set_mode(holdings, "3")


def stand(holdings: Holdings, kind: str, begins: int, ends: int | None) -> None:
    """Let Hà Tu stand to the dossier from so many days from now until so many."""
    with holdings.office.register.write() as conn:
        conn.execute(
            dossier_standing.insert().values(
                id="0" * 32,
                dossier_id=holdings.dossier,
                kind=kind,
                unit_id=holdings.office.ha_tu,
                valid_from=today() + timedelta(days=begins),
                valid_until=today() + timedelta(days=ends) if ends is not None else None,
            )
        )


@pytest.mark.parametrize(
    ("kind", "begins", "ends", "seen"),
    [
        ("reader", 0, None, True),
        ("reader", -5, 1, True),
        ("authority", 0, None, True),
        ("keeper", 0, None, False),  # who keeps the paper does not read it
        ("reader", 1, None, False),  # not yet
        ("reader", -5, 0, False),  # not on the day it ends
        ("reader", -5, -1, False),
    ],
)
def test_a_standing_counts_from_its_first_day_until_before_its_last(
    holdings: Holdings, kind: str, begins: int, ends: int | None, seen: bool
) -> None:
    stand(holdings, kind, begins, ends)

    found = answers(holdings, SEES_RECORDS, holdings.office.stranger)
    with holdings.office.register.read() as conn:
        told = standing.readers(conn, SYSTEM, holdings.dossier)

    assert ("a dossier" in found) is seen
    assert ("a page of the one" in found) is seen
    assert "a page of the other" not in found
    assert (holdings.office.ha_tu in told) is seen


def test_a_fonds_is_named_to_who_may_read_one_dossier_of_it(holdings: Holdings) -> None:
    with holdings.office.register.write() as conn:
        standing.grant_reading(conn, SYSTEM, holdings.dossier, holdings.office.ha_tu, instrument="QĐ 1")

    with holdings.office.register.read() as conn:
        found = [one.code for one in fonds.all_fonds(conn, holdings.office.stranger)]

    assert found == ["ANLAC", "HATU"]


def test_the_owners_unit_sees_nothing_of_a_dossier_that_another_governs(holdings: Holdings) -> None:
    with holdings.office.register.write() as conn:
        standing.move(conn, SYSTEM, holdings.office.fonds.id, holdings.office.ha_tu)

    ours = answers(holdings, SEES_RECORDS, holdings.office.reader)
    theirs = answers(holdings, SEES_RECORDS, holdings.office.stranger)

    assert not ours & IN_THE_DOSSIER
    assert theirs >= IN_THE_DOSSIER

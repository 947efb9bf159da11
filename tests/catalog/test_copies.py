"""The same bytes elsewhere: read once for all, and each record stands for itself."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from catalog import correction, looking, page, retrying, schema, source_file
from catalog.batch import Batch
from catalog.identifiers import PageId, SourceFileId
from catalog.page import Finding
from catalog.work import Stage
from tests.catalog.archive import (
    SYSTEM,
    Office,
    arrive,
    contradictions,
    ledger_of,
    looked,
    opened,
    reading,
    take,
    work_off,
)
from tests.catalog.test_correction import correct


def file_row(conn: Connection, identifier: str) -> dict[str, object]:
    row = conn.execute(select(schema.source_file).where(schema.source_file.c.id == identifier)).one()
    return dict(row._mapping)


def page_states(conn: Connection, file: str) -> list[str]:
    column = schema.page.c
    rows = conn.execute(
        select(column.state).where(column.source_file_id == file).order_by(column.image_index)
    )
    return list(rows.scalars())


@pytest.fixture
def copies(office: Office) -> tuple[Batch, SourceFileId, SourceFileId]:
    """The same two pages from two places, neither opened yet."""
    with office.register.write() as conn:
        lot = office.batch(conn)
        first = arrive(conn, lot, "a.pdf", content="same")
        second = arrive(conn, lot, "copy of a.pdf", content="same")
    return lot, first, second


def open_both(conn: Connection, first: str, second: str, pages: int = 2) -> None:
    claims = {claim.id: claim for claim in (take(conn, Stage.OPEN), take(conn, Stage.OPEN))}
    opened(conn, claims[first], pages)
    opened(conn, claims[second], pages)


Copies = tuple[Batch, SourceFileId, SourceFileId]


def test_the_same_bytes_elsewhere_are_read_once_for_both(office: Office, copies: Copies) -> None:
    lot, first, second = copies
    with office.register.write() as conn:
        open_both(conn, first, second)
    work_off(office.register)

    told = ledger_of(office.register, lot.id)
    with office.register.read() as conn:
        readings = conn.execute(select(func.count()).select_from(schema.reading)).scalar_one()
        duplicate = source_file.get(conn, SYSTEM, second).duplicate_of

    assert readings == 2
    assert (told.received, told.read, told.duplicate) == (4, 4, 2)
    assert duplicate == first
    assert contradictions(office.register) == []


def test_a_copy_that_comes_later_needs_no_looking(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf", content="same")
    work_off(office.register, pages=2)
    with office.register.write() as conn:
        arrive(conn, lot, "b.pdf", content="same")
        opened(conn, take(conn, Stage.OPEN), 2)

    with office.register.write() as conn:
        take(conn, Stage.ADMIT)


def test_a_copy_shares_the_reading_and_neither_description_nor_access(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf", content="same")
        other = office.batch(conn, of=office.other)
        arrive(conn, other, "b.pdf", content="same")
    work_off(office.register)

    with office.register.read() as conn:
        ours, theirs = (
            [one for one in page.should_be_indexed(conn, SYSTEM) if _visible(conn, office, one, who)]
            for who in ("ours", "theirs")
        )
        keys = {page.get(conn, SYSTEM, one).reading_key for one in (*ours, *theirs)}

    assert len(ours) == len(theirs) == 1
    assert ours != theirs
    assert len(keys) == 1


def test_a_copy_that_comes_later_has_no_words_that_a_person_corrected(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf", content="same")
    work_off(office.register)
    with office.register.write() as conn:
        (ours,) = page.should_be_indexed(conn, SYSTEM)
        read = correction.current(conn, office.archivist, ours)
        by_hand = replace(reading("corrected"), source="person")
        correction.corrected(conn, office.archivist, ours, by_hand, base=read.id)
        arrive(conn, office.batch(conn, of=office.other), "b.pdf", content="same")

    work_off(office.register)

    with office.register.read() as conn:
        (theirs,) = set(page.should_be_indexed(conn, SYSTEM)) - {ours}
        versions = correction.versions(conn, office.stranger, theirs)
    assert [(each.id, each.current) for each in versions] == [(read.id, True)]
    assert contradictions(office.register) == []


def _visible(conn: Connection, office: Office, one: PageId, who: str) -> bool:
    try:
        page.get(conn, office.archivist if who == "ours" else office.stranger, one)
    except page.PageNotFound:
        return False
    return True


def test_a_held_page_is_held_for_its_copies_and_tried_again_for_all(office: Office, copies: Copies) -> None:
    lot, first, second = copies
    with office.register.write() as conn:
        open_both(conn, first, second)
        looked(conn, take(conn, Stage.LOOK), "held")
        looked(conn, take(conn, Stage.LOOK))
    held = ledger_of(office.register, lot.id)

    with office.register.write() as conn:
        retrying.retry(conn, SYSTEM, first)
    tried = ledger_of(office.register, lot.id)
    work_off(office.register)
    done = ledger_of(office.register, lot.id)

    assert (held.held_pages, held.pages_to_read) == (2, 0)
    assert (tried.held_pages, tried.pages_to_read) == (0, 2)
    assert (done.read, done.held_pages) == (4, 0)
    assert contradictions(office.register) == []


def test_a_copys_keeper_can_have_a_held_page_tried_again(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf", content="same")
        opened(conn, take(conn, Stage.OPEN))
        looked(conn, take(conn, Stage.LOOK), "held")
        lot = office.batch(conn, of=office.other)
        copy = arrive(conn, lot, "b.pdf", content="same")
    work_off(office.register)

    with office.register.write() as conn:
        retrying.retry(conn, office.stranger, copy)
    work_off(office.register)

    assert ledger_of(office.register, lot.id).read == 1
    assert contradictions(office.register) == []


def test_a_page_tried_again_does_not_let_a_copy_in_before_its_other_pages(
    office: Office, copies: Copies
) -> None:
    _lot, first, second = copies
    with office.register.write() as conn:
        claims = take(conn, Stage.OPEN, first), take(conn, Stage.OPEN, second)
        opened(conn, claims[0], 2)
        looked(conn, take(conn, Stage.LOOK), "held")
        opened(conn, claims[1], 2)
        retrying.retry(conn, SYSTEM, first)
        looked(conn, take(conn, Stage.LOOK))

        states = [
            (file_row(conn, name)["waiting_pages"], page_states(conn, name)) for name in (first, second)
        ]

    assert states == [(1, ["read", "waiting"])] * 2


def test_a_copy_opened_while_its_original_waits_for_admission_is_ready_at_once(
    office: Office, copies: Copies
) -> None:
    _lot, first, second = copies
    with office.register.write() as conn:
        claims = take(conn, Stage.OPEN, first), take(conn, Stage.OPEN, second)
        opened(conn, claims[0], 1)
        looked(conn, take(conn, Stage.LOOK))
        opened(conn, claims[1], 1)

        ready = {take(conn, Stage.ADMIT).id, take(conn, Stage.ADMIT).id}

    assert ready == {first, second}


def test_a_refused_file_is_nobodys_original(office: Office, copies: Copies) -> None:
    lot, first, second = copies
    with office.register.write() as conn:
        claims = take(conn, Stage.OPEN, first), take(conn, Stage.OPEN, second)
        source_file.refused(conn, SYSTEM, claims[0], code="timeout", reason="too slow")
        opened(conn, claims[1], 2)
        retrying.retry(conn, SYSTEM, first)
    work_off(office.register, pages=2)

    told = ledger_of(office.register, lot.id)
    with office.register.read() as conn:
        originals = [source_file.get(conn, SYSTEM, name).duplicate_of for name in (first, second)]

    assert originals == [second, None]
    assert (told.received, told.read, told.refused) == (4, 4, ())
    assert contradictions(office.register) == []


def test_a_batch_put_first_gets_its_copies_read_by_their_originals_turn(office: Office) -> None:
    with office.register.write() as conn:
        usual, urgent = office.batch(conn), office.batch(conn, priority=5)
        arrive(conn, usual, "a.pdf", content="same")
        arrive(conn, usual, "z.pdf")
        arrive(conn, urgent, "b.pdf", content="same")

    work_off(office.register)

    assert ledger_of(office.register, urgent.id).read == 1
    assert contradictions(office.register) == []


def test_a_copy_in_another_state_than_its_original_is_told(office: Office, copies: Copies) -> None:
    _lot, first, second = copies
    with office.register.write() as conn:
        open_both(conn, first, second, 1)
        page_row = schema.page.c
        conn.execute(schema.page.update().where(page_row.source_file_id == second).values(state="blank"))

    found = contradictions(office.register)

    assert any("its twin's" in detail for _subject, detail in found)


def waits_again(office: Office, pages: list[PageId], first: PageId) -> None:
    """Let pages wait once more, and the first of them be looked at."""
    page, file, document = schema.page, schema.source_file, schema.document
    with office.register.write() as conn:
        rows = conn.execute(select(page).where(page.c.id.in_(pages))).all()
        conn.execute(page.update().where(page.c.id.in_(pages)).values(state="waiting"))
        files = [row.source_file_id for row in rows]
        conn.execute(file.update().where(file.c.id.in_(files)).values(waiting_pages=1))
        papers = [row.document_id for row in rows]
        conn.execute(document.update().where(document.c.id.in_(papers)).values(pages_read=0))
        claim = take(conn, Stage.LOOK, first)
        looking.looked_at(conn, SYSTEM, claim, Finding("read", 100, 200, 300), reading=reading("again"))


def one_page_twice(office: Office) -> tuple[PageId, PageId]:
    with office.register.write() as conn:
        lot = office.batch(conn)
        for name in ("a.pdf", "b.pdf"):
            arrive(conn, lot, name, content="x")
    work_off(office.register)
    with office.register.read() as conn:
        twin = conn.execute(select(schema.page).where(schema.page.c.twin_of.is_not(None))).one()
    return PageId(twin.twin_of), PageId(twin.id)


def readings_of(office: Office) -> dict[str, str | None]:
    with office.register.read() as conn:
        return {row.id: row.reading_id for row in conn.execute(select(schema.page))}


def test_words_that_a_person_corrected_on_a_copy_stand_when_its_twin_is_read_again(office: Office) -> None:
    first, twin = one_page_twice(office)
    by_hand = correct(office, twin)
    work_off(office.register)

    waits_again(office, [first, twin], first)

    found = readings_of(office)
    assert found[twin] == by_hand
    assert found[first] != by_hand


def test_a_copy_that_waits_for_nothing_keeps_what_it_has(office: Office) -> None:
    first, twin = one_page_twice(office)
    before = readings_of(office)

    waits_again(office, [first], first)

    found = readings_of(office)
    assert found[twin] == before[twin]
    assert found[first] != before[first]
    with office.register.read() as conn:
        assert set(conn.execute(select(schema.source_file.c.waiting_pages)).scalars()) == {0}

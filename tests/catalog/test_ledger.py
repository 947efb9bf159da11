"""The ledger: every page is somewhere, and what cannot be is told."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from catalog import batch, document, dossier, index_feed, page, retrying, schema, source_file, work
from catalog.identifiers import DossierId, SourceFileId
from catalog.retrying import NothingToRetry
from catalog.work import Stage
from tests.catalog.archive import (
    SYSTEM,
    Office,
    admitted,
    arrive,
    bound,
    contradictions,
    described,
    ledger_of,
    looked,
    opened,
    sha256,
    take,
    work_off,
)


def mark_all(conn: Connection) -> None:
    """Let search hold everything it should."""
    index_feed.mark(
        conn,
        SYSTEM,
        pages=page.should_be_indexed(conn, SYSTEM),
        dossiers=dossier.should_be_indexed(conn, SYSTEM),
    )


def test_the_same_bytes_from_the_same_place_are_one_record(office: Office) -> None:
    with office.register.write() as conn:
        lot, later = office.batch(conn), office.batch(conn)
        arrive(conn, lot, "a.pdf")

        again = source_file.register(
            conn,
            SYSTEM,
            later,
            origin="folder/a.pdf",
            path="a.pdf",
            sha256=sha256("a.pdf"),
            size=1,
            quay_name="q",
        )

        assert again is None
        assert len(source_file.files(conn, SYSTEM, lot.id)) == 1
        assert source_file.files(conn, SYSTEM, later.id) == []


def test_other_bytes_from_the_same_place_are_another_record(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf", content="first")
        arrive(conn, lot, "a.pdf", content="second")

        known = source_file.known(conn, SYSTEM, lot, origin="folder/a.pdf")

    assert known == {sha256("first"), sha256("second")}


def test_another_fonds_knows_nothing_of_it(office: Office) -> None:
    with office.register.write() as conn:
        lot, other = office.batch(conn), office.batch(conn, of=office.other)
        arrive(conn, lot, "a.pdf")

        assert source_file.known(conn, SYSTEM, other, origin="folder/a.pdf") == frozenset()
        arrive(conn, other, "a.pdf")


def test_a_file_turned_away_twice_is_refused_once_with_its_reason(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        for _ in range(2):
            source_file.turn_away(
                conn, SYSTEM, lot, origin="folder/x.doc", path="x.doc", code="not-a-scan", reason="a .doc"
            )

    told = ledger_of(office.register, lot.id)

    assert [(item.name, item.code, item.reason) for item in told.refused] == [
        ("x.doc", "not-a-scan", "a .doc")
    ]


def test_what_was_turned_away_cannot_be_tried_again_since_its_bytes_are_gone(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        source_file.turn_away(conn, SYSTEM, lot, origin="x", path="x", code="c", reason="r")
        [file] = source_file.files(conn, SYSTEM, lot.id)

        with pytest.raises(NothingToRetry):
            retrying.retry(conn, SYSTEM, file.id)

    assert [item.again for item in ledger_of(office.register, lot.id).refused] == [False]


def test_what_was_refused_after_it_was_taken_in_can_be_tried_again(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf")
        source_file.refused(conn, SYSTEM, take(conn, Stage.OPEN), code="timeout", reason="too slow")

    assert [item.again for item in ledger_of(office.register, lot.id).refused] == [True]


def test_a_batch_into_which_nothing_came_can_be_taken_back(office: Office) -> None:
    with office.register.write() as conn:
        vacant, full = office.batch(conn), office.batch(conn)
        arrive(conn, full, "a.pdf")

        batch.drop_empty(conn, SYSTEM, vacant.id)
        batch.drop_empty(conn, SYSTEM, full.id)

        assert batch.batches(conn, SYSTEM) == [full]


def test_the_numbers_add_up_at_every_step(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf")
    told = [ledger_of(office.register, lot.id)]

    for step in range(7):
        with office.register.write() as conn:
            claim = work.claim(conn, SYSTEM, owner="w")
            assert claim is not None
            match claim.stage:
                case Stage.OPEN:
                    opened(conn, claim, 3)
                case Stage.LOOK:
                    looked(conn, claim, ("read", "blank", "held")[step - 1])
                case Stage.ADMIT:
                    admitted(conn, claim)
                case Stage.DESCRIBE:
                    described(conn, claim)
                case Stage.BIND:
                    bound(conn, claim)
        told.append(ledger_of(office.register, lot.id))
    with office.register.write() as conn:
        mark_all(conn)
    told.append(ledger_of(office.register, lot.id))

    assert all(each.adds_up for each in told)
    assert [each.received for each in told] == [0, 3, 3, 3, 3, 3, 3, 3, 3]
    assert [each.read for each in told] == [0, 0, 1, 1, 1, 1, 1, 1, 1]
    assert [each.blank for each in told] == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert [each.held_pages for each in told] == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert [each.described for each in told] == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    assert [each.findable for each in told] == [False] * 8 + [True]
    assert told[-1].finished
    assert told[-1].indexed == 1
    assert contradictions(office.register) == []


def test_a_page_is_nobodys_to_see_before_its_file_is_kept(office: Office) -> None:
    with office.register.write() as conn:
        arrive(conn, office.batch(conn), "a.pdf")
        papers = opened(conn, take(conn, Stage.OPEN))
        looked(conn, claim := take(conn, Stage.LOOK))

        before = page.of_document(conn, SYSTEM, papers)
        pages = admitted(conn, take(conn, Stage.ADMIT))
        after = page.of_document(conn, SYSTEM, papers)

    assert before == []
    assert [one.id for one in after] == pages == [claim.id]


def test_a_file_with_a_reason_against_it_is_refused_and_nothing_else_stops(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        bad = arrive(conn, lot, "bad.pdf")
        source_file.refused(conn, SYSTEM, take(conn, Stage.OPEN, bad), code="encrypted", reason="a password")
        arrive(conn, lot, "good.pdf")
    work_off(office.register)
    with office.register.write() as conn:
        mark_all(conn)

    told = ledger_of(office.register, lot.id)

    assert told.finished
    assert [(item.source_file, item.page, item.code) for item in told.refused] == [(bad, None, "encrypted")]


def test_an_archive_is_no_record_but_its_members_are(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        outer = arrive(conn, lot, "a.zip")
        claim = take(conn, Stage.OPEN, outer)
        arrive(conn, lot, "a.zip/1.pdf")
        source_file.unpacked(conn, SYSTEM, claim, media_type="application/zip")
    work_off(office.register)

    told = ledger_of(office.register, lot.id)

    assert (told.files, told.received, told.read) == (2, 1, 1)
    assert contradictions(office.register) == []


def test_pages_of_a_secret_dossier_do_not_keep_a_batch_from_its_end(office: Office) -> None:
    with office.register.write() as conn:
        secret = dossier.add(conn, SYSTEM, office.fonds, "HS mật", access_mode="03")
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf", dossier=secret)
        arrive(conn, lot, "b.pdf")
    work_off(office.register)
    with office.register.write() as conn:
        found = page.findable(conn, SYSTEM, list(page.should_be_indexed(conn, SYSTEM)))
        index_feed.mark(conn, SYSTEM, pages={one.page: one.revision for one in found}, dossiers={})

    told = ledger_of(office.register, lot.id)

    assert (told.read, told.indexed, told.pages_to_index) == (2, 1, 0)
    assert told.finished


Spoil = Callable[[Connection, SourceFileId], object]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda conn, file: conn.execute(schema.source_file.update().values(waiting_pages=1)), "to look at"),
        (lambda conn, file: conn.execute(schema.source_file.update().values(pages=9)), "9 pages"),
        (lambda conn, file: conn.execute(schema.page.update().values(reading_id=None)), "without a reading"),
        (lambda conn, file: conn.execute(schema.page.update().values(published=False)), "cannot be found"),
        (
            lambda conn, file: conn.execute(schema.source_file.update().values(object_key=None)),
            "before its file",
        ),
        (lambda conn, file: conn.execute(schema.document.update().values(pdf_key=None)), "without a PDF/A"),
        (lambda conn, file: conn.execute(schema.document.update().values(pages_read=0)), "than it counts"),
    ],
)
def test_a_register_that_contradicts_itself_is_told(office: Office, spoil: Spoil, told: str) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
    work_off(office.register)
    with office.register.write() as conn:
        spoil(conn, file)

    found = contradictions(office.register)

    assert any(told in detail for _subject, detail in found)


def test_a_dossier_of_a_file_is_that_of_its_document(office: Office) -> None:
    with office.register.write() as conn:
        place: DossierId = dossier.in_place(conn, SYSTEM, office.fonds, "HS 1")
        arrive(conn, office.batch(conn), "a.pdf", dossier=place)
    work_off(office.register)

    with office.register.read() as conn:
        [papers] = document.of_dossier(conn, SYSTEM, place)

    assert papers.name == "công văn"
    assert papers.dossier_title == "HS 1"

"""What failed is tried again, and everything it touches follows."""

import pytest
from sqlalchemy import Connection

from catalog import document, dossier, index_feed, page, retrying, source_file, work
from catalog.access import NotAllowed
from catalog.batch import BatchNotFound
from catalog.retrying import NothingToRetry
from catalog.work import ClaimLost, Stage
from tests.catalog.archive import (
    SYSTEM,
    Office,
    admitted,
    arrive,
    bound,
    contradictions,
    ledger_of,
    looked,
    opened,
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


def test_a_refused_file_is_opened_again(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        file = arrive(conn, lot, "a.pdf")
        source_file.refused(conn, SYSTEM, take(conn, Stage.OPEN), code="timeout", reason="too slow")
        retrying.retry(conn, office.archivist, file)

    work_off(office.register)
    told = ledger_of(office.register, lot.id)

    assert (told.read, told.refused) == (1, ())


def test_a_file_held_at_the_stores_door_goes_there_again_and_is_not_read_again(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        file = arrive(conn, lot, "a.pdf")
        opened(conn, take(conn, Stage.OPEN))
        looked(conn, take(conn, Stage.LOOK))
        work.finish(
            conn, SYSTEM, take(conn, Stage.ADMIT), state="held", code="quay-damaged", reason="changed"
        )
    held = ledger_of(office.register, lot.id)

    with office.register.write() as conn:
        retrying.retry(conn, office.archivist, file)
        take(conn, Stage.ADMIT, file)

    assert [(item.page, item.code) for item in held.held] == [(None, "quay-damaged")]
    assert held.adds_up
    assert held.finished


def test_a_page_read_late_is_found_and_its_document_bound_anew(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        file = arrive(conn, lot, "a.pdf")
        opened(conn, take(conn, Stage.OPEN), 2)
        late = take(conn, Stage.LOOK)
        looked(conn, late, "held")
    work_off(office.register)
    with office.register.write() as conn:
        mark_all(conn)
        before = index_feed.latest(conn, SYSTEM)
        retrying.retry(conn, office.archivist, file)
        looked(conn, take(conn, Stage.LOOK, late.id))

        told = index_feed.since(conn, SYSTEM, before)
        bound(conn, take(conn, Stage.BIND))

    assert [change.entry for change in told] == [f"page:{late.id}"]
    assert contradictions(office.register) == []
    assert ledger_of(office.register, lot.id).pages_to_index == 1


def test_a_binding_begun_without_a_late_page_is_dropped(office: Office) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
        opened(conn, take(conn, Stage.OPEN), 2)
        looked(conn, take(conn, Stage.LOOK), "held")
        looked(conn, take(conn, Stage.LOOK))
        admitted(conn, take(conn, Stage.ADMIT))
        begun = take(conn, Stage.BIND)
        retrying.retry(conn, SYSTEM, file)
        looked(conn, take(conn, Stage.LOOK))

    with pytest.raises(ClaimLost), office.register.write() as conn:
        bound(conn, begun)
    with office.register.write() as conn:
        take(conn, Stage.BIND, begun.id)


def test_a_page_held_again_leaves_its_bound_document_alone(office: Office) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
        papers = opened(conn, take(conn, Stage.OPEN))
        looked(conn, take(conn, Stage.LOOK), "held")
        admitted(conn, take(conn, Stage.ADMIT))
        bound(conn, take(conn, Stage.BIND))
        retrying.retry(conn, SYSTEM, file)
        looked(conn, take(conn, Stage.LOOK), "held")

        assert document.get(conn, SYSTEM, papers).state == "bound"
    assert contradictions(office.register) == []


def test_a_page_tried_again_while_its_file_is_being_admitted_is_found_when_it_is_read(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        file = arrive(conn, lot, "a.pdf")
        opened(conn, take(conn, Stage.OPEN))
        looked(conn, take(conn, Stage.LOOK), "held")
        at_the_door = take(conn, Stage.ADMIT)
        retrying.retry(conn, SYSTEM, file)
        admitted(conn, at_the_door)

    work_off(office.register)

    with office.register.read() as conn:
        assert len(page.should_be_indexed(conn, SYSTEM)) == 1
    assert contradictions(office.register) == []


def test_a_held_document_is_bound_again(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        file = arrive(conn, lot, "a.pdf")
        opened(conn, take(conn, Stage.OPEN))
        looked(conn, take(conn, Stage.LOOK))
        admitted(conn, take(conn, Stage.ADMIT))
        work.finish(conn, SYSTEM, take(conn, Stage.BIND), state="held", code="hand-died", reason="it died")
    held = ledger_of(office.register, lot.id)

    with office.register.write() as conn:
        retrying.retry(conn, office.archivist, file)
        bound(conn, take(conn, Stage.BIND))

    assert [(item.page, item.code) for item in held.held] == [(None, "hand-died")]
    assert ledger_of(office.register, lot.id).held == ()


def test_what_is_whole_cannot_be_tried_again(office: Office) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
    work_off(office.register)

    with pytest.raises(NothingToRetry), office.register.write() as conn:
        retrying.retry(conn, SYSTEM, file)


@pytest.mark.parametrize("who", ["reader", "stranger"])
def test_only_the_batchs_archivist_has_something_tried_again(office: Office, who: str) -> None:
    with office.register.write() as conn:
        file = arrive(conn, office.batch(conn), "a.pdf")
        source_file.refused(conn, SYSTEM, take(conn, Stage.OPEN), code="c", reason="r")

        with pytest.raises((BatchNotFound, NotAllowed)):
            retrying.retry(conn, getattr(office, who), file)

"""Who has a document open: shown to others, and never in anybody's way."""

from datetime import timedelta

import pytest

from catalog import at_desk, field_value, schema
from catalog.access import NotAllowed, Role
from catalog.document import DocumentNotFound
from catalog.instants import now
from tests.catalog.archive import Office, scope_of
from tests.catalog.test_field_value import a_document


def test_others_are_shown_and_oneself_is_not(office: Office) -> None:
    paper = a_document(office)
    other = scope_of(Role.ARCHIVIST, office.an_lac, name="hoa")

    with office.register.write() as conn:
        first = at_desk.take(conn, office.archivist, paper)
        second = at_desk.take(conn, other, paper)
        again = at_desk.take(conn, other, paper)

    assert first == []
    assert [each.actor for each in second] == ["lan"]
    assert again == second


def test_whoever_falls_silent_is_gone_after_a_while(office: Office) -> None:
    paper = a_document(office)
    other = scope_of(Role.ARCHIVIST, office.an_lac, name="hoa")
    with office.register.write() as conn:
        at_desk.take(conn, office.archivist, paper)
        conn.execute(schema.at_desk.update().values(until=now() - timedelta(seconds=1)))

    with office.register.write() as conn:
        assert at_desk.others(conn, other, paper) == []
        at_desk.take(conn, other, paper)

    with office.register.read() as conn:
        assert [row.actor for row in conn.execute(schema.at_desk.select())] == ["hoa"]


def test_leaving_is_seen_at_once_and_twice_is_harmless(office: Office) -> None:
    paper = a_document(office)
    with office.register.write() as conn:
        at_desk.take(conn, office.archivist, paper)
        at_desk.leave(conn, office.archivist, paper)
        at_desk.leave(conn, office.archivist, paper)

        assert at_desk.others(conn, scope_of(Role.ARCHIVIST, office.an_lac, name="hoa"), paper) == []


def test_nobody_is_kept_from_saving(office: Office) -> None:
    paper = a_document(office)
    other = scope_of(Role.ARCHIVIST, office.an_lac, name="hoa")
    with office.register.write() as conn:
        at_desk.take(conn, office.archivist, paper)

    with office.register.write() as conn:
        found = field_value.set_by_person(conn, other, paper, {"signer": "Lê An"}, base=0)

    assert found.text("signer") == "Lê An"


def test_a_reader_takes_nothing_and_a_stranger_sees_nobody(office: Office) -> None:
    paper = a_document(office)

    with office.register.write() as conn:
        with pytest.raises(NotAllowed):
            at_desk.take(conn, office.reader, paper)
        with pytest.raises(DocumentNotFound):
            at_desk.others(conn, office.stranger, paper)

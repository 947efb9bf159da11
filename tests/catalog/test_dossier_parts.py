"""Dossiers that are merged into one, and a new one taken out of another."""

import pytest

from catalog import document, dossier, dossier_parts, index_feed, page, schema, undo
from catalog.access import NotAllowed
from catalog.arranging import ArrangementInvalid
from catalog.dossier import DossierMerged, DossierNotFound
from catalog.identifiers import SourceFileId
from tests.catalog.archive import SYSTEM, Office, arrive, contradictions
from tests.catalog.arranged import Stack, finish, order, seen, stack


@pytest.fixture
def three(office: Office) -> tuple[Stack, Stack, Stack]:
    """Three dossiers of one fonds."""
    first, second, third = (stack(office, pages=(2, 1), label=f"HS {n}") for n in (1, 2, 3))
    return first, second, third


def test_merged_dossiers_lie_one_behind_the_other(office: Office, three: tuple[Stack, ...]) -> None:
    first, second, third = three

    with office.register.write() as conn:
        dossier_parts.merge_dossiers(conn, office.archivist, first.dossier, [third.dossier, second.dossier])

        assert order(conn, first.dossier) == [*first.documents, *third.documents, *second.documents]
        assert [each.id for each in dossier.dossiers(conn, SYSTEM)] == [first.dossier]
        assert dossier.find(conn, SYSTEM, second.dossier).merged_into == first.dossier
        assert dossier.findable(conn, SYSTEM, [second.dossier]) == []
        changes = {change.entry for change in index_feed.since(conn, SYSTEM, 0)}
    assert index_feed.dossier_entry(second.dossier) in changes
    assert contradictions(office.register) == []


def test_undone_every_dossier_has_its_documents_again(office: Office, three: tuple[Stack, ...]) -> None:
    first, second, third = three
    with office.register.write() as conn:
        dossier_parts.merge_dossiers(conn, office.archivist, first.dossier, [second.dossier, third.dossier])

        undo.undo(conn, office.archivist, undo.last(conn, office.archivist, dossier=first.dossier).id)

        assert [order(conn, each.dossier) for each in three] == [list(each.documents) for each in three]
        assert dossier.find(conn, SYSTEM, third.dossier).state == "open"


def test_a_merged_dossier_takes_nothing_more_and_what_was_on_its_way_follows(
    office: Office, three: tuple[Stack, ...]
) -> None:
    first, second, _third = three
    with office.register.write() as conn:
        late = arrive(conn, office.batch(conn), "late.pdf", dossier=second.dossier)
        dossier_parts.merge_dossiers(conn, office.archivist, first.dossier, [second.dossier])

    finish(office.register, {SourceFileId(late): 1})

    with office.register.write() as conn:
        assert len(order(conn, first.dossier)) == 5
        assert dossier.in_place(conn, SYSTEM, office.fonds, "HS 2") != second.dossier
        with pytest.raises(DossierMerged):
            dossier_parts.merge_dossiers(conn, office.archivist, second.dossier, [first.dossier])


@pytest.mark.parametrize("how", ["itself", "twice", "another fonds", "another access"])
def test_dossiers_that_do_not_belong_together_are_not_merged(
    office: Office, three: tuple[Stack, ...], how: str
) -> None:
    first, second, _third = three
    with office.register.write() as conn:
        other = dossier.add(conn, SYSTEM, office.other, "HS 1")
        closed = dossier.add(conn, SYSTEM, office.fonds, "HS 4", access_mode="02")
        others = {
            "itself": [first.dossier],
            "twice": [second.dossier, second.dossier],
            "another fonds": [other],
            "another access": [closed],
        }[how]

        with pytest.raises(ArrangementInvalid):
            dossier_parts.merge_dossiers(conn, SYSTEM, first.dossier, others)


def test_a_new_dossier_is_taken_out_of_another_and_seen_by_the_same_people(
    office: Office, three: tuple[Stack, ...]
) -> None:
    first = three[0]
    taken = first.documents[1]
    with office.register.write() as conn:
        made = dossier_parts.split_dossier(
            conn, office.archivist, first.dossier, [taken], "HS 1a", title="Phần sau", seen=seen(conn, taken)
        )

        assert (order(conn, first.dossier), order(conn, made)) == ([first.documents[0]], [taken])
        found = dossier.find(conn, office.archivist, made)
        assert (found.label, found.title, found.fonds) == ("HS 1a", "Phần sau", office.fonds.id)
        assert document.get(conn, SYSTEM, taken).dossier == made
        (only,) = page.of_document(conn, SYSTEM, taken)
        assert page.findable(conn, SYSTEM, [only.id])[0].readers == {office.an_lac}
        with pytest.raises(DossierNotFound):
            dossier.find(conn, office.stranger, made)


def test_undone_the_new_dossier_is_gone(office: Office, three: tuple[Stack, ...]) -> None:
    first = three[0]
    with office.register.write() as conn:
        made = dossier_parts.split_dossier(
            conn,
            office.archivist,
            first.dossier,
            first.documents[:1],
            "HS 1a",
            seen=seen(conn, *first.documents),
        )

        undo.undo(conn, office.archivist, undo.last(conn, office.archivist, dossier=made).id)

        assert order(conn, first.dossier) == list(first.documents)
        assert dossier.find(conn, SYSTEM, made).merged_into == first.dossier
        assert made not in dossier.should_be_indexed(conn, SYSTEM)


def test_a_document_of_another_dossier_is_not_taken(office: Office, three: tuple[Stack, ...]) -> None:
    first, second, _third = three
    with pytest.raises(ArrangementInvalid), office.register.write() as conn:
        dossier_parts.split_dossier(
            conn,
            office.archivist,
            first.dossier,
            second.documents,
            "HS 1a",
            seen=seen(conn, *second.documents),
        )


def test_a_reader_merges_nothing(office: Office, three: tuple[Stack, ...]) -> None:
    first, second, _third = three
    with pytest.raises(NotAllowed), office.register.write() as conn:
        dossier_parts.merge_dossiers(conn, office.reader, first.dossier, [second.dossier])
    with office.register.read() as conn:
        assert conn.execute(schema.arranging.select()).first() is None

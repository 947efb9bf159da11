"""Documents and pages that an archivist splits, merges, puts in order, moves and sets apart."""

import pytest
from sqlalchemy import select

from catalog import (
    arrangement,
    arranging,
    batch,
    document,
    dossier,
    event,
    index_feed,
    page,
    schema,
    undo,
    work,
)
from catalog.access import NotAllowed, Role
from catalog.arranging import ArrangementChanged, ArrangementInvalid, DocumentNotReady, PagesDoNotAddUp
from catalog.document import DocumentNotFound
from catalog.register import Register
from catalog.undo import NothingToUndo, UndoTooLate
from tests.catalog.archive import SYSTEM, Office, arrive, contradictions, opened, scope_of, take
from tests.catalog.arranged import Stack, finish, laid, order, seen, stack


@pytest.fixture
def two(office: Office) -> Stack:
    """A dossier with a document of four pages and one of three."""
    return stack(office)


def entries(register: Register) -> list[str]:
    with register.read() as conn:
        return [change.entry for change in index_feed.since(conn, SYSTEM, 0)]


def test_a_document_is_split_before_a_page(two: Stack) -> None:
    first, _second = two.documents
    pages = two.pages(first)

    with two.register.write() as conn:
        made = arrangement.split(conn, two.office.archivist, first, 3, seen=two.seen(first))

    assert (two.pages(first), two.pages(made)) == (pages[:2], pages[2:])
    with two.register.read() as conn:
        assert order(conn, two.dossier)[:2] == [first, made]
        assert document.get(conn, SYSTEM, made).dossier == two.dossier
    assert contradictions(two.register) == []


def test_what_was_split_is_bound_and_described_anew_and_its_old_pdf_is_gone(two: Stack) -> None:
    first = two.documents[0]

    with two.register.write() as conn:
        made = arrangement.split(conn, two.office.archivist, first, 3, seen=two.seen(first))

    with two.register.read() as conn:
        both = [
            conn.execute(select(schema.document).where(schema.document.c.id == name)).one()
            for name in (first, made)
        ]
        told = (
            conn.execute(select(schema.description.c.state).where(schema.description.c.id.in_((first, made))))
            .scalars()
            .all()
        )
    assert [(row.state, row.pdf_key, row.pages, row.pages_read) for row in both] == [
        ("waiting", None, 2, 2)
    ] * 2
    assert told == ["waiting", "waiting"]
    finish(two.register)
    with two.register.read() as conn:
        assert {document.get(conn, SYSTEM, name).state for name in (first, made)} == {"bound"}
    assert contradictions(two.register) == []


def test_binding_waits_until_the_splitting_is_over(two: Stack) -> None:
    first = two.documents[0]

    with two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, first, 3, seen=two.seen(first))

    with two.register.write() as conn:
        claims = []
        while (claim := work.claim(conn, SYSTEM, owner="w")) is not None:
            claims.append(claim.stage)
    assert work.Stage.BIND not in claims


def test_search_is_told_of_the_pages_that_lie_elsewhere_and_of_no_other(two: Stack) -> None:
    first = two.documents[0]
    pages = two.pages(first)
    before = len(entries(two.register))

    with two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, first, 3, seen=two.seen(first))

    assert sorted(entries(two.register)[before:]) == sorted(index_feed.page_entry(name) for name in pages[2:])


def test_a_page_that_was_moved_is_found_in_its_new_document(two: Stack) -> None:
    first, second = two.documents
    moved = two.pages(first)[0]

    with two.register.write() as conn:
        arrangement.move_pages(conn, two.office.archivist, [moved], second, seen=two.seen(), before=2)

    with two.register.read() as conn:
        (found,) = page.findable(conn, SYSTEM, [moved])
    assert (found.document, found.number) == (second, 2)
    assert len(two.pages(first)) == 3
    assert two.pages(second)[1] == moved


def test_a_document_that_gave_all_its_pages_away_is_there_no_more(two: Stack) -> None:
    first, second = two.documents

    with two.register.write() as conn:
        arrangement.move_pages(conn, two.office.archivist, two.pages(first), second, seen=two.seen())

    with two.register.read() as conn:
        with pytest.raises(DocumentNotFound):
            document.get(conn, SYSTEM, first)
        assert [each.id for each in document.of_dossier(conn, SYSTEM, two.dossier)] == [second]
    finish(two.register)
    assert contradictions(two.register) == []


def test_documents_are_merged_in_the_order_named(two: Stack) -> None:
    first, second = two.documents
    pages = two.pages(second) + two.pages(first)

    with two.register.write() as conn:
        arrangement.merge(conn, two.office.archivist, [second, first], seen=two.seen())

    assert two.pages(second) == pages
    finish(two.register)
    assert contradictions(two.register) == []


def test_documents_lie_by_name_until_somebody_puts_them_in_order(office: Office) -> None:
    many = stack(office, pages=(1,) * 11)
    with many.register.read() as conn:
        assert order(conn, many.dossier) == list(many.documents), "1, 2, ... 10, 11, not 1, 10, 11, 2"
    wanted = [*reversed(many.documents)]

    with many.register.write() as conn:
        arrangement.put_in_order(conn, office.archivist, many.dossier, wanted)

    with many.register.read() as conn:
        assert [each.id for each in document.of_dossier(conn, SYSTEM, many.dossier)] == wanted


def test_pages_are_put_in_another_order(two: Stack) -> None:
    first = two.documents[0]
    wanted = two.pages(first)[::-1]

    with two.register.write() as conn:
        arrangement.put_pages_in_order(conn, two.office.archivist, first, wanted, seen=two.seen())

    assert two.pages(first) == wanted


def test_a_document_is_moved_behind_another_one_of_another_dossier(office: Office) -> None:
    here, there = stack(office), stack(office, label="HS 2")
    moved = here.documents[0]

    with office.register.write() as conn:
        arrangement.move(
            conn, office.archivist, [moved], there.dossier, seen=here.seen(), after=there.documents[0]
        )

    with office.register.read() as conn:
        assert order(conn, there.dossier) == [there.documents[0], moved, there.documents[1]]
        assert order(conn, here.dossier) == [here.documents[1]]
        assert document.get(conn, SYSTEM, moved).state == "bound", "its pages are the same"
    told = set(entries(office.register)[-4:])
    assert told == {index_feed.page_entry(name) for name in here.pages(moved)}


def test_records_of_several_offices_are_never_mixed(office: Office) -> None:
    here = stack(office)
    with office.register.write() as conn:
        elsewhere = dossier.add(conn, SYSTEM, office.other, "HS 1")

        with pytest.raises(ArrangementInvalid, match="several fonds"):
            arrangement.move(conn, SYSTEM, here.documents, elsewhere, seen=seen(conn, *here.documents))


def test_a_separator_sheet_is_kept_and_counts_no_longer(two: Stack) -> None:
    first = two.documents[0]
    pages = two.pages(first)

    with two.register.write() as conn:
        arrangement.set_apart(conn, two.office.archivist, [pages[1]], "separator", seen=two.seen())

    assert two.pages(first) == (pages[0], *pages[2:])
    with two.register.read() as conn:
        assert [each.number for each in page.of_document(conn, SYSTEM, first)] == [1, 2, 3]
        assert arrangement.pages_apart(conn, SYSTEM, first) == {pages[1]: "separator"}
        assert page.findable(conn, SYSTEM, [pages[1]]) == []
        assert page.get(conn, SYSTEM, pages[1]).set_apart == "separator", "it can be looked at"
        assert pages[1] not in page.should_be_indexed(conn, SYSTEM)
    finish(two.register)
    assert contradictions(two.register) == []


def test_the_ledger_waits_for_no_page_that_is_set_apart(two: Stack) -> None:
    first = two.documents[0]
    with two.register.write() as conn:
        index_feed.mark(conn, SYSTEM, pages=page.should_be_indexed(conn, SYSTEM), dossiers={})
    with two.register.write() as conn:
        arrangement.set_apart(conn, two.office.archivist, [two.pages(first)[3]], "blank", seen=two.seen())

    finish(two.register)

    with two.register.read() as conn:
        (lot,) = batch.batches(conn, SYSTEM)
        ledger = batch.ledger(conn, SYSTEM, lot.id)
    assert ledger.finished
    assert ledger.adds_up


def test_what_was_set_apart_can_be_put_back(two: Stack) -> None:
    first = two.documents[0]
    pages = two.pages(first)
    with two.register.write() as conn:
        arrangement.set_apart(conn, two.office.archivist, [pages[1]], "blank", seen=two.seen())

    with two.register.write() as conn:
        arrangement.put_back(conn, two.office.archivist, [pages[1]], seen=two.seen())

    assert two.pages(first) == (pages[0], pages[2], pages[3], pages[1])
    with two.register.read() as conn:
        assert len(page.findable(conn, SYSTEM, [pages[1]])) == 1


def test_a_document_of_separators_alone_is_none(office: Office) -> None:
    one = stack(office, pages=(1,))

    with one.register.write() as conn:
        arrangement.set_apart(
            conn, office.archivist, one.pages(one.documents[0]), "separator", seen=one.seen()
        )

    finish(one.register)
    with one.register.read() as conn:
        assert document.of_dossier(conn, SYSTEM, one.dossier) == []
        assert len(arrangement.pages_apart(conn, SYSTEM, one.documents[0])) == 1
    assert contradictions(one.register) == []


# --- who may, and when -----------------------------------------------------------------------------------


def test_whoever_saw_an_older_arrangement_must_look_again(two: Stack) -> None:
    first = two.documents[0]
    old = two.seen(first)
    with two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, first, 3, seen=old)

    with pytest.raises(ArrangementChanged), two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, first, 2, seen=old)


def test_an_order_that_forgets_a_document_is_refused(two: Stack) -> None:
    with pytest.raises(ArrangementChanged), two.register.write() as conn:
        arrangement.put_in_order(conn, two.office.archivist, two.dossier, two.documents[:1])


@pytest.mark.parametrize("before", [0, 1, 5, 99])
def test_nothing_is_split_where_nothing_would_be_left(two: Stack, before: int) -> None:
    with pytest.raises(ArrangementInvalid), two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, two.documents[0], before, seen=two.seen())


def test_a_document_whose_pages_are_still_looked_at_is_left_alone(office: Office) -> None:
    with office.register.write() as conn:
        lot = office.batch(conn)
        arrive(conn, lot, "a.pdf")
        looking = opened(conn, take(conn, work.Stage.OPEN), pages=3)

    with pytest.raises(DocumentNotReady), office.register.write() as conn:
        arrangement.split(conn, office.archivist, looking, 2, seen={looking: 1})


def test_a_reader_changes_nothing_and_a_stranger_sees_nothing(two: Stack) -> None:
    first = two.documents[0]

    with pytest.raises(NotAllowed), two.register.write() as conn:
        arrangement.split(conn, two.office.reader, first, 2, seen=two.seen())
    with pytest.raises(DocumentNotFound), two.register.write() as conn:
        arrangement.split(conn, two.office.stranger, first, 2, seen=two.seen())


def test_a_signed_dossier_is_not_arranged(two: Stack) -> None:
    with two.register.write() as conn:
        conn.execute(schema.dossier.update().values(state="signed-off"))

    with pytest.raises(dossier.DossierSignedOff), two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, two.documents[0], 2, seen=two.seen())


def test_an_act_that_would_lose_a_page_is_not_recorded(two: Stack) -> None:
    first = two.documents[0]
    with pytest.raises(PagesDoNotAddUp), two.register.write() as conn:
        held = arranging.hold(conn, two.office.archivist, [first])
        lying = held.lying[first]
        short = arranging.Lying(lying.dossier, lying.after, lying.pages[1:])
        arranging.settle(conn, two.office.archivist, "pages-ordered", held, {first: short})

    assert len(two.pages(first)) == 4


def test_an_act_is_an_event_that_names_no_record_text(two: Stack) -> None:
    with two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, two.documents[0], 2, seen=two.seen())

    with two.register.read() as conn:
        (told,) = [
            each
            for each in event.events(conn, SYSTEM, f"dossier:{two.dossier}")
            if each.kind == "document-split"
        ]
    assert told.actor == "lan"
    assert "công văn" not in told.payload


# --- the way back ----------------------------------------------------------------------------------------


def test_another_archivist_may_take_the_last_act_back(two: Stack) -> None:
    first = two.documents[0]
    before = two.pages(first)
    with two.register.write() as conn:
        made = arrangement.split(conn, two.office.archivist, first, 3, seen=two.seen())
    other = scope_of(Role.ARCHIVIST, two.office.an_lac, name="hoa")

    with two.register.write() as conn:
        undo.undo(conn, other, undo.last(conn, other, dossier=two.dossier).id)

    assert two.pages(first) == before
    assert two.pages(made) == ()
    with two.register.read() as conn:
        assert order(conn, two.dossier) == list(two.documents)
        assert [(act.kind, act.undone_by) for act in undo.acts(conn, other, dossier=two.dossier)] == [
            ("document-split", "hoa")
        ]
        with pytest.raises(NothingToUndo):
            undo.last(conn, other, dossier=two.dossier)
    finish(two.register)
    assert contradictions(two.register) == []


def test_several_acts_are_taken_back_one_by_one(two: Stack) -> None:
    first, second = two.documents
    with two.register.read() as conn:
        was = laid(conn)
    with two.register.write() as conn:
        scope = two.office.archivist
        made = arrangement.split(conn, scope, first, 3, seen=seen(conn, first))
        arrangement.merge(conn, scope, [second, made], seen=seen(conn, second, made))
        arrangement.put_in_order(conn, scope, two.dossier, [second, first])
        arrangement.set_apart(conn, scope, [was[first][0]], "blank", seen=seen(conn, first))

    for _act in range(4):
        with two.register.write() as conn:
            undo.undo(conn, scope, undo.last(conn, scope, dossier=two.dossier).id)

    with two.register.read() as conn:
        assert {name: pages for name, pages in laid(conn).items() if pages} == was
        assert order(conn, two.dossier) == list(two.documents)


def test_an_act_is_not_taken_back_over_what_came_after_it(two: Stack) -> None:
    first = two.documents[0]
    scope = two.office.archivist
    with two.register.write() as conn:
        made = arrangement.split(conn, scope, first, 3, seen=seen(conn, first))
        split = undo.last(conn, scope, document=made)
        arrangement.put_pages_in_order(conn, scope, made, laid(conn)[made][::-1], seen=seen(conn, made))

    with pytest.raises(UndoTooLate), two.register.write() as conn:
        undo.undo(conn, scope, split.id)


def test_nothing_is_taken_back_twice(two: Stack) -> None:
    scope = two.office.archivist
    with two.register.write() as conn:
        arrangement.split(conn, scope, two.documents[0], 3, seen=two.seen())
        act = undo.last(conn, scope, dossier=two.dossier).id
        undo.undo(conn, scope, act)

    with pytest.raises(NothingToUndo), two.register.write() as conn:
        undo.undo(conn, scope, act)


def test_a_stranger_is_told_of_no_act(two: Stack) -> None:
    with two.register.write() as conn:
        arrangement.split(conn, two.office.archivist, two.documents[0], 3, seen=two.seen())

    with two.register.read() as conn:
        assert undo.acts(conn, two.office.stranger, dossier=two.dossier) == []
        act = undo.last(conn, two.office.archivist, dossier=two.dossier).id
    with pytest.raises(DocumentNotFound), two.register.write() as conn:
        undo.undo(conn, two.office.stranger, act)

"""Where a document may begin: suggested by machines, confirmed or rejected by a person with one key."""

import pytest

from catalog import arrangement, boundary, undo
from catalog.access import NotAllowed
from catalog.boundary import BoundaryDecided, BoundaryNotFound, Suggestion
from catalog.identifiers import PageId
from luutru.errors import InvalidInput
from tests.catalog.archive import SYSTEM, Office, contradictions
from tests.catalog.arranged import Stack, finish, seen, stack


@pytest.fixture
def one(office: Office) -> Stack:
    """A stack of six pages that is one document so far."""
    return stack(office, pages=(6,))


def suggest(here: Stack, page: PageId, reason: str = "first-page", sheet: PageId | None = None) -> str:
    with here.register.write() as conn:
        boundary.suggest(conn, SYSTEM, [Suggestion(page, sheet, reason, 0.8)])
        return next(each.id for each in boundary.boundaries(conn, SYSTEM) if each.page == page)


def test_a_confirmed_suggestion_splits_the_document(one: Stack) -> None:
    (document,) = one.documents
    pages = one.pages(document)
    found = suggest(one, pages[3])

    with one.register.write() as conn:
        made = boundary.confirm(conn, one.office.archivist, found, seen=seen(conn, document))

    assert (one.pages(document), one.pages(made)) == (pages[:3], pages[3:])
    with one.register.read() as conn:
        assert boundary.boundaries(conn, SYSTEM) == []
        decided = boundary.find(conn, SYSTEM, found)
    assert (decided.state, decided.decided_by, decided.document, decided.number) == (
        "confirmed", "lan", made, 1,
    )  # fmt: skip


def test_the_separator_sheet_is_set_apart_in_the_same_act(one: Stack) -> None:
    (document,) = one.documents
    pages = one.pages(document)
    found = suggest(one, pages[3], "separator", sheet=pages[2])

    with one.register.write() as conn:
        made = boundary.confirm(conn, one.office.archivist, found, seen=seen(conn, document))

    assert (one.pages(document), one.pages(made)) == (pages[:2], pages[3:])
    with one.register.write() as conn:
        assert arrangement.pages_apart(conn, SYSTEM, document) == {pages[2]: "separator"}
        undo.undo(conn, one.office.archivist, undo.last(conn, SYSTEM, document=document).id)
    assert one.pages(document) == pages
    finish(one.register)
    assert contradictions(one.register) == []


def test_a_separator_that_begins_the_stack_is_set_apart_too(one: Stack) -> None:
    (document,) = one.documents
    pages = one.pages(document)
    found = suggest(one, pages[1], "separator", sheet=pages[0])

    with one.register.write() as conn:
        made = boundary.confirm(conn, one.office.archivist, found, seen=seen(conn, document))

    assert (one.pages(document), one.pages(made)) == ((), pages[1:])
    finish(one.register)
    assert contradictions(one.register) == []


def test_suggestions_go_with_their_pages_when_a_stack_is_split(one: Stack) -> None:
    (document,) = one.documents
    pages = one.pages(document)
    early, late = suggest(one, pages[2]), suggest(one, pages[4])

    with one.register.write() as conn:
        middle = boundary.confirm(conn, one.office.archivist, early, seen=seen(conn, document))
        waiting = boundary.find(conn, SYSTEM, late)
        assert (waiting.document, waiting.number) == (middle, 3)
        last = boundary.confirm(conn, one.office.archivist, late, seen=seen(conn, middle))

    assert [one.pages(name) for name in (document, middle, last)] == [pages[:2], pages[2:4], pages[4:]]


def test_an_undone_split_is_suggested_again(one: Stack) -> None:
    (document,) = one.documents
    found = suggest(one, one.pages(document)[3])
    with one.register.write() as conn:
        boundary.confirm(conn, one.office.archivist, found, seen=seen(conn, document))

        undo.undo(conn, one.office.archivist, undo.last(conn, SYSTEM, document=document).id)

        assert [each.id for each in boundary.boundaries(conn, SYSTEM)] == [found]


def test_what_a_person_rejected_is_not_suggested_for_the_same_reason_again(one: Stack) -> None:
    page = one.pages(one.documents[0])[3]
    found = suggest(one, page)
    with one.register.write() as conn:
        boundary.reject(conn, one.office.archivist, found)

        boundary.suggest(conn, SYSTEM, [Suggestion(page, None, "first-page", 0.99)])

        assert boundary.boundaries(conn, SYSTEM) == []
        assert len(one.pages(one.documents[0])) == 6


def test_several_reasons_for_one_page_are_decided_at_once(one: Stack) -> None:
    (document,) = one.documents
    page = one.pages(document)[3]
    first = suggest(one, page)
    suggest(one, page, "numbering")

    with one.register.write() as conn:
        assert boundary.count_open(conn, SYSTEM, one.dossier) == 1
        boundary.confirm(conn, one.office.archivist, first, seen=seen(conn, document))

        assert boundary.boundaries(conn, SYSTEM) == []


def test_nobody_decides_twice(one: Stack) -> None:
    found = suggest(one, one.pages(one.documents[0])[3])
    with one.register.write() as conn:
        boundary.reject(conn, one.office.archivist, found)

    with pytest.raises(BoundaryDecided), one.register.write() as conn:
        boundary.confirm(conn, one.office.archivist, found, seen={})


def test_a_reader_decides_nothing_and_a_stranger_sees_nothing(one: Stack) -> None:
    found = suggest(one, one.pages(one.documents[0])[3])

    for act in (
        lambda conn, scope: boundary.reject(conn, scope, found),
        lambda conn, scope: boundary.confirm(conn, scope, found, seen={}),
    ):
        with pytest.raises(NotAllowed), one.register.write() as conn:
            act(conn, one.office.reader)
        with pytest.raises(BoundaryNotFound), one.register.write() as conn:
            act(conn, one.office.stranger)


@pytest.mark.parametrize(("reason", "confidence"), [("mood", 0.5), ("blank", 1.5), ("blank", -0.1)])
def test_a_suggestion_that_cannot_be_is_none(reason: str, confidence: float) -> None:
    with pytest.raises(InvalidInput):
        Suggestion(PageId("a"), None, reason, confidence)

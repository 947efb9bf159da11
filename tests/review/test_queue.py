"""What comes next at the desk: by importance and doubt, for each person something else, and never locked."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

import review.lease
import review.queue
from catalog import batch, dossier, field_value, schema
from catalog.access import NotAllowed, Scope
from catalog.description import Value
from catalog.identifiers import DocumentId
from catalog.instants import now
from review import lease, queue
from review.doubt import LEAST, doubt_of
from review.lease import AlreadyAtIt
from review.queue import Filter
from tests.catalog.archive import SYSTEM, Office
from tests.catalog.arranged import Stack, stack
from tests.review.team import archivist, enter


@pytest.fixture
def here(office: Office) -> Stack:
    """A dossier of four documents of which nothing is known."""
    return stack(office, pages=(1,) * 4)


def doubted(conn: Connection, *how: tuple[DocumentId, float]) -> None:
    for document, doubt in how:
        conn.execute(
            schema.checking.insert().values(document_id=document, state="waiting", doubt=doubt, asked=0)
        )


def names(conn: Connection, scope: Scope, wanted: Filter | None = None) -> list[DocumentId]:
    return [item.document for item in queue.queue(conn, scope, wanted)]


# --- doubt ------------------------------------------------------------------------------------------------


def test_a_document_is_doubted_as_much_as_its_fields_together() -> None:
    sure = {name: Value("x", 0.99) for name in ("code", "date", "subject")}
    unsure = sure | {"signer": Value("x", 0.4)}

    assert doubt_of(sure).doubt < doubt_of(unsure).doubt
    assert doubt_of(unsure).doubt == pytest.approx(1 - 0.99**3 * 0.4)


def test_what_a_person_must_give_makes_doubt_and_what_is_simply_not_there_makes_none() -> None:
    nothing = doubt_of({"code": Value(None)})
    asked = doubt_of({"code": Value(None, asked=True), "urgency": Value(None, asked=True)})

    assert nothing.doubt == LEAST
    assert (asked.doubt, asked.asked) == (0.5, 2)


def test_on_a_poor_page_the_same_answers_are_worth_less() -> None:
    fields = {"code": Value("45/QĐ-UBND", 0.95)}

    assert doubt_of(fields, agreed_share=0.4).doubt > doubt_of(fields, agreed_share=0.98).doubt


def test_describing_a_document_says_how_much_it_needs_a_person(here: Stack) -> None:
    document = here.documents[0]
    said = {"code": Value("45/QĐ-UBND", 0.5), "date": Value(None, asked=True)}
    with here.register.write() as conn:
        field_value.record_machine(conn, SYSTEM, document, said, pages=here.pages(document))

        found = queue.weigh(conn, SYSTEM, document)
        again = queue.weigh(conn, SYSTEM, document)

    assert (found, found.asked) == (again, 1)
    assert found.doubt > 0.7


# --- the order --------------------------------------------------------------------------------------------


def test_what_is_doubted_most_comes_first_and_what_nobody_described_before_all(here: Stack) -> None:
    first, second, third, fourth = here.documents
    with here.register.write() as conn:
        doubted(conn, (first, 0.2), (second, 0.9), (third, 0.5))

        assert names(conn, here.office.archivist) == [fourth, second, third, first]


def test_what_is_kept_for_ever_and_what_is_urgent_comes_before_the_rest(office: Office) -> None:
    usual, kept, urgent = (stack(office, pages=(1,), label=f"HS {n}") for n in range(3))
    with office.register.write() as conn:
        conn.execute(
            schema.dossier.update().where(schema.dossier.c.id == kept.dossier).values(retention_code="01")
        )
        lot = conn.execute(
            select(schema.document.c.batch_id).where(schema.document.c.id == urgent.documents[0])
        ).scalar_one()
        batch.prioritise(conn, SYSTEM, lot, 8)

        found = queue.queue(conn, office.archivist)

    assert [item.document for item in found] == [*urgent.documents, *kept.documents, *usual.documents]
    assert [item.importance for item in found] == [3.0, 2.0, 1.0]


def test_the_queue_is_narrowed(office: Office) -> None:
    here, there = stack(office, pages=(1, 1)), stack(office, pages=(1,), label="HS 2")
    lan, hoa = archivist(office, "lan"), archivist(office, "hoa")
    with office.register.write() as conn:
        conn.execute(
            schema.checking.insert().values(
                document_id=there.documents[0], state="returned", doubt=0.1, asked=2, entered_by="lan"
            )
        )

        assert names(conn, lan, Filter(dossier=here.dossier)) == list(here.documents)
        assert names(conn, lan, Filter(asked=True)) == list(there.documents)
        assert names(conn, lan, Filter(mine=True)) == list(there.documents)
        assert names(conn, hoa, Filter(mine=True)) == []
        assert names(conn, lan, Filter(fonds=office.other.id)) == []
        assert len(names(conn, lan, Filter(fonds=office.fonds.id))) == 3


def test_what_came_back_from_control_is_doubted_whatever_its_fields_say(here: Stack) -> None:
    with here.register.write() as conn:
        doubted(conn, *((name, 0.6) for name in here.documents))
        last = here.documents[-1]
        conn.execute(
            schema.checking.update().where(schema.checking.c.document_id == last).values(state="returned")
        )

        assert names(conn, here.office.archivist)[0] == last


def test_the_queue_is_gone_through_page_by_page(here: Stack) -> None:
    with here.register.read() as conn:
        scope = here.office.archivist
        first = queue.queue(conn, scope, limit=3)
        rest = queue.queue(conn, scope, after=first[-1].document, limit=3)

    assert [item.document for item in first + rest] == list(here.documents)


def test_only_those_who_check_have_a_queue_and_each_of_their_own_units(here: Stack) -> None:
    with here.register.write() as conn:
        assert names(conn, here.office.reader) == []
        assert names(conn, here.office.stranger) == []
        with pytest.raises(NotAllowed):
            queue.take_next(conn, here.office.reader)


def test_a_signed_dossier_is_no_work(here: Stack) -> None:
    with here.register.write() as conn:
        conn.execute(schema.dossier.update().values(state="signed-off"))

        assert names(conn, here.office.archivist) == []


def test_the_counts_say_how_much_there_is_to_do(here: Stack) -> None:
    lan = archivist(here.office, "lan")
    with here.register.write() as conn:
        enter(conn, lan, here.documents[0])
        queue.take_next(conn, lan)

        found = queue.counts(conn, lan)

    assert (found.waiting, found.entered, found.at_work, found.to_do) == (3, 1, 1, 3)


# --- two people -------------------------------------------------------------------------------------------


def taken(conn: Connection, scope: Scope, after: DocumentId | None = None) -> DocumentId:
    item = queue.take_next(conn, scope, after=after)
    assert item is not None
    return item.document


def test_two_people_get_different_documents(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")

    with here.register.write() as conn:
        found = [taken(conn, lan), taken(conn, hoa), taken(conn, lan)]

    assert found == [here.documents[0], here.documents[1], here.documents[0]], "one's own comes again"


def test_a_document_that_somebody_left_open_is_free_after_a_while(
    here: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        first = taken(conn, lan)
        with pytest.raises(AlreadyAtIt, match="lan"):
            lease.take(conn, hoa, first)

    def later() -> object:
        return now() + lease.LASTS + timedelta(seconds=1)

    monkeypatch.setattr(review.lease, "now", later)
    monkeypatch.setattr(review.queue, "now", later)
    with here.register.write() as conn:
        assert lease.at(conn, lan, first) is None
        assert taken(conn, hoa) == first


def test_a_lease_is_given_back_when_the_document_is_done(here: Stack) -> None:
    lan, hoa = archivist(here.office, "lan"), archivist(here.office, "hoa")
    with here.register.write() as conn:
        first = taken(conn, lan)
        enter(conn, lan, first)
        second = taken(conn, lan, after=first)

        assert lease.at(conn, hoa, first) is None
        assert second == here.documents[1]


def test_one_goes_back_to_what_one_has_just_done_and_forth_again(here: Stack) -> None:
    lan = archivist(here.office, "lan")
    with here.register.write() as conn:
        first = taken(conn, lan)
        enter(conn, lan, first)
        second = taken(conn, lan, after=first)

        back = queue.before(conn, lan, second)
        assert back is not None
        assert (back.document, back.state) == (first, "entered")
        assert taken(conn, lan, after=back.document) == second
        assert queue.before(conn, lan, first) is None


def test_one_place_is_kept_though_the_document_is_done(here: Stack) -> None:
    lan = archivist(here.office, "lan")
    first, second, third, fourth = here.documents
    with here.register.write() as conn:
        doubted(conn, (first, 0.9), (second, 0.7), (third, 0.5), (fourth, 0.3))
        enter(conn, lan, second)

        assert [item.document for item in queue.queue(conn, lan, after=second)] == [third, fourth]


def test_the_queue_ends(office: Office) -> None:
    with office.register.write() as conn:
        dossier.add(conn, SYSTEM, office.fonds, "HS 1")

        assert queue.take_next(conn, office.archivist) is None

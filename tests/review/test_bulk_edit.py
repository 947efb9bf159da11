"""Many documents or dossiers changed at once: previewed, applied in chunks, taken back where untouched."""

from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import Connection

from catalog import dossier, dossier_change, event, field_value, schema
from catalog.access import NotAllowed, Scope
from catalog.description import Value
from catalog.dossier_change import DossierFieldInvalid
from catalog.field_rules import FieldsInvalid
from catalog.identifiers import DocumentId, DossierId
from review import bulk_edit
from review.bulk_edit import DOCUMENTS, DOSSIERS, BulkEditInvalid, BulkEditNotFound, BulkEditState
from tests.catalog.archive import SYSTEM, Office
from tests.catalog.arranged import Stack, stack
from tests.review.team import archivist

ISSUER = {"issuer": "ỦY BAN NHÂN DÂN XÃ AN LẠC"}


@pytest.fixture
def here(office: Office) -> Stack:
    """A dossier of five documents of which the machine read the issuer wrongly."""
    made = stack(office, pages=(1,) * 5)
    with office.register.write() as conn:
        for document in made.documents:
            said = {"issuer": Value("UBND XÃ AN LAC", 0.6)}
            field_value.record_machine(conn, SYSTEM, document, said, pages=[])
    return made


def issuers(conn: Connection, here: Stack) -> list[str | None]:
    return [field_value.current(conn, SYSTEM, name).text("issuer") for name in here.documents]


def begun(
    conn: Connection, scope: Scope, of: str, subjects: Sequence[str], change: Mapping[str, str | None]
) -> str:
    seen = bulk_edit.preview(conn, scope, of, subjects, change)
    return bulk_edit.begin(conn, scope, of, seen.change, seen.marks)


def finish(conn: Connection, scope: Scope, bulk: str, limit: int = 2) -> bulk_edit.BulkEdit:
    while (found := bulk_edit.step(conn, scope, bulk, limit=limit)).state in ("applying", "undoing"):
        pass
    return found


def test_a_preview_says_what_would_change_and_changes_nothing(here: Stack) -> None:
    with here.register.write() as conn:
        field_value.set_by_person(conn, here.office.archivist, here.documents[0], ISSUER, base=9)

        found = bulk_edit.preview(conn, here.office.archivist, DOCUMENTS, here.documents, ISSUER)

        assert [line.problem for line in found.rows] == ["same", None, None, None, None]
        assert found.rows[1].before == {"issuer": "UBND XÃ AN LAC"}
        assert found.rows[1].after == ISSUER
        assert set(found.marks) == set(here.documents[1:])
        assert issuers(conn, here)[1] == "UBND XÃ AN LAC"


def test_an_act_is_applied_in_chunks_and_goes_on_where_it_was_killed(here: Stack) -> None:
    scope = here.office.archivist
    with here.register.write() as conn:
        bulk = begun(conn, scope, DOCUMENTS, list(here.documents), ISSUER)
    with here.register.write() as conn:
        assert bulk_edit.step(conn, scope, bulk, limit=2).done == 2

    with pytest.raises(RuntimeError), here.register.write() as conn:
        bulk_edit.step(conn, scope, bulk, limit=2)
        raise RuntimeError("killed")

    with here.register.write() as conn:
        found = finish(conn, scope, bulk)
        assert (found.state, found.done, found.waiting) == ("applied", 5, 0)
        assert issuers(conn, here) == [ISSUER["issuer"]] * 5
        kinds = [each.kind for each in event.events(conn, SYSTEM, f"bulk_edit:{bulk}")]
    assert kinds == ["bulk-edit-applied", "bulk-edit-begun"]


def test_what_somebody_changed_since_the_preview_is_left_and_listed(here: Stack) -> None:
    scope, hoa = here.office.archivist, archivist(here.office, "hoa")
    with here.register.write() as conn:
        bulk = begun(conn, scope, DOCUMENTS, list(here.documents), ISSUER)
        field_value.set_by_person(conn, hoa, here.documents[3], {"signer": "Lê Văn Hai"}, base=9)

        found = finish(conn, scope, bulk)

        assert (found.done, found.conflicts) == (4, 1)
        assert [(item.subject, item.reason) for item in bulk_edit.items(conn, scope, bulk)] == [
            (here.documents[3], "fields-changed")
        ]
        assert issuers(conn, here)[3] == "UBND XÃ AN LAC"


def test_an_act_is_taken_back_where_nobody_changed_anything_since(here: Stack) -> None:
    scope, hoa = here.office.archivist, archivist(here.office, "hoa")
    with here.register.write() as conn:
        bulk = begun(conn, scope, DOCUMENTS, list(here.documents), ISSUER)
        finish(conn, scope, bulk)
        field_value.set_by_person(conn, hoa, here.documents[0], {"issuer": "UBND HUYỆN CHÂU THÀNH"}, base=99)

        bulk_edit.undo(conn, SYSTEM, bulk)
        found = finish(conn, SYSTEM, bulk)

        assert (found.state, found.undone, found.kept) == ("undone", 4, 1)
        assert issuers(conn, here) == ["UBND HUYỆN CHÂU THÀNH"] + ["UBND XÃ AN LAC"] * 4
        assert [item.reason for item in bulk_edit.items(conn, SYSTEM, bulk)] == ["fields-changed"]
        with pytest.raises(BulkEditState):
            bulk_edit.undo(conn, SYSTEM, bulk)


def test_what_a_person_had_said_before_is_so_again(here: Stack) -> None:
    scope = here.office.archivist
    first = here.documents[0]
    with here.register.write() as conn:
        field_value.set_by_person(conn, scope, first, {"issuer": "UBND XÃ AN LẠC"}, base=9)
        bulk = begun(conn, scope, DOCUMENTS, [first], ISSUER)
        finish(conn, scope, bulk)

        bulk_edit.undo(conn, scope, bulk)
        finish(conn, scope, bulk)

        assert issuers(conn, here)[0] == "UBND XÃ AN LẠC"


def test_dossiers_are_changed_and_get_back_what_a_machine_had_proposed(office: Office) -> None:
    with office.register.write() as conn:
        scope = office.archivist
        places = [dossier.add(conn, SYSTEM, office.fonds, f"HS {n}") for n in range(3)]
        dossier_change.propose_type(conn, SYSTEM, places[0], "DD-GCN", 0.7)
        change: dict[str, str | None] = {"type": "DD-BD", "date_from": "2001-01-01"}
        bulk = begun(conn, scope, DOSSIERS, list(places), change)
        finish(conn, scope, bulk)
        changed = [dossier.find(conn, scope, place) for place in places]

        bulk_edit.undo(conn, scope, bulk)
        finish(conn, scope, bulk)
        back = dossier.find(conn, scope, places[0])

    assert {(each.type, each.type_source, str(each.date_from)) for each in changed} == {
        ("DD-BD", "person", "2001-01-01")
    }
    assert (back.type, back.type_source, back.type_confidence, back.date_from) == (
        "DD-GCN",
        "machine",
        0.7,
        None,
    )


def test_what_may_not_be_changed_is_told_before(office: Office) -> None:
    here, there = stack(office, pages=(1,)), stack(office, pages=(1,), label="HS 2")
    with office.register.write() as conn:
        conn.execute(
            schema.dossier.update().where(schema.dossier.c.id == there.dossier).values(state="signed-off")
        )
        alien = dossier.add(conn, SYSTEM, office.other, "HS 1")

        documents = bulk_edit.preview(
            conn, office.archivist, DOCUMENTS, [*here.documents, *there.documents, DocumentId("x")], ISSUER
        )
        dossiers = bulk_edit.preview(
            conn, office.archivist, DOSSIERS, [here.dossier, there.dossier, alien], {"keyword": "đất"}
        )

    assert [line.problem for line in documents.rows] == [None, "dossier-signed-off", "document-not-found"]
    assert [line.problem for line in dossiers.rows] == [None, "dossier-signed-off", "dossier-not-found"]


def test_what_was_signed_off_meanwhile_stays_as_it_is(office: Office) -> None:
    here = stack(office, pages=(1,))
    with office.register.write() as conn:
        bulk = begun(conn, office.archivist, DOSSIERS, [here.dossier], {"keyword": "đất"})
        conn.execute(schema.dossier.update().values(state="signed-off"))

        found = finish(conn, office.archivist, bulk)

        assert (found.done, found.conflicts) == (0, 1)
        assert dossier.find(conn, SYSTEM, DossierId(here.dossier)).keyword == ""


def test_values_that_cannot_be_are_told_before_anything(here: Stack) -> None:
    with here.register.write() as conn:
        with pytest.raises(FieldsInvalid):
            bulk_edit.preview(conn, SYSTEM, DOCUMENTS, here.documents, {"date": "hôm qua"})
        with pytest.raises(DossierFieldInvalid):
            bulk_edit.preview(conn, SYSTEM, DOSSIERS, [here.dossier], {"access_mode": "9"})
        with pytest.raises(DossierFieldInvalid, match="hồ sơ mật"):
            bulk_edit.preview(conn, SYSTEM, DOSSIERS, [here.dossier], {"access_mode": "03"})
        with pytest.raises(BulkEditInvalid):
            bulk_edit.preview(conn, SYSTEM, DOCUMENTS, [], ISSUER)
        with pytest.raises(BulkEditInvalid):
            bulk_edit.preview(conn, SYSTEM, DOCUMENTS, ["x"] * 2, ISSUER)
        with pytest.raises(BulkEditInvalid):
            bulk_edit.begin(conn, SYSTEM, DOCUMENTS, ISSUER, {str(n): "1" for n in range(bulk_edit.MOST + 1)})


def test_a_kind_of_dossier_is_one_of_the_list(office: Office) -> None:
    with office.register.write() as conn:
        scope = office.archivist
        place = dossier.add(conn, SYSTEM, office.fonds, "HS 1")
        for written in ("Đất đai", "DD_GCN"):
            with pytest.raises(DossierFieldInvalid, match="no kind of dossier"):
                bulk_edit.preview(conn, scope, DOSSIERS, [place], {"type": written})
            with pytest.raises(DossierFieldInvalid):
                bulk_edit.begin(conn, scope, DOSSIERS, {"type": written}, {place: "1"})

        finish(conn, scope, begun(conn, scope, DOSSIERS, [place], {"type": "dd-gcn"}))
        assert dossier.find(conn, scope, place).type == "DD-GCN"
        finish(conn, scope, begun(conn, scope, DOSSIERS, [place], {"type": None}))
        assert dossier.find(conn, scope, place).type is None


def test_readers_begin_nothing_and_others_see_no_act(here: Stack) -> None:
    with here.register.write() as conn:
        seen = bulk_edit.preview(conn, here.office.reader, DOCUMENTS, here.documents, ISSUER)
        assert {line.problem for line in seen.rows} == {"not-allowed"}
        with pytest.raises(NotAllowed):
            bulk_edit.begin(conn, here.office.reader, DOCUMENTS, ISSUER, {here.documents[0]: "1"})
        bulk = begun(conn, here.office.archivist, DOCUMENTS, list(here.documents), ISSUER)
        with pytest.raises(BulkEditNotFound):
            bulk_edit.step(conn, archivist(here.office, "hoa"), bulk)

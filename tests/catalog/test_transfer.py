"""Handovers in the register: drafted, and frozen once they are sealed."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection, select

from catalog import (
    arrangement,
    document,
    dossier,
    dossier_change,
    field_value,
    fonds,
    in_transfer,
    objects,
    retrying,
    schema,
    transfer,
    transfer_draft,
    transfer_item,
    transfer_parcel,
    transfer_sealing,
    type_label,
)
from catalog.access import NOBODY, NotAllowed, Role
from catalog.identifiers import DossierId, ObjectKey, SourceFileId
from catalog.in_transfer import DossierInTransfer
from catalog.instants import today
from catalog.inventory import Counts, Inventory
from catalog.transfer import TransferAmbiguous, TransferNotFound
from catalog.transfer_case import CaseUnknown
from catalog.transfer_draft import NotGiversDossier, TransferInvalid
from catalog.transfer_item import TransferItemNotFound
from catalog.transfer_sealing import DecisionNeeded, ParcelsAreOut, SealingIncomplete, TransferEmpty
from catalog.transfer_state import State
from review import sign_off
from tests.catalog.archive import SYSTEM, Office, arrive, scope_of, sha256, work_off
from tests.catalog.arranged import stack
from tests.catalog.handing import dossiers, drafted, giver, receiver, sealed

# --- drafting ------------------------------------------------------------------------------------------


def test_numbers_rise_within_the_year_and_a_dropped_one_is_not_used_again(office: Office) -> None:
    first, second = drafted(office), drafted(office)
    with office.register.write() as conn:
        transfer_draft.drop(conn, giver(office), second.id)

    third = drafted(office)

    year = today().year
    assert [one.number for one in (first, second, third)] == [f"BG-{year}-{n:06d}" for n in (1, 2, 3)]


def test_a_number_that_several_givers_count_alike_is_asked_for_by_id_or_giver(office: Office) -> None:
    ours = drafted(office)
    with office.register.write() as conn:
        row = conn.execute(select(schema.transfer).where(schema.transfer.c.id == ours.id)).one()
        came = {
            **row._mapping,
            "id": "came",
            "direction": "in",
            "from_unit": office.ha_tu,
            "to_unit": office.an_lac,
        }
        conn.execute(
            schema.transfer.insert().values(
                **(came | {"state": "delivered", "route": "parcels", "namespace": "n"})
            )
        )

    with office.register.read() as conn:
        with pytest.raises(TransferAmbiguous, match=f"{ours.id}.*came"):
            transfer.find(conn, SYSTEM, ours.number)
        assert transfer.find(conn, SYSTEM, "came").id == "came"
        assert transfer.find(conn, SYSTEM, ours.number, giver=office.ha_tu).id == "came"
        assert transfer.find(conn, SYSTEM, ours.number, direction="out").id == ours.id
        with pytest.raises(TransferNotFound):
            transfer.find(conn, SYSTEM, ours.id, giver=office.ha_tu)


def test_a_draft_is_the_givers_alone_and_what_is_sealed_the_receivers_too(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    with office.register.read() as conn:
        for scope in (receiver(office), NOBODY):
            with pytest.raises(TransferNotFound):
                transfer.find(conn, scope, found.number)

    sealed(office, found.id)

    with office.register.read() as conn:
        assert transfer.find(conn, receiver(office), found.number).id == found.id
        assert [one.id for one in transfer.transfers(conn, receiver(office))] == [found.id]
        with pytest.raises(TransferNotFound):
            transfer.find(conn, NOBODY, found.id)


def test_readers_of_either_side_are_told_of_no_handover(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    sealed(office, found.id)

    with office.register.read() as conn:
        for reader in (office.reader, scope_of(Role.READER, office.ha_tu)):
            assert transfer.transfers(conn, reader) == []
            with pytest.raises(TransferNotFound):
                transfer.find(conn, reader, found.number)
            with pytest.raises(TransferNotFound):
                transfer_item.items(conn, reader, found.id)


def test_only_an_archivist_of_the_giver_drafts_and_never_to_the_giver_itself(office: Office) -> None:
    an_lac, ha_tu = office.an_lac, office.ha_tu
    mine = giver(office)
    with office.register.write() as conn:
        for scope in (office.reader, office.stranger):
            with pytest.raises(NotAllowed):
                transfer_draft.draft(conn, scope, giver=an_lac, receiver=ha_tu, case="other", title="x")
        with pytest.raises(TransferInvalid, match="same office"):
            transfer_draft.draft(conn, mine, giver=an_lac, receiver=an_lac, case="other", title="x")
        with pytest.raises(CaseUnknown):
            transfer_draft.draft(conn, mine, giver=an_lac, receiver=ha_tu, case="khac", title="x")
        with pytest.raises(TransferInvalid, match="title"):
            transfer_draft.draft(conn, mine, giver=an_lac, receiver=ha_tu, case="other", title=" ")


def test_paper_only_dossiers_may_be_handed_over_and_are_told_apart(office: Office) -> None:
    paper = dossiers(office, 2)
    with office.register.write() as conn:
        scanned = dossier.add(conn, SYSTEM, office.fonds, "HS scan")
    found = drafted(office, [*paper, scanned])

    with office.register.read() as conn:
        kept = transfer_item.inventory(conn, giver(office), found.id)

    assert {name: counts.dossiers for name, counts in kept.by_medium.items()} == {
        "paper": 2,
        "digital": 0,
        "both": 1,
    }
    assert Inventory.from_plain(kept.to_plain()) == kept


def test_unfinished_and_completed_work_are_kept_apart(office: Office) -> None:
    one, other = dossiers(office, 2)
    found = drafted(office, [one])
    with office.register.write() as conn:
        transfer_draft.add(conn, giver(office), found.id, [other], unfinished=True)
        kept = transfer_item.inventory(conn, giver(office), found.id)

    assert (kept.completed.dossiers, kept.unfinished.dossiers, kept.total.dossiers) == (1, 1, 2)


def test_a_dossier_is_in_one_open_handover_at_most(office: Office) -> None:
    inside = dossiers(office, 2)
    drafted(office, inside[:1])
    second = drafted(office)

    with office.register.write() as conn, pytest.raises(DossierInTransfer, match="BG-"):
        transfer_draft.add(conn, giver(office), second.id, inside)

    with office.register.read() as conn:
        assert transfer_item.items(conn, giver(office), second.id) == []


def test_dossiers_that_are_added_twice_stay_as_they_are(office: Office) -> None:
    inside = dossiers(office, 3)
    found = drafted(office, inside[:2])

    with office.register.write() as conn:
        assert transfer_draft.add(conn, giver(office), found.id, inside) == 1

    with office.register.read() as conn:
        there = transfer_item.items(conn, giver(office), found.id)
    assert [item.dossier for item in there] == inside
    assert [item.ordinal for item in there] == [1, 2, 3]


def test_what_the_giver_does_not_answer_for_is_not_the_givers_to_give(office: Office) -> None:
    found = drafted(office)
    with office.register.write() as conn:
        foreign = dossier.add(conn, SYSTEM, office.other, "HS lạ")

    with office.register.write() as conn, pytest.raises(NotGiversDossier):
        transfer_draft.add(conn, giver(office), found.id, [foreign])


def test_dossiers_are_picked_by_filter_and_those_under_way_are_left_out(office: Office) -> None:
    inside = dossiers(office, 4)
    drafted(office, inside[:1])
    with office.register.write() as conn:
        mine = schema.dossier.c.id == inside[1]
        values = {"retention": "Vĩnh viễn", "retention_code": "01", "retention_state": "decided"}
        conn.execute(schema.dossier.update().where(mine).values(**values, date_to=date(1999, 5, 1)))
    found = drafted(office)

    with office.register.read() as conn:

        def chosen(**by: object) -> list[DossierId]:
            # The words of each case are those of the function.
            return transfer_draft.chosen(conn, giver(office), found.id, **by)  # type: ignore[arg-type]

        assert chosen() == inside[1:]
        assert chosen(permanent=True) == [inside[1]]
        assert chosen(permanent=False) == []
        assert chosen(year_until=1999) == [inside[1]]
        assert chosen(state="signed-off") == []
        assert chosen(fonds=office.other.id) == []
        assert chosen(paper_only=False) == []


def test_unarranged_material_has_its_own_list_and_counts_in_metres(office: Office) -> None:
    found = drafted(office)
    with office.register.write() as conn:
        transfer_draft.edit(conn, giver(office), found.id, {"centimetres": 250, "boxes": 7})
        transfer_draft.add_unarranged(
            conn, giver(office), found.id, "Bao tài liệu kế toán", amount="3 bao", centimetres=120
        )
        kept = transfer_item.inventory(conn, giver(office), found.id)
        with pytest.raises(TransferInvalid):
            transfer_draft.add_unarranged(conn, giver(office), found.id, " ")

    assert (kept.metres, kept.boxes, kept.total.dossiers) == (3.7, 7, 0)


def test_items_are_taken_out_of_a_draft_again(office: Office) -> None:
    inside = dossiers(office, 2)
    found = drafted(office, inside)
    with office.register.write() as conn:
        one = transfer_item.find(conn, giver(office), found.id, inside[0])
        assert transfer_draft.remove(conn, giver(office), found.id, [one.id]) == 1
        with pytest.raises(TransferItemNotFound):
            transfer_item.find(conn, giver(office), found.id, inside[0])

    assert drafted(office, inside[:1]).state is State.DRAFT


# --- freezing ------------------------------------------------------------------------------------------


def test_sealing_needs_a_decision_and_something_to_give(office: Office) -> None:
    found = drafted(office)
    with office.register.write() as conn:
        with pytest.raises(TransferEmpty):
            transfer_sealing.begin(conn, giver(office), found.id, version="1", profile="csip-2.0.4")
        transfer_draft.edit(conn, giver(office), found.id, {"decision_number": None})
        with pytest.raises(DecisionNeeded):
            transfer_sealing.begin(conn, giver(office), found.id, version="1", profile="csip-2.0.4")


FROZEN_ACTS: dict[str, Callable[[Connection, Office, DossierId], object]] = {
    "edited": lambda conn, office, name: dossier_change.edit(
        conn,
        office.archivist,
        name,
        {"title": "khác"},
        revision=dossier.find(conn, SYSTEM, name).revision,
    ),
    "reopened": lambda conn, office, name: sign_off.reopen(conn, office.archivist, name, reason="sai"),
    "signed off": lambda conn, office, name: sign_off.check(
        conn, office.archivist, name, revision=dossier.find(conn, SYSTEM, name).revision
    ),
    "moved to another unit": lambda conn, office, name: fonds.confirm(
        conn, SYSTEM, office.fonds.id, title="x", unit=office.ha_tu
    ),
    "given another type": lambda conn, office, name: type_label.confirm(
        conn, office.archivist, name, "DD-GCN"
    ),
}


@pytest.mark.parametrize("act", FROZEN_ACTS)
def test_what_is_sealed_cannot_be(act: str, office: Office) -> None:
    (inside,) = dossiers(office, 1)
    with office.register.write() as conn:
        mine = schema.dossier.c.id == inside
        state = "signed-off" if act == "reopened" else "open"
        conn.execute(schema.dossier.update().where(mine).values(state=state))
    sealed(office, drafted(office, [inside]).id)

    with office.register.write() as conn, pytest.raises(DossierInTransfer):
        FROZEN_ACTS[act](conn, office, inside)


def test_documents_of_a_sealed_dossier_cannot_be_changed(office: Office) -> None:
    here = stack(office, pages=(2, 1))
    found = drafted(office)
    with office.register.write() as conn:
        transfer_draft.add(conn, giver(office), found.id, [here.dossier], unfinished=True)
    sealed(office, found.id)

    with office.register.write() as conn:
        with pytest.raises(DossierInTransfer):
            arrangement.split(conn, office.archivist, here.documents[0], 2, seen=here.seen())
        with pytest.raises(DossierInTransfer):
            field_value.set_by_person(conn, office.archivist, here.documents[0], {"subject": "khác"}, base=99)
        assert not dossier_change.propose_type(conn, SYSTEM, here.dossier, "DD-GCN", 0.9)


def test_what_was_held_of_a_sealed_dossier_is_not_tried_again(office: Office) -> None:
    here = stack(office, pages=(1,))
    with office.register.write() as conn:
        mine = schema.description.c.id == here.documents[0]
        conn.execute(schema.description.update().where(mine).values(state="held", code="x"))
        of = select(schema.document.c.source_file_id).where(schema.document.c.id == here.documents[0])
        file = SourceFileId(conn.execute(of).scalar_one())
    found = drafted(office)
    with office.register.write() as conn:
        transfer_draft.add(conn, giver(office), found.id, [here.dossier], unfinished=True)
    sealed(office, found.id)

    with office.register.write() as conn, pytest.raises(DossierInTransfer):
        retrying.retry(conn, office.archivist, file)


def test_new_scans_of_a_sealed_dossier_go_into_one_beside_it(office: Office) -> None:
    here = stack(office, pages=(1,), label="HS 7")
    found = drafted(office)
    with office.register.write() as conn:
        transfer_draft.add(conn, giver(office), found.id, [here.dossier], unfinished=True)
        late = arrive(conn, office.batch(conn), "HS 7/late.pdf", dossier=here.dossier)
    sealed(office, found.id)

    with office.register.write() as conn:
        beside = dossier.in_place(conn, SYSTEM, office.fonds, "HS 7")
    work_off(office.register)

    assert beside != here.dossier
    with office.register.read() as conn:
        assert [each.id for each in document.of_dossier(conn, SYSTEM, here.dossier)] == [*here.documents]
        where = select(schema.document.c.dossier_id).where(schema.document.c.source_file_id == late)
        assert conn.execute(where).scalar_one() is None


def test_what_stands_in_a_sealed_package_is_not_let_go_of(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    key = ObjectKey(sha256("only in the package"))
    with office.register.write() as conn:
        transfer_sealing.begin(conn, giver(office), found.id, version="1", profile="csip-2.0.4")
        (item,) = transfer_item.items(conn, giver(office), found.id)
        transfer_sealing.fix(
            conn,
            giver(office),
            found.id,
            item.id,
            identifier="a",
            title="a",
            retention_code=None,
            counts=Counts(1),
            frozen={},
            keys=[key],
            files=1,
            bytes=1,
            digest=sha256("d"),
        )
        assert objects.is_referenced(conn, SYSTEM, key)
        assert key in objects.referenced(conn, SYSTEM)

        transfer_sealing.abandon(conn, giver(office), found.id, reason="thử")

        assert not objects.is_referenced(conn, SYSTEM, key)


def test_sealing_goes_on_with_what_was_fixed_when_it_began(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    with office.register.write() as conn:
        first = transfer_sealing.begin(conn, giver(office), found.id, version="1", profile="csip-2.0.4")
        second = transfer_sealing.begin(conn, giver(office), found.id, version="2", profile="csip-2.0.4")
        with pytest.raises(SealingIncomplete):
            transfer_sealing.finish(conn, giver(office), found.id, [], {})

    assert first == second
    assert first.frame is not None
    assert first.frame["agreement"] == "12/QĐ-UBND ngày 01/07/2026"


def test_a_sealed_one_is_opened_again_only_while_no_parcel_is_out(office: Office) -> None:
    inside = dossiers(office, 1)
    found = drafted(office, inside)
    sealed(office, found.id, delivered=False)
    with office.register.write() as conn:
        again = transfer_sealing.abandon(conn, giver(office), found.id, reason="thiếu hồ sơ")
        in_transfer.require_free(conn, SYSTEM, inside)
    assert (again.state, again.namespace, again.announced) == (State.DRAFT, None, None)

    sealed(office, found.id, delivered=False)
    with office.register.write() as conn:
        transfer_parcel.mark(conn, giver(office), found.id, 1, "written")
        with pytest.raises(ParcelsAreOut):
            transfer_sealing.abandon(conn, giver(office), found.id, reason="x")


def test_the_inventory_is_frozen_at_sealing(office: Office) -> None:
    found = drafted(office, dossiers(office, 2))
    sealed(office, found.id, [Counts(1, 3, 10, 5), Counts(1, 1, 2, 1)])

    with office.register.read() as conn:
        kept = transfer.find(conn, giver(office), found.id).announced

    assert kept is not None
    assert kept.total == Counts(2, 4, 12, 6)

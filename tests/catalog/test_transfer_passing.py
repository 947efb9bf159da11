"""Handovers in the register: the receiver decides; then, and not before, authority passes."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from catalog import (
    dossier,
    event,
    in_transfer,
    schema,
    standing,
    transfer_acceptance,
    transfer_case,
    transfer_decision,
    transfer_draft,
    transfer_history,
    transfer_item,
    transfer_totals,
)
from catalog.access import NotAllowed
from catalog.dossier import DossierNotFound
from catalog.identifiers import DossierId, ObjectKey
from catalog.instants import now, today
from catalog.transfer_acceptance import NotAllPassed
from catalog.transfer_decision import DecisionInvalid, ItemWithheld, Said
from catalog.transfer_draft import NotGiversDossier
from catalog.transfer_item import Decision
from catalog.transfer_state import MOVES, State, TransferStateWrong, require_move
from catalog.transfer_totals import TransferNotDecided
from tests.catalog.archive import SYSTEM, Office, sha256
from tests.catalog.arranged import stack
from tests.catalog.handing import conclude, dossiers, drafted, giver, receiver, sealed

NEXT_WEEK = today() + timedelta(days=7)


def standings(office: Office, which: DossierId) -> set[tuple[str, str | None]]:
    """Return who stands how to a dossier today."""
    day = today()
    with office.register.read() as conn:
        return {
            (one.kind, one.unit)
            for one in dossier.standings(conn, SYSTEM, which)
            if one.valid_from <= day and (one.valid_until is None or one.valid_until > day)
        }


# --- deciding ------------------------------------------------------------------------------------------


def test_every_decision_but_acceptance_has_its_reason_and_a_reservation_its_day() -> None:
    for decision in Decision:
        if decision is not Decision.ACCEPTED:
            with pytest.raises(DecisionInvalid):
                Said(decision, deadline=NEXT_WEEK if decision is Decision.RESERVED else None)
    with pytest.raises(DecisionInvalid):
        Said(Decision.RESERVED, "thiếu trang")
    with pytest.raises(DecisionInvalid):
        Said(Decision.RETURNED, "thiếu trang", NEXT_WEEK)


def test_the_receiver_decides_and_the_giver_does_not(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    (item,) = sealed(office, found.id)

    with office.register.write() as conn:
        with pytest.raises(NotAllowed):
            transfer_decision.decide(conn, giver(office), found.id, {item.id: Said(Decision.ACCEPTED)})
        moved = transfer_decision.decide(conn, receiver(office), found.id, {item.id: Said(Decision.ACCEPTED)})

    assert moved.state is State.UNDER_CHECK


def test_a_decision_may_be_changed_until_the_handover_is_concluded(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    (item,) = sealed(office, found.id)
    scope = receiver(office)
    with office.register.write() as conn:
        transfer_decision.decide(conn, scope, found.id, {item.id: Said(Decision.REFUSED, "nhầm nơi")})
        transfer_decision.decide(conn, scope, found.id, {item.id: Said(Decision.ACCEPTED)})
        now = transfer_item.find(conn, scope, found.id, item.id)
    assert (now.decision, now.reason) == (Decision.ACCEPTED, None)
    conclude(office, found.id)

    with office.register.write() as conn, pytest.raises(TransferStateWrong):
        transfer_decision.decide(conn, scope, found.id, {item.id: Said(Decision.MISSING, "không có")})


def test_a_past_day_or_an_item_of_another_handover_is_refused(office: Office) -> None:
    one, other = dossiers(office, 2)
    found, second = drafted(office, [one]), drafted(office, [other])
    (item,) = sealed(office, found.id)
    with office.register.write() as conn:
        (foreign,) = transfer_item.items(conn, giver(office), second.id)
        with pytest.raises(DecisionInvalid, match="past"):
            said = Said(Decision.RESERVED, "thiếu", date(2020, 1, 1))
            transfer_decision.decide(conn, receiver(office), found.id, {item.id: said})
        with pytest.raises(DecisionInvalid, match="no item"):
            said = Said(Decision.ACCEPTED)
            transfer_decision.decide(conn, receiver(office), found.id, {foreign.id: said})


# --- passing -------------------------------------------------------------------------------------------


def test_nothing_passes_before_every_dossier_is_decided(office: Office) -> None:
    inside = dossiers(office, 2)
    found = drafted(office, inside)
    first, _second = sealed(office, found.id)
    with office.register.write() as conn:
        transfer_decision.decide(conn, receiver(office), found.id, {first.id: Said(Decision.ACCEPTED)})
        with pytest.raises(TransferNotDecided):
            transfer_acceptance.conclude(conn, receiver(office), found.id)
        with pytest.raises(TransferStateWrong):
            transfer_acceptance.pass_next(conn, receiver(office), found.id)
        for name in inside:
            with pytest.raises(DossierNotFound):
                dossier.find(conn, receiver(office), name)


def test_authority_passes_with_acceptance_and_the_giver_goes_on_reading(office: Office) -> None:
    inside = dossiers(office, 3)
    found = drafted(office, inside)
    sealed(office, found.id)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, receiver(office), found.id)

    done = conclude(office, found.id)

    assert done.state is State.ACCEPTED
    for name in inside:
        assert standings(office, name) == {
            ("owner", None),
            ("authority", office.ha_tu),
            ("reader", office.an_lac),
            ("keeper", office.an_lac),
        }
    with office.register.read() as conn:
        assert dossier.find(conn, receiver(office), inside[0])
        assert standing.readers(conn, SYSTEM, inside[0]) == {office.an_lac, office.ha_tu}
        went = transfer_item.where_it_went(conn, giver(office), inside[0])
    assert went is not None
    assert (went.number, went.to_name) == (found.number, "UBND phường Hà Tu")
    with office.register.write() as conn, pytest.raises(NotAllowed):
        dossier.hold_open(conn, giver(office), [inside[0]])
    with office.register.write() as conn:
        dossier.hold_open(conn, receiver(office), [inside[0]])


def test_a_dossier_tells_where_it_went_and_a_draft_only_to_the_giver(office: Office) -> None:
    (name,) = inside = dossiers(office, 1)
    found = drafted(office, inside)
    with office.register.read() as conn:
        (mine,) = transfer_history.passages(conn, giver(office), name)
        with pytest.raises(DossierNotFound):
            transfer_history.passages(conn, receiver(office), name)
    sealed(office, found.id)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, receiver(office), found.id)
    conclude(office, found.id)

    with office.register.read() as conn:
        (there,) = transfer_history.passages(conn, receiver(office), name)
        (here,) = transfer_history.passages(conn, office.reader, name)

    assert (mine.state, mine.passed) == (State.DRAFT, False)
    assert (here, here.passed) == (there, True)
    assert (here.number, here.to_name) == (found.number, found.to_name)


def test_search_hears_of_every_dossier_that_passed(office: Office) -> None:
    here = stack(office, pages=(2,))
    found = drafted(office)
    with office.register.write() as conn:
        transfer_draft.add(conn, giver(office), found.id, [here.dossier], unfinished=True)
    sealed(office, found.id)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, receiver(office), found.id)
        before = conn.execute(select(func.count()).select_from(schema.index_change)).scalar_one()

    conclude(office, found.id)

    with office.register.read() as conn:
        after = conn.execute(select(func.count()).select_from(schema.index_change)).scalar_one()
    assert after - before == 3  # the dossier and its two pages


def test_only_what_was_accepted_passes_and_the_rest_is_the_givers_again(office: Office) -> None:
    inside = dossiers(office, 5)
    found = drafted(office, inside)
    there = sealed(office, found.id)
    said = [
        Said(Decision.ACCEPTED),
        Said(Decision.RESERVED, "mờ trang 3", NEXT_WEEK),
        Said(Decision.RETURNED, "thiếu trang"),
        Said(Decision.REFUSED, "không thuộc thẩm quyền"),
        Said(Decision.MISSING, "không có trong hộp"),
    ]
    with office.register.write() as conn:
        decisions = {item.id: one for item, one in zip(there, said, strict=True)}
        transfer_decision.decide(conn, receiver(office), found.id, decisions)

    done = conclude(office, found.id)

    assert done.state is State.ACCEPTED_IN_PART
    passed = [("authority", office.ha_tu) in standings(office, name) for name in inside]
    assert passed == [True, True, False, False, False]
    for name in inside[2:]:
        assert standings(office, name) == {
            ("owner", None),
            ("authority", office.an_lac),
            ("keeper", office.an_lac),
        }
    with office.register.write() as conn:
        in_transfer.require_free(conn, SYSTEM, inside)
        supplement = transfer_draft.draft(
            conn,
            giver(office),
            giver=office.an_lac,
            receiver=office.ha_tu,
            case="xa-merged",
            title="Bổ sung",
            supplement_to=found.id,
        )
        assert transfer_draft.add(conn, giver(office), supplement.id, inside[2:]) == 3
        with pytest.raises(NotGiversDossier):
            transfer_draft.add(conn, giver(office), supplement.id, inside[:1])


def test_a_handover_of_which_nothing_was_accepted_is_returned(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    (item,) = sealed(office, found.id)
    with office.register.write() as conn:
        said = Said(Decision.RETURNED, "sai")
        transfer_decision.decide(conn, receiver(office), found.id, {item.id: said})

    assert conclude(office, found.id).state is State.RETURNED


def test_what_is_concluded_twice_passes_once(office: Office) -> None:
    inside = dossiers(office, 2)
    found = drafted(office, inside)
    sealed(office, found.id)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, receiver(office), found.id)

    first, second = conclude(office, found.id), conclude(office, found.id)

    assert first == second
    with office.register.read() as conn:
        rows = conn.execute(select(func.count()).select_from(schema.dossier_standing)).scalar_one()
        told = event.events(conn, SYSTEM, f"dossier:{inside[0]}")
    assert rows == 2 * 5  # owner, two authorities, keeper, reader
    assert [each.kind for each in told].count("dossier-passed") == 1


def test_the_keeper_passes_when_the_paper_does(office: Office) -> None:
    inside = dossiers(office, 2)
    found = drafted(office, inside)
    sealed(office, found.id)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, receiver(office), found.id)
    conclude(office, found.id)
    assert ("keeper", office.an_lac) in standings(office, inside[0])

    with office.register.write() as conn:
        transfer_acceptance.paper_came(conn, receiver(office), found.id)

    assert ("keeper", office.ha_tu) in standings(office, inside[0])
    assert ("keeper", office.an_lac) not in standings(office, inside[0])


def test_the_succession_of_the_units_is_recorded_where_the_case_says_so(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    sealed(office, found.id)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, receiver(office), found.id)
    conclude(office, found.id)

    with office.register.read() as conn:
        (row,) = conn.execute(select(schema.unit_succession)).all()

    assert (row.predecessor, row.successor, row.kind) == (office.an_lac, office.ha_tu, "merged")
    assert (row.instrument, row.on_date) == ("12/QĐ-UBND", date(2026, 7, 1))


def test_a_handover_is_closed_once_all_has_passed(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    sealed(office, found.id)
    scope = receiver(office)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, scope, found.id)
        transfer_acceptance.conclude(conn, scope, found.id)
        with pytest.raises(NotAllPassed):
            transfer_acceptance.close(conn, scope, found.id)
    conclude(office, found.id)

    with office.register.write() as conn:
        assert transfer_acceptance.close(conn, scope, found.id).state is State.CLOSED


def test_states_move_only_as_the_table_says() -> None:
    for state in State:
        for to in State:
            if to in MOVES[state]:
                require_move("BG", state, to)
            else:
                with pytest.raises(TransferStateWrong):
                    require_move("BG", state, to)


# --- what is withheld, the rules, the papers ------------------------------------------------------------


def test_a_secret_mark_found_later_takes_its_dossier_out_and_no_other(office: Office) -> None:
    here, other = stack(office, pages=(1,), label="HS 8"), stack(office, pages=(1,), label="HS 9")
    found = drafted(office)
    with office.register.write() as conn:
        transfer_draft.add(conn, giver(office), found.id, [here.dossier, other.dossier], unfinished=True)
    first, second = sealed(office, found.id)
    with office.register.write() as conn:
        file = select(schema.source_file.c.object_key).where(schema.source_file.c.dossier_id == here.dossier)
        key = ObjectKey(conn.execute(file).scalar_one())
        conn.execute(schema.transfer_object.insert().values(item_id=first.id, key=key))

        assert in_transfer.withhold(conn, SYSTEM, [key]) == 1

        there = transfer_item.items(conn, SYSTEM, found.id)
        assert [(item.withheld, item.decision) for item in there] == [
            (True, Decision.RETURNED),
            (False, None),
        ]
        assert transfer_item.frozen(conn, SYSTEM, first.id) is None
        with pytest.raises(ItemWithheld):
            transfer_decision.decide(conn, receiver(office), found.id, {first.id: Said(Decision.ACCEPTED)})
        transfer_decision.decide(conn, receiver(office), found.id, {second.id: Said(Decision.ACCEPTED)})
        transfer_totals.totals(conn, SYSTEM, found.id).require()


def test_one_withheld_after_it_was_concluded_keeps_its_decision_and_the_givers_authority(
    office: Office,
) -> None:
    (inside,) = dossiers(office, 1)
    found = drafted(office, [inside])
    (item,) = sealed(office, found.id)
    key = ObjectKey(sha256("marked"))
    with office.register.write() as conn:
        conn.execute(schema.transfer_object.insert().values(item_id=item.id, key=key))
        transfer_decision.decide(conn, receiver(office), found.id, {item.id: Said(Decision.ACCEPTED)})
        transfer_acceptance.conclude(conn, receiver(office), found.id)
        in_transfer.withhold(conn, SYSTEM, [key])

    conclude(office, found.id)

    with office.register.read() as conn:
        (after,) = transfer_item.items(conn, SYSTEM, found.id)
    assert (after.withheld, after.decision, after.passed_at is None) == (True, Decision.ACCEPTED, False)
    assert ("authority", office.an_lac) in standings(office, inside)
    assert ("authority", office.ha_tu) not in standings(office, inside)


def test_what_the_other_side_decided_is_written_down_however_late_it_comes(office: Office) -> None:
    found = drafted(office, dossiers(office, 2), route="parcels")
    first, second = sealed(office, found.id)
    key, receipt = ObjectKey(sha256("marked")), sha256("receipt")
    yesterday = today() - timedelta(days=1)
    said = {first.id: Said(Decision.RESERVED, "thiếu mục lục", yesterday), second.id: Said(Decision.ACCEPTED)}
    with office.register.write() as conn:
        conn.execute(schema.transfer_object.insert().values(item_id=second.id, key=key))
        in_transfer.withhold(conn, SYSTEM, [key])
        with pytest.raises(DecisionInvalid, match="past"):
            transfer_decision.write_down(
                conn, giver(office), found.id, said, concluded_at=now(), receipt=receipt
            )
        transfer_decision.write_down(
            conn, giver(office), found.id, said, concluded_at=now() - timedelta(days=3), receipt=receipt
        )
        transfer_acceptance.conclude(conn, giver(office), found.id, receipt=receipt)
        there = transfer_item.items(conn, SYSTEM, found.id)
        told = select(schema.event.c.payload).where(schema.event.c.kind == "transfer-withheld-accepted")
        assert second.id in conn.execute(told).scalar_one()

    assert [(item.decision, item.withheld) for item in there] == [
        (Decision.RESERVED, False),
        (Decision.ACCEPTED, True),
    ]


def test_the_rules_propose_and_say_that_nobody_has_verified_them() -> None:
    merged = transfer_case.case("xa-merged")

    assert {each.code for each in transfer_case.cases()} >= {
        "huyen-ended",
        "xa-merged",
        "xa-split",
        "xa-detached",
        "other",
    }
    assert not merged.verified
    assert transfer_case.against(merged, "archive", ["01", "06", None]) == (0, 1)
    assert transfer_case.against(merged, "successor", ["01", "06", None]) == (1, 0)

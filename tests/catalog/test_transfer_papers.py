"""Papers of a handover in the register: minutes that say what was decided, and words that prove it."""

import json

import pytest
from sqlalchemy import select

from catalog import (
    objects,
    schema,
    transfer_acceptance,
    transfer_decision,
    transfer_paper,
)
from catalog.access import Role
from catalog.identifiers import ObjectKey
from catalog.instants import now
from catalog.transfer import ReceiptNeeded, TransferNotFound
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision
from catalog.transfer_paper import MinutesOutdated
from tests.catalog.archive import SYSTEM, Office, scope_of, sha256
from tests.catalog.handing import dossiers, drafted, giver, receiver, sealed


def test_minutes_that_say_other_decisions_than_the_register_are_not_to_be_signed(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    (item,) = sealed(office, found.id)
    signed = [{"who": "Lan", "role": "giver"}]
    with office.register.write() as conn:
        transfer_decision.decide(conn, receiver(office), found.id, {item.id: Said(Decision.ACCEPTED)})
        transfer_paper.keep(conn, giver(office), found.id, "minutes", ObjectKey(sha256("drawn up")))
        transfer_paper.require_current(conn, giver(office), found.id)
        refused = {item.id: Said(Decision.REFUSED, "nhầm nơi")}
        transfer_decision.decide(conn, receiver(office), found.id, refused)
        key = ObjectKey(sha256("signed"))
        transfer_paper.keep(conn, giver(office), found.id, "minutes", key, signatures=signed)

        with pytest.raises(MinutesOutdated):
            transfer_paper.require_current(conn, giver(office), found.id)


def test_nothing_is_concluded_or_closed_on_minutes_that_say_something_else(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    (item,) = sealed(office, found.id)
    scope = receiver(office)
    accepted, refused = {item.id: Said(Decision.ACCEPTED)}, {item.id: Said(Decision.REFUSED, "nhầm nơi")}
    with office.register.write() as conn:
        transfer_decision.decide(conn, scope, found.id, accepted)
        transfer_paper.keep(conn, scope, found.id, "minutes", ObjectKey(sha256("drawn up")))
        transfer_decision.decide(conn, scope, found.id, refused)
        with pytest.raises(MinutesOutdated):
            transfer_acceptance.conclude(conn, scope, found.id)
        transfer_paper.keep(conn, scope, found.id, "minutes", ObjectKey(sha256("drawn up anew")))
        transfer_decision.decide(conn, scope, found.id, refused)  # the same again: the minutes say so
        transfer_acceptance.conclude(conn, scope, found.id)
        transfer_acceptance.pass_next(conn, scope, found.id)
        item_row = schema.transfer_item
        conn.execute(item_row.update().where(item_row.c.id == item.id).values(decided_at=now()))
        with pytest.raises(MinutesOutdated):
            transfer_acceptance.close(conn, scope, found.id)


def test_the_giver_writes_down_what_another_register_decided_on_the_word_of_a_paper_alone(
    office: Office,
) -> None:
    found = drafted(office, dossiers(office, 1), route="parcels")
    sealed(office, found.id)
    scope, paper = giver(office), "15/BB-GN ngày 05/07/2026"
    with office.register.write() as conn:
        with pytest.raises(ReceiptNeeded):
            transfer_decision.decide_rest(conn, scope, found.id)
        transfer_decision.decide_rest(conn, scope, found.id, on_paper=paper)
        with pytest.raises(ReceiptNeeded):
            transfer_acceptance.conclude(conn, scope, found.id)
        transfer_acceptance.conclude(conn, scope, found.id, on_paper=paper)

        event = schema.event.c
        about = (
            event.subject == f"transfer:{found.id}",
            event.kind.in_(["transfer-decided", "transfer-accepted"]),
        )
        told = conn.execute(select(event.payload).where(*about)).scalars().all()
    assert [json.loads(each)["on_paper"] for each in told] == [paper, paper]


def test_papers_are_kept_once_and_signed(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    key = ObjectKey(sha256("minutes"))
    with office.register.write() as conn:
        one = transfer_paper.keep(conn, giver(office), found.id, "minutes", key)
        assert transfer_paper.keep(conn, giver(office), found.id, "minutes", key) == one
        transfer_paper.sign(conn, giver(office), found.id, one.id, [{"who": "Lan", "role": "giver"}])
        kept = transfer_paper.latest(conn, giver(office), found.id, "minutes")
        assert objects.is_referenced(conn, SYSTEM, key)
        with pytest.raises(TransferNotFound):
            transfer_paper.keep(
                conn, scope_of(Role.READER, office.an_lac), found.id, "minutes", ObjectKey("x")
            )

    assert [each["who"] for each in kept.signatures] == ["Lan"]

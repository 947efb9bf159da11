"""What people saw in the sample of a handover counts when it is decided on, and when it is concluded."""

from dataclasses import replace

import pytest

from catalog import (
    schema,
    transfer_acceptance,
    transfer_decision,
    transfer_item,
    transfer_parcel,
    transfer_sample,
)
from catalog.identifiers import TransferId
from catalog.transfer_decision import Said
from catalog.transfer_item import Decision, Item
from catalog.transfer_state import State
from catalog.transfer_verdict import ChecksAgainst
from handover.report import DossierReport, ParcelReport, Proposal, plain_parcel
from tests.catalog.archive import Office, sha256
from tests.catalog.handing import conclude, dossiers, drafted, receiver, sealed


def looked_at(office: Office, which: TransferId) -> list[Item]:
    """Write down that the one parcel of a handover was read again and is good; return what it holds."""
    scope = receiver(office)
    with office.register.write() as conn:
        inside = transfer_item.items(conn, scope, which)
        told = [
            {
                "identifier": one.identifier,
                "folder": "",
                "outcome": "passed",
                "proposal": "accept",
                "findings": [],
            }
            for one in inside
        ]
        verdict = {"digest": sha256("parcel"), "outcome": "passed", "findings": [], "dossiers": told}
        transfer_parcel.mark(conn, scope, which, 1, "checked", verdict=verdict)
    return inside


def test_what_was_seen_to_be_wrong_is_not_accepted_with_the_rest(office: Office) -> None:
    found = drafted(office, dossiers(office, 2))
    sealed(office, found.id)
    first, _second = looked_at(office, found.id)
    scope = receiver(office)
    with office.register.write() as conn:
        transfer_sample.mark(conn, scope, found.id, first.id, "failed", "thiếu tờ 3")

        with pytest.raises(ChecksAgainst):
            transfer_decision.decide_rest(conn, scope, found.id)


@pytest.mark.parametrize("reason", ["", "bên giao đã giải thích"])
def test_what_is_seen_to_be_wrong_after_it_was_accepted_is_decided_on_again(
    office: Office, reason: str
) -> None:
    found = drafted(office, dossiers(office, 2))
    sealed(office, found.id)
    first, _second = looked_at(office, found.id)
    scope = receiver(office)
    with office.register.write() as conn:
        transfer_decision.decide_rest(conn, scope, found.id, Said(Decision.ACCEPTED, reason))
    with office.register.write() as conn:
        transfer_sample.mark(conn, scope, found.id, first.id, "failed", "thiếu tờ 3")

    with office.register.write() as conn, pytest.raises(ChecksAgainst):
        transfer_acceptance.conclude(conn, scope, found.id)
    with office.register.write() as conn:
        said = Said(Decision.ACCEPTED, "thiếu tờ 3, bên giao gửi sau", although=True)
        transfer_decision.decide(conn, scope, found.id, {first.id: said})

    assert conclude(office, found.id).state is State.ACCEPTED


def test_two_codes_that_are_shown_alike_are_two_dossiers(office: Office) -> None:
    found = drafted(office, dossiers(office, 2))
    sealed(office, found.id)
    scope, item = receiver(office), schema.transfer_item
    written, turning = "HS.1\\u200e", "HS.1\u200e"  # a backslash and letters, and the sign itself
    told = (
        DossierReport(written, "uuid-1", (), Proposal.HOLD),
        DossierReport(turning, "uuid-2", (), Proposal.ACCEPT),
        DossierReport("\udcff", "\udcff", (), Proposal.HOLD),  # a folder whose name is no text
    )
    verdict = plain_parcel(ParcelReport("P0001", sha256("parcel"), (), told))
    with office.register.write() as conn:
        for one, code in zip(transfer_item.items(conn, scope, found.id), (written, turning), strict=True):
            conn.execute(item.update().where(item.c.id == one.id).values(identifier=code))
        transfer_parcel.mark(conn, scope, found.id, 1, "checked", verdict=verdict)
    with office.register.read() as conn:
        held, good = transfer_item.items(conn, scope, found.id)
        (row,) = transfer_parcel.parcels(conn, scope, found.id)

    with office.register.write() as conn, pytest.raises(ChecksAgainst):
        transfer_decision.decide(conn, scope, found.id, {held.id: Said(Decision.ACCEPTED)})
    with office.register.write() as conn:
        transfer_decision.decide(conn, scope, found.id, {good.id: Said(Decision.ACCEPTED)})

    assert transfer_sample.is_held(found, row, held.identifier)
    assert not transfer_sample.is_held(found, row, good.identifier)
    assert row.verdict == verdict


@pytest.mark.parametrize(
    ("direction", "code", "outcome", "held"),
    [
        ("in", "secret-mark", "could-not-run", True),
        ("in", "secret-mark", "failed", True),
        ("in", "secret-mark", "not-asked", True),
        ("in", "secret-mark", "passed", False),
        ("in", "package-unread", "could-not-run", True),
        ("in", "virus", "passed", True),
        ("out", "secret-mark", "failed", True),
        ("out", "package-unread", "failed", True),
        ("out", "secret-mark", "not-asked", False),
        ("out", "virus", "could-not-run", False),
    ],
)
def test_a_dossier_whose_words_were_not_looked_through_is_opened_by_nobody(
    office: Office, direction: str, code: str, outcome: str, *, held: bool
) -> None:
    found = drafted(office, dossiers(office, 1))
    sealed(office, found.id)
    (one,) = looked_at(office, found.id)
    scope = receiver(office)
    check = {"level": "R5", "code": code, "outcome": outcome, "subject": "", "detail": ""}
    with office.register.write() as conn:
        (row,) = transfer_parcel.parcels(conn, scope, found.id)
        assert row.verdict is not None
        row.verdict["dossiers"][0] |= {"proposal": "look", "findings": [check]}
        transfer_parcel.mark(conn, scope, found.id, 1, "checked", verdict=row.verdict)
        (again,) = transfer_parcel.parcels(conn, scope, found.id)

    assert transfer_sample.is_held(replace(found, direction=direction), again, one.identifier) is held


def test_checks_that_an_earlier_version_kept_with_escapes_let_nothing_pass(office: Office) -> None:
    found = drafted(office, dossiers(office, 1))
    sealed(office, found.id)
    scope, item = receiver(office), schema.transfer_item
    told = DossierReport("HS.1\u200e", "uuid-1", (), Proposal.HOLD)
    verdict = plain_parcel(ParcelReport("P0001", sha256("parcel"), (), (told,)))
    verdict["dossiers"][0]["identifier"] = "HS.1\\u200e"  # as it was kept before
    with office.register.write() as conn:
        (one,) = transfer_item.items(conn, scope, found.id)
        conn.execute(item.update().where(item.c.id == one.id).values(identifier="HS.1\u200e"))
        transfer_parcel.mark(conn, scope, found.id, 1, "checked", verdict=verdict)
    with office.register.read() as conn:
        (row,) = transfer_parcel.parcels(conn, scope, found.id)

    with office.register.write() as conn, pytest.raises(ChecksAgainst, match="check it again"):
        transfer_decision.decide(conn, scope, found.id, {one.id: Said(Decision.ACCEPTED)})

    assert transfer_sample.is_held(found, row, "HS.1\u200e")


@pytest.mark.parametrize("around", [True, False], ids=["of the parcel", "of the dossier"])
def test_what_could_not_be_read_is_not_accepted_with_the_rest_and_without_a_reason(
    office: Office, *, around: bool
) -> None:
    found = drafted(office, dossiers(office, 1))
    sealed(office, found.id)
    (one,) = looked_at(office, found.id)
    scope = receiver(office)
    check = {"level": "R3", "code": "signature-unread", "outcome": "could-not-run", "subject": ""}
    with office.register.write() as conn:
        (row,) = transfer_parcel.parcels(conn, scope, found.id)
        assert row.verdict is not None
        verdict = dict(row.verdict)
        told = verdict if around else verdict["dossiers"][0]
        told["findings"] = [{**check, "detail": "", "unread": "again"}]
        transfer_parcel.mark(conn, scope, found.id, 1, "checked", verdict=verdict)

    with office.register.write() as conn, pytest.raises(ChecksAgainst, match="check it again"):
        transfer_decision.decide_rest(conn, scope, found.id)
    with office.register.write() as conn:
        said = Said(Decision.ACCEPTED, "đã gọi hỏi bên giao", although=True)
        transfer_decision.decide(conn, scope, found.id, {one.id: said})

    assert conclude(office, found.id).state is State.ACCEPTED

"""A handover in the register alone: drafted, sealed with made-up digests, delivered; no bytes."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from catalog import dossier, transfer_acceptance, transfer_draft, transfer_sealing
from catalog.access import Role, Scope
from catalog.identifiers import DossierId, TransferId, TransferItemId
from catalog.instants import now
from catalog.inventory import Counts
from catalog.transfer import Transfer
from catalog.transfer_item import Item, items
from catalog.transfer_parcel import ParcelRow
from tests.catalog.archive import SYSTEM, Office, scope_of, sha256


def giver(office: Office) -> Scope:
    """Return the archivist of An Lạc, who gives."""
    return office.archivist


def receiver(office: Office) -> Scope:
    """Return the archivist of Hà Tu, who receives."""
    return scope_of(Role.ARCHIVIST, office.ha_tu, name="tam")


def dossiers(office: Office, count: int, *, paper_only: bool = True) -> list[DossierId]:
    """Enter dossiers that An Lạc answers for."""
    with office.register.write() as conn:
        return [
            dossier.add(conn, SYSTEM, office.fonds, f"HS {number}", paper_only=paper_only)
            for number in range(1, count + 1)
        ]


def drafted(office: Office, inside: Sequence[DossierId] = (), *, route: str = "inside") -> Transfer:
    """Draft a handover from An Lạc to Hà Tu."""
    with office.register.write() as conn:
        found = transfer_draft.draft(
            conn,
            giver(office),
            giver=office.an_lac,
            receiver=office.ha_tu,
            case="xa-merged",
            title="Bàn giao hồ sơ",
            route=route,
            receives_as="successor",
            decision_number="12/QĐ-UBND",
            decision_date=date(2026, 7, 1),
        )
        transfer_draft.add(conn, giver(office), found.id, inside)
        return found


def sealed(
    office: Office, transfer: TransferId, counts: Sequence[Counts] = (), *, delivered: bool = True
) -> list[Item]:
    """Seal a draft with given counts by item (else one page each), deliver it, and return its items."""
    scope = giver(office)
    with office.register.write() as conn:
        found = transfer_sealing.begin(conn, scope, transfer, version="1", profile="csip-2.0.4")
        inside = items(conn, scope, transfer)
        for at, item in enumerate(inside):
            fix(office, transfer, item.id, counts[at] if counts else Counts(1, 1, 1, 1), conn=conn)
        row = ParcelRow(
            1, f"{found.number}-P0001", sha256("parcel"), 9, 99, len(inside), "planned", None, now()
        )
        transfer_sealing.finish(conn, scope, transfer, [row], {1: [item.id for item in inside]})
        if delivered:
            transfer_sealing.deliver(conn, scope, transfer)
        return items(conn, SYSTEM, transfer)


def fix(
    office: Office, transfer: TransferId, item: TransferItemId, counts: Counts, *, conn: Connection
) -> None:
    """Fix one item with made-up digests."""
    transfer_sealing.fix(
        conn,
        giver(office),
        transfer,
        item,
        identifier=f"ANLAC.2001.{item}",
        title="Hồ sơ",
        retention_code="01",
        counts=counts,
        frozen={"format": 1, "documents": []},
        keys=[],
        files=9,
        bytes=99,
        digest=sha256(item),
    )


def conclude(office: Office, which: TransferId, *, paper: bool = False) -> Transfer:
    """Conclude a handover that is decided, and let everything pass."""
    with office.register.write() as conn:
        done = transfer_acceptance.conclude(conn, receiver(office), which, paper=paper)
    left = 1
    while left:
        with office.register.write() as conn:
            left = transfer_acceptance.pass_next(conn, receiver(office), which, limit=2)
    return done

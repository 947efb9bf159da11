"""Which fonds of ours what came by a handover is filed into: their code, our fonds, who said so.

The giver chose its codes. One that is taken here by another office is filed nowhere until a person says which
of ours it is; what they said, or what was entered by itself, holds for the whole handover.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from catalog import event, schema, taken_over
from catalog import fonds as fonds_register
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.fonds import Fonds
from catalog.identifiers import TransferId
from catalog.instants import now
from luutru.errors import InvalidInput

MOST = 200
"""Fonds of one handover."""


@dataclass(frozen=True)
class Filed:
    """One code of theirs, and our fonds."""

    theirs: str
    fonds: Fonds
    said_by: str
    said_at: datetime


def say(conn: Connection, scope: Scope, transfer: TransferId, ours_of: Mapping[str, str]) -> None:
    """Write down which fonds of ours each of their codes is, by code or id; what is taken in already stays.

    Raises:
        InvalidInput: the handover did not come from elsewhere, or a code is none.
        FondsNotFound, NotAllowed, TransferNotFound: as they say; nothing was written.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_receiver(scope, found)
    if found.direction != "in":
        raise InvalidInput(f"{found.number} came from no other installation: its fonds stay as they are")
    if len(ours_of) > MOST or any(
        not theirs.strip() or len(theirs) > fonds_register.CODE_LENGTH for theirs in ours_of
    ):
        raise InvalidInput(
            f"a code of theirs has 1 to {fonds_register.CODE_LENGTH} characters; {MOST} at most"
        )
    chosen = {
        theirs.strip(): taken_over.fonds_said(conn, scope, ours.strip(), giver=found.from_unit)
        for theirs, ours in ours_of.items()
    }
    table = schema.transfer_fonds
    for theirs, ours in sorted(chosen.items()):
        conn.execute(table.delete().where(table.c.transfer_id == transfer, table.c.theirs == theirs))
        _write(conn, scope, transfer, theirs, ours)
    told = {theirs: ours.id for theirs, ours in chosen.items()}
    event.record(conn, scope, "transfer-fonds-said", f"transfer:{transfer}", {"fonds": told})


def note(conn: Connection, scope: Scope, transfer: TransferId, theirs: str, ours: Fonds) -> None:
    """Write down into which fonds something of theirs was entered, where nobody said so before."""
    if theirs not in _rows(conn, transfer):
        _write(conn, scope, transfer, theirs, ours)


def filed(conn: Connection, scope: Scope, transfer: TransferId) -> dict[str, Filed]:
    """Return what is known of a handover's fonds, by their code.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    return _rows(conn, transfers.find(conn, scope, transfer).id)


def _rows(conn: Connection, transfer: TransferId) -> dict[str, Filed]:
    table, ours = schema.transfer_fonds.c, schema.fonds
    query = (
        select(ours, table.theirs, table.said_by, table.said_at)
        .join(schema.transfer_fonds, table.fonds_id == ours.c.id)
        .where(table.transfer_id == transfer)
        .order_by(table.theirs)
    )
    return {
        row.theirs: Filed(row.theirs, Fonds.from_row(row), row.said_by, row.said_at)
        for row in conn.execute(query)
    }


def _write(conn: Connection, scope: Scope, transfer: TransferId, theirs: str, ours: Fonds) -> None:
    conn.execute(
        schema.transfer_fonds.insert().values(
            transfer_id=transfer, theirs=theirs, fonds_id=ours.id, said_by=scope.actor, said_at=now()
        )
    )

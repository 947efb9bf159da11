"""Where a dossier went, and where it came from: told to whoever may see the dossier."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from catalog import dossier as dossiers
from catalog import schema
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import DossierId, TransferId
from catalog.transfer_item import Decision
from catalog.transfer_state import State


@dataclass(frozen=True)
class Passage:
    """One handover that a dossier is or was in."""

    transfer: TransferId
    number: str
    direction: str  #: out or in
    state: State
    from_name: str
    to_name: str
    decision: Decision | None
    passed_at: datetime | None  #: since when the receiver answers for it, or it is the giver's again

    @property
    def passed(self) -> bool:
        """The receiver answers for it."""
        return self.passed_at is not None and self.decision is not None and self.decision.passes


def passages(conn: Connection, scope: Scope, dossier: DossierId) -> list[Passage]:
    """Return the handovers of a dossier, oldest first.

    One in which it passed is told to all who may see the dossier: they must know who answers for it. Any
    other is its two sides' own.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    dossiers.find(conn, scope, dossier)
    item, table = schema.transfer_item.c, schema.transfer.c
    giver, receiver = schema.unit.alias("giver"), schema.unit.alias("receiver")
    passing = [each.value for each in Decision if each.passes]
    went = and_(item.passed_at.is_not(None), item.decision.in_(passing))
    rows = conn.execute(
        select(
            table.id,
            table.number,
            table.direction,
            table.state,
            giver.c.name.label("from_name"),
            receiver.c.name.label("to_name"),
            item.decision,
            item.passed_at,
        )
        .join_from(schema.transfer_item, schema.transfer, table.id == item.transfer_id)
        .join(giver, giver.c.id == table.from_unit)
        .join(receiver, receiver.c.id == table.to_unit)
        .where(item.dossier_id == dossier, or_(went, transfers.seen(scope)))
        .order_by(table.id)
    )
    return [
        Passage(
            TransferId(row.id),
            row.number,
            row.direction,
            State(row.state),
            row.from_name,
            row.to_name,
            Decision(row.decision) if row.decision else None,
            row.passed_at,
        )
        for row in rows
    ]

"""Who has a document on the desk just now: shown to others, so that two do not key in the same page.

It locks nothing. Saving never asks for it; what two people save at once is told apart by versions
(`catalog.field_value`). It ends by itself `LEASE` after the last sign of life. To whom the queue handed a
document is another question, and has one answer only: `review.lease` (docs/decisions/0018).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from catalog import authority, schema
from catalog.access import Scope
from catalog.identifiers import DocumentId
from catalog.instants import now
from catalog.register import upsert

LEASE = timedelta(minutes=3)
"""A screen that is open says so every minute; one that fell silent is gone after three."""


@dataclass(frozen=True)
class AtDesk:
    """One person who has the document open."""

    actor: str
    since: datetime
    until: datetime


def take(conn: Connection, scope: Scope, document: DocumentId) -> list[AtDesk]:
    """Say that the one who asks has the document open, again or for the first time; return who else has.

    Raises:
        DocumentNotFound, NotAllowed: as `authority.require_archivist` says.
    """
    authority.require_archivist(conn, scope, document)
    table, moment = schema.at_desk, now()
    conn.execute(delete(table).where(table.c.document_id == document, table.c.until < moment))
    row = upsert(conn.dialect.name, table).values(
        document_id=document, actor=scope.actor, since=moment, until=moment + LEASE
    )
    conn.execute(
        row.on_conflict_do_update(
            index_elements=[table.c.document_id, table.c.actor], set_={"until": moment + LEASE}
        )
    )
    return others(conn, scope, document)


def leave(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Say that the one who asks is done with it; twice is harmless."""
    table = schema.at_desk
    conn.execute(delete(table).where(table.c.document_id == document, table.c.actor == scope.actor))


def others(conn: Connection, scope: Scope, document: DocumentId) -> list[AtDesk]:
    """Return who else has the document open now, longest first.

    Raises:
        DocumentNotFound: there is none that the one who asks may see.
    """
    authority.require_sight(conn, scope, document)
    table = schema.at_desk
    rows = conn.execute(
        select(table)
        .where(table.c.document_id == document, table.c.actor != scope.actor, table.c.until >= now())
        .order_by(table.c.since, table.c.actor)
    )
    return [AtDesk(row.actor, row.since, row.until) for row in rows]

"""To whom the queue handed a document: so that two people get different ones, and nothing stays locked.

A lease keeps a document from being handed to somebody else by the queue. It forbids nothing: whoever opens
the document anyway may, and what both save is kept apart by the revisions they saw. Who has it open just now,
handed to them or not, is `catalog.at_desk` (docs/decisions/0018).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select

from catalog import schema, visibility
from catalog.access import Role, Scope
from catalog.identifiers import DocumentId
from catalog.instants import now
from catalog.register import upsert
from luutru.errors import Conflict

LASTS = timedelta(minutes=10)
"""How long a document stays with somebody who does nothing; every autosave renews it."""


class AlreadyAtIt(Conflict):
    """Somebody else has this document open."""

    slug = "already-at-it"


@dataclass(frozen=True)
class Lease:
    """Who has a document, and until when."""

    document: DocumentId
    person: str
    until: datetime


def take(conn: Connection, scope: Scope, document: DocumentId) -> Lease:
    """Have the document for a while, or for a while longer.

    Raises:
        AlreadyAtIt: somebody else has it.
        NotAllowed: the one who asks checks nothing.
    """
    scope.require(Role.ARCHIVIST)
    table, moment = schema.checking_lease, now()
    free = or_(table.c.person == scope.actor, table.c.until < moment)
    mine = upsert(conn.dialect.name, table).values(
        document_id=document, person=scope.actor, until=moment + LASTS
    )
    taken = conn.execute(
        mine.on_conflict_do_update(
            index_elements=[table.c.document_id],
            set_={"person": scope.actor, "until": moment + LASTS},
            where=free,
        ).returning(table.c.person)
    ).first()
    if taken is None:
        held = conn.execute(select(table).where(table.c.document_id == document)).one()
        raise AlreadyAtIt(f"{held.person} has this document open")
    return Lease(document, scope.actor, moment + LASTS)


def at(conn: Connection, scope: Scope, document: DocumentId) -> Lease | None:
    """Return who has the document now; None = nobody."""
    table, record = schema.checking_lease, schema.document
    row = conn.execute(
        select(table)
        .join_from(table, record, record.c.id == table.c.document_id)
        .where(table.c.document_id == document, table.c.until >= now(), visibility.of_document(scope))
    ).first()
    return Lease(DocumentId(row.document_id), row.person, row.until) if row is not None else None


def release(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Give one's own lease back; twice is harmless."""
    table = schema.checking_lease
    conn.execute(delete(table).where(table.c.document_id == document, table.c.person == scope.actor))

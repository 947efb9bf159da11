"""Saying that one has gone through a document: its fields are right now, as far as one can see."""

from sqlalchemy import Connection, select

from catalog import arranging, event, schema, visibility
from catalog.access import Scope
from catalog.arrangement import Seen
from catalog.identifiers import DocumentId
from catalog.instants import now
from catalog.register import upsert
from review import lease


def done(conn: Connection, scope: Scope, document: DocumentId, *, seen: Seen) -> None:
    """Record that the one who asks went through a document; it waits for control from now on.

    Again after it was returned, or where one saw a mistake of one's own. `seen`: its arrangement.

    Raises:
        DocumentNotFound, DocumentNotReady, ArrangementChanged, NotAllowed, DossierSignedOff: as they say.
    """
    held = arranging.hold(conn, scope, [document], seen=seen)
    table = schema.checking
    again = conn.execute(select(table.c.state).where(table.c.document_id == document)).scalar()
    said = {
        "state": "entered",
        "entered_by": scope.actor,
        "entered_at": now(),
        "controlled_by": None,
        "controlled_at": None,
    }
    row = upsert(conn.dialect.name, table).values(document_id=document, **said)
    conn.execute(row.on_conflict_do_update(index_elements=[table.c.document_id], set_=said))
    lease.release(conn, scope, document)
    event.record(
        conn,
        scope,
        "document-checked",
        f"document:{document}",
        {"pages": len(held.lying[document].counted), "again": again in ("returned", "entered", "controlled")},
    )


def state_of(conn: Connection, scope: Scope, document: DocumentId) -> str:
    """Return waiting, returned, entered or controlled; waiting for one that is not there for `scope`."""
    table, record = schema.checking, schema.document
    found = conn.execute(
        select(table.c.state)
        .join_from(table, record, record.c.id == table.c.document_id)
        .where(record.c.id == document, visibility.of_document(scope))
    ).scalar()
    return found or "waiting"

"""Which documents wait for their description: told by whoever publishes or changes their pages."""

from sqlalchemy import ColumnElement, Connection, bindparam, select

from catalog import schema, work
from catalog.access import Role, Scope
from catalog.identifiers import DocumentId, DossierId
from catalog.register import lock_rows


def want(conn: Connection, scope: Scope, documents: ColumnElement[bool]) -> None:
    """Let the documents under a condition on `document` be described, again where they were before.

    Whoever describes one of them just now does so from what is no longer so: their claim is lost. Call it in
    the transaction that publishes pages, changes a reading or an arrangement; twice is harmless.
    """
    scope.require(Role.ARCHIVIST)
    document, description = schema.document, schema.description
    chosen = select(document.c.id, document.c.priority).where(documents).order_by(document.c.id)
    rows = {row.id: row.priority for row in conn.execute(chosen)}
    for some in _batches(list(rows)):
        lock_rows(conn, description, description.c.id.in_(some))
        known = set(conn.execute(_AGAIN, {"some": some}).scalars())
        fresh = [
            {"id": name, "state": "waiting", "priority": rows[name]} for name in some if name not in known
        ]
        if fresh:
            conn.execute(description.insert(), fresh)


_AGAIN = (
    schema.description.update()
    .where(schema.description.c.id.in_(bindparam("some", expanding=True)))
    .values(state="waiting", **work.anew(schema.description))
    .returning(schema.description.c.id)
)


def next_version(conn: Connection, scope: Scope, document: DocumentId) -> int:
    """Count one more version of what is said of a document, and return it; the caller holds the document."""
    scope.require(Role.ARCHIVIST)
    moved: int = conn.execute(_NEXT_VERSION, {"document": document}).scalar_one()
    return moved


_NEXT_VERSION = (
    schema.description.update()
    .where(schema.description.c.id == bindparam("document"))
    .values(version=schema.description.c.version + 1)
    .returning(schema.description.c.version)
)


def any_waits(conn: Connection, scope: Scope, dossier: DossierId) -> bool:
    """Return whether a document of the dossier still waits for its description."""
    scope.require(Role.ADMINISTRATOR)
    document, description = schema.document.c, schema.description.c
    waiting = (
        select(description.id)
        .join_from(schema.description, schema.document, document.id == description.id)
        .where(document.dossier_id == dossier, description.state == "waiting")
        .limit(1)
    )
    return conn.execute(waiting).first() is not None


def retry(conn: Connection, scope: Scope, documents: ColumnElement[bool]) -> int:
    """Let the held descriptions of those documents be made again; return how many."""
    scope.require(Role.ARCHIVIST)
    description = schema.description
    held = (
        description.c.state == "held",
        description.c.id.in_(select(schema.document.c.id).where(documents)),
    )
    again = description.update().where(*held).values(state="waiting", **work.anew(description))
    return conn.execute(again).rowcount


def _batches(names: list[str], size: int = 500) -> list[list[str]]:
    return [names[at : at + size] for at in range(0, len(names), size)]

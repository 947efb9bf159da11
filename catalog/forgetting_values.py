"""What is forgotten of a document's values when a page it once had is held for a secret mark."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.answer import Source
from catalog.field_value import put_in_force
from catalog.identifiers import DocumentId


def forget_values(conn: Connection, scope: Scope, document: DocumentId, pages: Collection[str]) -> None:
    """Delete what the machine said of a document, and whatever anybody is shown to have from `pages`.

    The machine says the rest again; of what people said without showing where, nothing is known. Keys of the
    document's dossier that stand on `pages` go too.
    """
    scope.require(Role.ADMINISTRATOR)
    value, key = schema.field_value, schema.key_value
    rows = conn.execute(select(value).where(value.c.document_id == document)).all()
    gone = [row for row in rows if _goes(row, pages)]
    conn.execute(delete(value).where(value.c.id.in_([row.id for row in gone])))
    put_in_force(conn, scope, document, {row.name for row in gone})
    place = select(schema.document.c.dossier_id).where(schema.document.c.id == document).scalar_subquery()
    keys = conn.execute(select(key).where(or_(key.c.document_id == document, key.c.dossier_id == place)))
    names = [row.id for row in keys if (_goes(row, pages) if row.document_id else _stands(row, pages))]
    conn.execute(delete(key).where(key.c.id.in_(names)))


def _goes(row: Any, pages: Collection[str]) -> bool:
    return row.source == Source.MACHINE.value or _stands(row, pages)


def _stands(row: Any, pages: Collection[str]) -> bool:
    return any(shown[0] in pages for shown in row.evidence)

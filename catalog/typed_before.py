"""What was said before in the same fonds: offered while a person types, copied where records repeat."""

from datetime import date

from sqlalchemy import Connection, func, select

from catalog import schema, visibility
from catalog.access import Role, Scope
from catalog.answer import Source
from catalog.description import CONFIDENT, FIELDS
from catalog.identifiers import DossierId, FondsId

MOST = 20


def values(
    conn: Connection, scope: Scope, fonds: FondsId, name: str, begins: str = "", *, limit: int = MOST
) -> list[str]:
    """Return values of field `name` in force in a fonds that begin so, the most frequent first.

    What people or lists said, and what the machine is sure of; only of documents that `scope` may see.
    """
    scope.require(Role.ARCHIVIST)
    if name not in FIELDS:
        return []
    value, document = schema.field_value.c, schema.document.c
    query = (
        select(value.value)
        .join_from(schema.field_value, schema.document, document.id == value.document_id)
        .where(
            document.fonds_id == fonds,
            value.name == name,
            value.superseded_at.is_(None),
            value.value.is_not(None),
            (value.source != Source.MACHINE.value) | (value.confidence >= CONFIDENT),
            visibility.of_document(scope),
        )
        .group_by(value.value)
        .order_by(func.count().desc(), value.value)
        .limit(limit)
    )
    if begins:
        escaped = begins.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(value.value.ilike(f"{escaped}%", escape="\\"))
    return [str(found) for found in conn.execute(query).scalars()]


def span(conn: Connection, scope: Scope, dossier: DossierId) -> tuple[date, date] | None:
    """Return the first and the last day of a dossier's documents; None where no day is known for certain.

    Days that people or lists gave, and those of which the machine is sure.
    """
    value, document = schema.field_value.c, schema.document.c
    row = conn.execute(
        select(func.min(value.value), func.max(value.value))
        .join_from(schema.field_value, schema.document, document.id == value.document_id)
        .where(
            document.dossier_id == dossier,
            value.name == "date",
            value.superseded_at.is_(None),
            value.value.is_not(None),
            (value.source != Source.MACHINE.value) | (value.confidence >= CONFIDENT),
            visibility.of_document(scope),
        )
    ).one()
    if row[0] is None:
        return None
    return date.fromisoformat(row[0]), date.fromisoformat(row[1])

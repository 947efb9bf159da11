"""What a description means for finding: the name people call a document by, its kind and year, what it is of.

A machine's guess counts only from `USABLE` on: search must not narrow by what is likelier wrong than right.
"""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Connection, bindparam, or_, select

from catalog import index_feed, schema
from catalog.access import Scope
from catalog.answer import Source
from catalog.identifiers import DocumentId, DossierId, PageId
from catalog.register import lock_rows

USABLE = 0.50
"""Confidence from which a machine's value names a document and is searched by."""

LONGEST_TITLE = 300


_SEARCHED = ("code", "subject", "issuer", "signer", "type", "date")


def follow(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Let the document's name, kind and year be what its values say now, and search look at it again.

    The caller holds the document (`authority.lock_document`). Call it last: it holds the index's clock.
    """
    values = usable(conn, scope, [document]).get(document, {})
    day = _day(values.get("date"))
    told = {"title": _title(values), "type": values.get("type"), "year": day.year if day else None}
    conn.execute(_TOLD, {"document": document} | told)
    moved = conn.execute(_LOOK_AGAIN, {"document": document})
    read = sorted(row.id for row in moved if row.state == "read")
    index_feed.announce(conn, scope, [index_feed.page_entry(PageId(name)) for name in read])


_TOLD = schema.document.update().where(schema.document.c.id == bindparam("document"))
_LOOK_AGAIN = (
    schema.page.update()
    .where(
        schema.page.c.document_id == bindparam("document"),
        schema.page.c.published.is_(True),
        schema.page.c.set_apart.is_(None),
    )
    .values(revision=schema.page.c.revision + 1)
    .returning(schema.page.c.id, schema.page.c.state)
)


def follow_dossier(conn: Connection, scope: Scope, dossier: DossierId) -> None:
    """Let search look at a dossier again whose keys changed. Call it last: it holds the index's clock."""
    table = schema.dossier
    lock_rows(conn, table, table.c.id == dossier)
    conn.execute(table.update().where(table.c.id == dossier).values(revision=table.c.revision + 1))
    index_feed.announce(conn, scope, [index_feed.dossier_entry(dossier)])


def usable(
    conn: Connection, scope: Scope, documents: Collection[DocumentId]
) -> dict[DocumentId, dict[str, str]]:
    """Return the values in force that documents are named and searched by; the caller may see them."""
    del scope
    rows = conn.execute(_USABLE, {"documents": list(set(documents))})
    found: dict[DocumentId, dict[str, str]] = {}
    for row in rows:
        found.setdefault(DocumentId(row.document_id), {})[row.name] = row.value
    return found


_value = schema.field_value.c
_USABLE = select(_value.document_id, _value.name, _value.value).where(
    _value.document_id.in_(bindparam("documents", expanding=True)),
    _value.superseded_at.is_(None),
    _value.name.in_(_SEARCHED),
    _value.value.is_not(None),
    or_(_value.source != Source.MACHINE.value, _value.confidence >= USABLE),
)


def _title(values: Mapping[str, str]) -> str | None:
    """Return type, code and subject as far as they are known: `Quyết định 45/QĐ-UBND: thu hồi đất`."""
    head = " ".join(filter(None, (values.get("type"), values.get("code"))))
    title = ": ".join(filter(None, (head, values.get("subject"))))
    return title[:LONGEST_TITLE] or None


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None

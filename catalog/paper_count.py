"""How many documents, pages and sheets each dossier of a fonds holds, for lists of many dossiers at once."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from catalog import schema, visibility
from catalog.access import Scope
from catalog.identifiers import DossierId, FondsId
from catalog.withheld import not_secret


@dataclass(frozen=True)
class Held:
    """What a dossier holds, as far as it was scanned."""

    documents: int
    pages: int
    sheets: int | None  #: None: its sheets were not numbered


def of_fonds(
    conn: Connection, scope: Scope, fonds: FondsId, *, dossier: DossierId | None = None
) -> dict[DossierId, Held]:
    """Return what every dossier of a fonds (or one) holds that `scope` may see; those without scans lack."""
    page, document, arranged = schema.page.c, schema.document.c, schema.arrangement.c
    query = (
        select(
            document.dossier_id,
            func.count(document.id.distinct()).label("documents"),
            func.count(page.id).label("pages"),
            func.max(page.sheet).label("sheets"),
        )
        .join_from(schema.page, schema.document, document.id == page.document_id)
        .join(
            schema.arrangement,
            and_(
                arranged.page_id == page.id,
                arranged.document_id == document.id,
                arranged.revision == document.arrangement,
            ),
        )
        .where(
            document.fonds_id == fonds,
            document.dossier_id.is_not(None),
            page.set_apart.is_(None),
            not_secret(schema.page),
            visibility.of_document(scope),
        )
        .group_by(document.dossier_id)
    )
    if dossier is not None:
        query = query.where(document.dossier_id == dossier)
    return {
        DossierId(row.dossier_id): Held(row.documents, row.pages, row.sheets) for row in conn.execute(query)
    }


@dataclass(frozen=True)
class SheetSpan:
    """Where a document lies in its dossier."""

    first: int | None  #: number of its first sheet; None: not numbered
    last: int | None
    pages: int


def of_documents(conn: Connection, scope: Scope, dossier: DossierId) -> dict[str, SheetSpan]:
    """Return the sheets of each document of a dossier, by the document's id."""
    page, document = schema.page.c, schema.document.c
    rows = conn.execute(
        select(document.id, func.min(page.sheet), func.max(page.sheet), func.count(page.id))
        .join_from(schema.page, schema.document, document.id == page.document_id)
        .where(
            document.dossier_id == dossier,
            page.set_apart.is_(None),
            not_secret(schema.page),
            visibility.of_document(scope),
        )
        .group_by(document.id)
    )
    return {row[0]: SheetSpan(row[1], row[2], row[3]) for row in rows}

"""Documents (văn bản): pages in an order, and the PDF/A that is made of them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog import objects, schema, visibility, work
from catalog.access import Scope
from catalog.identifiers import (
    BatchId,
    DocumentId,
    DossierId,
    FondsId,
    ObjectKey,
    PageId,
    SourceFileId,
    new_id,
)
from catalog.instants import now
from catalog.natural_order import sort_key
from catalog.page import Page
from catalog.page import of_document as pages_of
from catalog.withheld import not_secret
from luutru.errors import NotFound


class DocumentNotFound(NotFound):
    """No such document, or not for the one who asks."""

    slug = "document-not-found"


@dataclass(frozen=True)
class Document:
    """A document and its published pages in order."""

    id: DocumentId
    name: str  #: of the file it came in
    title: str | None  #: type, number and subject, as far as they are known
    fonds: FondsId
    fonds_code: str
    dossier: DossierId | None
    dossier_title: str | None
    batch: BatchId
    source_file: SourceFileId
    type: str | None
    year: int | None
    arrangement: int
    state: str  #: looking, waiting (for its PDF/A), bound, held or empty
    pdf_key: ObjectKey | None
    created_at: datetime
    pages: tuple[Page, ...]

    @property
    def shown(self) -> str:
        """What people call it: its title, else the name of its file."""
        return self.title or self.name

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]], pages: tuple[Page, ...]) -> "Document":
        """Build from a row of `_columns`."""
        r = row._mapping
        return cls(
            DocumentId(r["id"]),
            r["name"],
            r["title"],
            FondsId(r["fonds_id"]),
            r["fonds_code"],
            r["dossier_id"],
            r["dossier_title"],
            BatchId(r["batch_id"]),
            SourceFileId(r["source_file_id"]),
            r["type"],
            r["year"],
            r["arrangement"],
            r["state"],
            r["pdf_key"],
            r["created_at"],
            pages,
        )


_columns = (
    select(
        schema.document,
        schema.fonds.c.code.label("fonds_code"),
        schema.dossier.c.title.label("dossier_title"),
    )
    .join(schema.fonds, schema.fonds.c.id == schema.document.c.fonds_id)
    .outerjoin(schema.dossier, schema.dossier.c.id == schema.document.c.dossier_id)
)


def get(conn: Connection, scope: Scope, identifier: DocumentId) -> Document:
    """Return the document with its pages.

    Raises:
        DocumentNotFound: there is none that the one who asks may see.
    """
    row = conn.execute(
        _columns.where(schema.document.c.id == identifier, visibility.of_document(scope))
    ).first()
    pages = tuple(pages_of(conn, scope, identifier)) if row is not None else ()
    if row is None or not pages:
        raise DocumentNotFound("no such document")
    return Document.from_row(row, pages)


def titles(conn: Connection, scope: Scope, documents: Collection[DocumentId]) -> dict[DocumentId, str]:
    """Return what people call those documents that `scope` may see, where they are described."""
    document = schema.document.c
    rows = conn.execute(
        select(document.id, document.title).where(
            document.id.in_(set(documents)), document.title.is_not(None), visibility.of_document(scope)
        )
    )
    return {DocumentId(row.id): row.title for row in rows}


def of_dossier(conn: Connection, scope: Scope, dossier: DossierId) -> list[Document]:
    """Return the documents of a dossier that `scope` may see, without pages.

    In the order an archivist gave them; those that came since follow by name (1, 2, ... 10). One whose pages
    all went elsewhere is none.
    """
    document = schema.document.c
    rows = conn.execute(
        _columns.where(
            document.dossier_id == dossier,
            document.state != "empty",
            not_secret(schema.document),
            visibility.of_document(scope),
        )
    ).all()
    return [Document.from_row(row, ()) for row in sorted(rows, key=in_order)]


def in_order(row: Any) -> tuple[bool, int, str, str]:
    """Return by what documents of one dossier are sorted, from a row with id, ordinal and name."""
    return row.ordinal is None, row.ordinal or 0, sort_key(row.name), row.id


def stem(name: str) -> str:
    """Return a document's name without the number that an earlier split gave it."""
    return re.sub(r" \(\d+\)$", "", name)


def alto_key(conn: Connection, scope: Scope, page: Page) -> ObjectKey | None:
    """Return the key of the page's newest ALTO; None = not made yet. The caller holds the page."""
    derivative = schema.derivative.c
    found = conn.execute(
        select(derivative.object_key)
        .where(derivative.page_id == page.id, derivative.kind == "alto")
        .order_by(derivative.id.desc())
        .limit(1)
    ).scalar()
    return ObjectKey(found) if found is not None else None


def bound(
    conn: Connection,
    scope: Scope,
    claim: work.Claim,
    *,
    pdf: tuple[ObjectKey, int],
    alto: dict[PageId, tuple[ObjectKey, int]],
) -> None:
    """Record a document's PDF/A and its pages' ALTO: (key, bytes) of each, already in the store."""
    arrangement = conn.execute(
        select(schema.document.c.arrangement).where(schema.document.c.id == claim.id)
    ).scalar_one()
    made: list[tuple[str, PageId | None, ObjectKey, int]] = [("pdfa", None, *pdf)]
    made += [("alto", page, key, size) for page, (key, size) in alto.items()]
    for kind, _page, key, size in sorted(made, key=lambda each: each[2]):  # as everybody takes them
        objects.note(conn, scope, key, size, kind)
    for kind, page, key, _size in made:
        conn.execute(
            schema.derivative.insert().values(
                id=new_id(),
                document_id=claim.id,
                page_id=page,
                kind=kind,
                arrangement=arrangement,
                object_key=key,
                made_at=now(),
            )
        )
    work.finish(conn, scope, claim, state="bound", pdf_key=pdf[0])

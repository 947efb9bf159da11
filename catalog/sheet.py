"""Sheets (tờ): numbering those of a dossier, and counting what was scanned, in pages and in pages of A4."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, select

from catalog import arranging, event, schema, visibility
from catalog import dossier as dossiers
from catalog.access import Role, Scope
from catalog.batch import find as find_batch
from catalog.identifiers import BatchId, DocumentId, DossierId, PageId
from catalog.paper_size import conversion, size_of
from catalog.withheld import not_secret


@dataclass(frozen=True)
class Side:
    """One page as a side of a sheet."""

    page: PageId
    document: DocumentId
    sheet: int  #: 1, 2, ... within the dossier
    side: int  #: 1 or 2


@dataclass(frozen=True)
class Counted:
    """What lies in a dossier or came in a batch; sheets set apart are not in it."""

    documents: int
    pages: int
    sheets: int
    by_size: dict[str, int]  #: pages by the size they count as: A5, A4, ... A0
    a4: float  #: pages of A4 that they count for, together
    unsized: int  #: pages whose size is not known; each counts as one A4
    source: str  #: of the rule by which pages are converted
    unverified: bool  #: no circular was seen that gives the rule


def say_duplex(conn: Connection, scope: Scope, batch: BatchId, duplex: bool) -> None:
    """Write down whether a batch was scanned on both sides: two images in a row are then one sheet.

    Raises:
        BatchNotFound, NotAllowed: as they say.
    """
    scope.require(Role.ARCHIVIST, find_batch(conn, scope, batch).unit)
    conn.execute(schema.batch.update().where(schema.batch.c.id == batch).values(duplex=duplex))
    event.record(conn, scope, "batch-duplex", f"batch:{batch}", {"duplex": duplex})


def sheets(conn: Connection, scope: Scope, dossier: DossierId) -> list[Side]:
    """Return how the sheets of a dossier are to be numbered, in the order in which they lie now.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    dossiers.find(conn, scope, dossier)
    place = {name: at for at, name in enumerate(arranging.in_order(conn, scope, dossier))}
    rows = _pages(conn, schema.document.c.dossier_id == dossier, scope)
    return _numbered(sorted(rows, key=lambda row: (place[DocumentId(row.document_id)], row.ordinal)))


def _numbered(rows: Sequence[Any]) -> list[Side]:
    """Number pages in order; the two sides of a sheet share a number, however far apart they lie."""
    known: dict[tuple[str, int], int] = {}
    sides = []
    last = 0
    for row in rows:
        of = (row.source_file_id, row.image_index // 2 if row.duplex else row.image_index)
        if of not in known:
            last += 1
            known[of] = last
        side = row.image_index % 2 + 1 if row.duplex else 1
        sides.append(Side(PageId(row.id), DocumentId(row.document_id), known[of], side))
    return sides


def number(conn: Connection, scope: Scope, dossier: DossierId) -> int:
    """Give every page of a dossier the number of its sheet, as it lies now; return how many sheets.

    Raises:
        DossierNotFound, NotAllowed, DossierSignedOff, DossierMerged: as they say.
    """
    dossiers.hold_open(conn, scope, [dossier])
    sides = sheets(conn, scope, dossier)
    if sides:
        conn.execute(
            schema.page.update()
            .where(schema.page.c.id == bindparam("page"))
            .values(sheet=bindparam("number"), side=bindparam("which")),
            [
                {"page": side.page, "number": side.sheet, "which": side.side}
                for side in sorted(sides, key=lambda side: side.page)
            ],
        )
    last = max((side.sheet for side in sides), default=0)
    event.record(conn, scope, "sheets-numbered", f"dossier:{dossier}", {"sheets": last, "pages": len(sides)})
    return last


def numbers_stand(conn: Connection, scope: Scope, dossier: DossierId) -> bool:
    """Return whether the sheets' numbers in the register are those of how the dossier lies now."""
    sides = sheets(conn, scope, dossier)
    rows = _pages(conn, schema.document.c.dossier_id == dossier, scope)
    return {row.id: row.sheet for row in rows} == {side.page: side.sheet for side in sides}


def count_dossier(conn: Connection, scope: Scope, dossier: DossierId) -> Counted:
    """Return what lies in a dossier.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
    """
    dossiers.find(conn, scope, dossier)
    return _counted(_pages(conn, schema.document.c.dossier_id == dossier, scope))


def count_batch(conn: Connection, scope: Scope, batch: BatchId) -> Counted:
    """Return what came in a batch and lies in documents now.

    Raises:
        BatchNotFound: there is none that the one who asks may see.
    """
    find_batch(conn, scope, batch)
    return _counted(_pages(conn, schema.page.c.batch_id == batch, scope))


def _counted(rows: Sequence[Any]) -> Counted:
    rules = conversion()
    by_size = {size.name: 0 for size in rules.sizes}
    a4, unsized = 0.0, 0
    for row in rows:
        size = size_of(row.width, row.height, row.dpi)
        if size is None:
            unsized += 1
            a4 += 1
        else:
            by_size[size.name] += 1
            a4 += size.a4
    return Counted(
        documents=len({row.document_id for row in rows}),
        pages=len(rows),
        sheets=max((side.sheet for side in _numbered(rows)), default=0),
        by_size=by_size,
        a4=a4,
        unsized=unsized,
        source=rules.source,
        unverified=rules.unverified,
    )


def _pages(conn: Connection, which: ColumnElement[bool], scope: Scope) -> list[Any]:
    page, document, arranged = schema.page.c, schema.document.c, schema.arrangement.c
    rows = conn.execute(
        select(
            page.id,
            page.document_id,
            page.source_file_id,
            page.image_index,
            page.width,
            page.height,
            page.dpi,
            page.sheet,
            arranged.ordinal,
            schema.batch.c.duplex,
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
        .join(schema.batch, schema.batch.c.id == page.batch_id)
        .where(which, page.set_apart.is_(None), not_secret(schema.page), visibility.of_document(scope))
    )
    return list(rows)

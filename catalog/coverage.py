"""How much of what an archive holds has been read: said on every page of search results."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, func, select

from catalog import schema, visibility
from catalog.access import Scope
from catalog.identifiers import FondsId


@dataclass(frozen=True)
class Coverage:
    """What part of the records asked about can be found by their words."""

    pages: int  #: received
    pages_read: int  #: read or found blank
    dossiers: int
    dossiers_scanned: int  #: with at least one scanned page

    @property
    def share_of_pages(self) -> float:
        """0.0 to 1.0; 1.0 where nothing was received."""
        return self.pages_read / self.pages if self.pages else 1.0


def coverage(conn: Connection, scope: Scope, *, fonds: FondsId | None = None) -> Coverage:
    """Return how much of `fonds` (None: of all that `scope` may see) has been read."""
    page, document, dossier = schema.page.c, schema.document.c, schema.dossier.c
    pages = (
        select(
            func.count().label("all"),
            func.coalesce(func.sum(case((page.state.in_(("read", "blank")), 1), else_=0)), 0).label("read"),
        )
        .join_from(schema.page, schema.document, document.id == page.document_id)
        .where(visibility.of_document(scope))
    )
    scanned = select(document.id).where(document.dossier_id == dossier.id).exists()
    dossiers = select(
        func.count().label("all"),
        func.coalesce(func.sum(case((scanned, 1), else_=0)), 0).label("scanned"),
    ).where(visibility.of_dossier(scope))
    if fonds is not None:
        pages = pages.where(document.fonds_id == fonds)
        dossiers = dossiers.where(and_(dossier.fonds_id == fonds))
    p, d = conn.execute(pages).one(), conn.execute(dossiers).one()
    return Coverage(pages=p.all, pages_read=p.read, dossiers=d.all, dossiers_scanned=d.scanned)

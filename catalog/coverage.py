"""How much of what an archive holds has been read: said on every page of search results."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

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
    document, dossier = schema.document.c, schema.dossier.c
    # Counted by place first: there are far fewer dossiers to judge than documents.
    places = select(
        document.fonds_id,
        document.dossier_id,
        func.sum(document.pages).label("pages"),
        func.sum(document.pages_read).label("pages_read"),
    ).group_by(document.fonds_id, document.dossier_id)
    scanned = select(document.id).where(document.dossier_id == dossier.id).exists()
    dossiers = select(
        func.count().label("all"),
        func.coalesce(func.sum(case((scanned, 1), else_=0)), 0).label("scanned"),
    ).where(visibility.of_dossier(scope))
    if fonds is not None:
        places = places.where(document.fonds_id == fonds)
        dossiers = dossiers.where(dossier.fonds_id == fonds)
    place = places.subquery()
    pages = select(
        func.coalesce(func.sum(place.c.pages), 0).label("all"),
        func.coalesce(func.sum(place.c.pages_read), 0).label("read"),
    ).where(visibility.of_filed(scope, place))
    p, d = conn.execute(pages).one(), conn.execute(dossiers).one()
    return Coverage(pages=int(p.all), pages_read=int(p.read), dossiers=d.all, dossiers_scanned=int(d.scanned))

"""Where one document may end and the next begin: what the machines think, and what a person made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from catalog import arrangement, authority, event, schema, visibility
from catalog.access import Role, Scope
from catalog.arrangement import Seen
from catalog.identifiers import DocumentId, DossierId, PageId, new_id
from catalog.instants import now
from catalog.register import upsert
from luutru.errors import Conflict, InvalidInput, NotFound

REASONS = ("separator", "barcode", "first-page", "blank", "numbering")
"""A separator sheet, a code on a page, the look of a first page, a blank sheet, numbers that begin anew."""


class BoundaryNotFound(NotFound):
    """No such suggestion, or not for the one who asks."""

    slug = "boundary-not-found"


class BoundaryDecided(Conflict):
    """Somebody has decided this suggestion."""

    slug = "boundary-decided"


@dataclass(frozen=True)
class Suggestion:
    """What the machines found before one page."""

    page: PageId  #: where a document may begin
    sheet: PageId | None  #: the separator or blank sheet before it, to be set apart
    reason: str  #: one of `REASONS`
    confidence: float  #: 0.0 to 1.0

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            raise InvalidInput(f"a boundary because of {self.reason}; known are {', '.join(REASONS)}")
        if not 0.0 <= self.confidence <= 1.0:
            raise InvalidInput(f"a confidence of {self.confidence}; 0.0 to 1.0 is one")


@dataclass(frozen=True)
class Boundary:
    """A suggestion as the register keeps it."""

    id: str
    document: DocumentId  #: in which the page lies now
    number: int  #: of the page there, from 1
    page: PageId
    sheet: PageId | None
    reason: str
    confidence: float
    state: str  #: open, confirmed or rejected
    decided_by: str | None
    decided_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> "Boundary":
        """Build from a row of `_columns`."""
        return cls(
            row.id,
            DocumentId(row.document_id),
            row.number,
            PageId(row.page_id),
            row.sheet_id,
            row.reason,
            row.confidence,
            row.state,
            row.decided_by,
            row.decided_at,
        )


_columns = (
    select(
        schema.boundary,
        schema.page.c.document_id,
        schema.arrangement.c.ordinal.label("number"),
    )
    .join(schema.page, schema.page.c.id == schema.boundary.c.page_id)
    .join(schema.document, schema.document.c.id == schema.page.c.document_id)
    .join(
        schema.arrangement,
        and_(
            schema.arrangement.c.page_id == schema.page.c.id,
            schema.arrangement.c.document_id == schema.document.c.id,
            schema.arrangement.c.revision == schema.document.c.arrangement,
        ),
    )
)


def suggest(conn: Connection, scope: Scope, suggestions: Sequence[Suggestion]) -> None:
    """Write down what the machines found; what a person decided stays decided. Twice is harmless."""
    scope.require(Role.ADMINISTRATOR)
    table = schema.boundary
    for each in suggestions:
        row = upsert(conn.dialect.name, table).values(
            id=new_id(),
            page_id=each.page,
            sheet_id=each.sheet,
            reason=each.reason,
            confidence=each.confidence,
            state="open",
            made_at=now(),
        )
        conn.execute(
            row.on_conflict_do_update(
                index_elements=[table.c.page_id, table.c.reason],
                set_={"confidence": each.confidence, "sheet_id": each.sheet},
                where=table.c.state == "open",
            )
        )


def boundaries(
    conn: Connection,
    scope: Scope,
    *,
    document: DocumentId | None = None,
    dossier: DossierId | None = None,
    state: str = "open",
    limit: int = 1000,
) -> list[Boundary]:
    """Return the suggestions in a document or dossier (neither: in all that `scope` sees), page by page."""
    query = _columns.where(schema.boundary.c.state == state, visibility.of_document(scope))
    if document is not None:
        query = query.where(schema.document.c.id == document)
    if dossier is not None:
        query = query.where(schema.document.c.dossier_id == dossier)
    query = query.order_by(schema.document.c.id, schema.arrangement.c.ordinal, schema.boundary.c.id)
    return [Boundary.from_row(row) for row in conn.execute(query.limit(limit))]


def find(conn: Connection, scope: Scope, identifier: str) -> Boundary:
    """Return the suggestion.

    Raises:
        BoundaryNotFound: there is none that the one who asks may see.
    """
    query = _columns.where(schema.boundary.c.id == identifier, visibility.of_document(scope))
    row = conn.execute(query).first()
    if row is None:
        raise BoundaryNotFound("no such suggestion")
    return Boundary.from_row(row)


def confirm(conn: Connection, scope: Scope, identifier: str, *, seen: Seen) -> DocumentId:
    """Let a document begin where it was suggested; return the document that begins there.

    The separator or blank sheet before it is set apart. One where a document begins already only is decided.

    Raises:
        BoundaryNotFound, BoundaryDecided: as they say.
        DocumentNotReady, ArrangementChanged, DossierSignedOff, NotAllowed: see `catalog.arranging.hold`.
    """
    found = _open(conn, scope, identifier)
    began = found.document
    why = "blank" if found.reason == "blank" else "separator"
    if found.number > 1:
        apart = {found.sheet: why} if found.sheet is not None else {}
        began = arrangement.split(conn, scope, found.document, found.number, seen=seen, apart=apart)
    elif found.sheet is not None:
        _set_apart(conn, scope, found.sheet, why)
    _decide(conn, scope, found, "confirmed")
    return began


def _set_apart(conn: Connection, scope: Scope, sheet: PageId, why: str) -> None:
    """Set the sheet apart that ends another document."""
    holder = conn.execute(
        select(schema.page.c.document_id, schema.document.c.arrangement)
        .join_from(schema.page, schema.document, schema.document.c.id == schema.page.c.document_id)
        .where(schema.page.c.id == sheet, schema.page.c.set_apart.is_(None))
    ).first()
    if holder is not None:
        seen = {DocumentId(holder.document_id): int(holder.arrangement)}
        arrangement.set_apart(conn, scope, [sheet], why, seen=seen)


def reject(conn: Connection, scope: Scope, identifier: str) -> None:
    """Say that no document begins there; nothing suggests it again for the same reason.

    Raises:
        BoundaryNotFound, BoundaryDecided, NotAllowed: as they say.
    """
    found = _open(conn, scope, identifier)
    authority.require_archivist(conn, scope, found.document)
    _decide(conn, scope, found, "rejected")


def _open(conn: Connection, scope: Scope, identifier: str) -> Boundary:
    found = find(conn, scope, identifier)
    if found.state != "open":
        raise BoundaryDecided(f"{found.decided_by} has {found.state} this suggestion")
    return found


def _decide(conn: Connection, scope: Scope, found: Boundary, state: str) -> None:
    """Record the decision; a document begins before a page or not, whatever the reasons to think so."""
    table = schema.boundary
    done = conn.execute(
        table.update()
        .where(table.c.page_id == found.page, table.c.state == "open")
        .values(state=state, decided_by=scope.actor, decided_at=now())
    )
    if done.rowcount == 0:
        raise BoundaryDecided("somebody was quicker to decide this suggestion")
    event.record(
        conn,
        scope,
        f"boundary-{state}",
        f"document:{found.document}",
        {"reason": found.reason, "suggestions": done.rowcount},
    )


def count_open(conn: Connection, scope: Scope, dossier: DossierId) -> int:
    """Return how many suggestions in a dossier wait for a decision."""
    table = schema.boundary
    return conn.execute(
        select(func.count(table.c.page_id.distinct()))
        .join_from(table, schema.page, schema.page.c.id == table.c.page_id)
        .join(schema.document, schema.document.c.id == schema.page.c.document_id)
        .where(
            schema.document.c.dossier_id == dossier, table.c.state == "open", visibility.of_document(scope)
        )
    ).scalar_one()

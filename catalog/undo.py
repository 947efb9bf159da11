"""Taking back what somebody did to the arrangement of documents and pages, as long as it still lies so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from catalog import arranging, event, schema, visibility
from catalog.access import Scope
from catalog.arranging import Held, Lying
from catalog.identifiers import DocumentId, DossierId, PageId
from catalog.instants import now
from luutru.errors import Conflict, NotFound


class NothingToUndo(NotFound):
    """No act on this record is left to be undone."""

    slug = "nothing-to-undo"


class UndoTooLate(Conflict):
    """What the act left has been changed since."""

    slug = "undo-too-late"


@dataclass(frozen=True)
class Act:
    """One recorded act on the arrangement."""

    id: str
    kind: str  #: document-split, documents-merged, pages-moved, ...
    actor: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> "Act":
        """Build from a row of `schema.arranging`."""
        return cls(row.id, row.kind, row.actor, row.at, row.undone_by, row.undone_at)


def acts(conn: Connection, scope: Scope, *, dossier: DossierId, limit: int = 50) -> list[Act]:
    """Return the acts on a dossier's documents, newest first; none where `scope` may not see it."""
    return _acts(conn, scope, dossier=dossier, limit=limit)


def last(
    conn: Connection, scope: Scope, *, dossier: DossierId | None = None, document: DocumentId | None = None
) -> Act:
    """Return the newest act on a dossier or document that is not undone.

    Raises:
        NothingToUndo: there is none, or not for the one who asks.
    """
    for act in _acts(conn, scope, dossier=dossier, document=document, limit=50):
        if act.undone_at is None:
            return act
    raise NothingToUndo("nothing is left to be undone here")


def _acts(
    conn: Connection,
    scope: Scope,
    *,
    dossier: DossierId | None = None,
    document: DocumentId | None = None,
    limit: int,
) -> list[Act]:
    part = schema.arranging_part.c
    seen_dossier = and_(
        part.subject == f"dossier:{dossier}", schema.dossier.c.id == dossier, visibility.of_dossier(scope)
    )
    seen_document = and_(
        part.subject == f"document:{document}",
        schema.document.c.id == document,
        visibility.of_document(scope),
    )
    rows = conn.execute(
        select(schema.arranging)
        .join_from(schema.arranging, schema.arranging_part, part.arranging_id == schema.arranging.c.id)
        .where(
            or_(
                select(schema.dossier.c.id).where(seen_dossier).correlate(schema.arranging_part).exists(),
                select(schema.document.c.id).where(seen_document).correlate(schema.arranging_part).exists(),
            )
        )
        .order_by(schema.arranging.c.id.desc())
        .limit(limit)
    )
    return [Act.from_row(row) for row in rows]


def undo(conn: Connection, scope: Scope, act: str) -> None:
    """Lay everything as it was before `act`; whoever may change it may undo it, whoever did it.

    Raises:
        NothingToUndo: there is no such act, or it is undone already.
        UndoTooLate: what it left was changed since.
        DocumentNotFound, NotAllowed, DossierSignedOff: the one who asks may not change all of it now.
    """
    found = conn.execute(select(schema.arranging).where(schema.arranging.c.id == act)).first()
    if found is None or found.undone_at is not None:
        raise NothingToUndo("nothing is left to be undone here")
    was, left = found.before, found.after
    places = {DossierId(name) for part in (was, left) for name in (*part["order"], *part["columns"])}
    places |= {
        DossierId(lying["dossier"])
        for part in (was, left)
        for lying in part["documents"].values()
        if lying["dossier"] is not None
    }
    documents = [DocumentId(name) for name in left["documents"]]
    held = arranging.hold(conn, scope, documents, places, merged=True)
    again = conn.execute(
        schema.arranging.update()
        .where(schema.arranging.c.id == act, schema.arranging.c.undone_at.is_(None))
        .values(undone_at=now(), undone_by=scope.actor)
    )
    if again.rowcount != 1:
        raise NothingToUndo("nothing is left to be undone here")
    _require_untouched(conn, held, left)
    before = {name: held.lying[name] for name in documents}
    after = _laid(conn, was["documents"])
    order = {DossierId(name): [DocumentId(each) for each in ids] for name, ids in was["order"].items()}
    arranging.lay(conn, scope, held, before, after, order=order)
    for name, columns in sorted(was["columns"].items()):
        conn.execute(schema.dossier.update().where(schema.dossier.c.id == name).values(**columns))
    _ask_again(conn, before, after)
    event.record(conn, scope, "arranging-undone", f"arranging:{act}", {"kind": found.kind})
    arranging.announce(conn, scope, before, after, [DossierId(name) for name in sorted(was["columns"])])


def _ask_again(
    conn: Connection, before: Mapping[DocumentId, Lying], after: Mapping[DocumentId, Lying]
) -> None:
    """Open the suggestions again by which documents began that begin no longer."""
    begin = {lying.counted[0] for lying in after.values() if lying.counted}
    began = {lying.counted[0] for lying in before.values() if lying.counted}
    boundary = schema.boundary
    conn.execute(
        boundary.update()
        .where(boundary.c.page_id.in_(began - begin), boundary.c.state == "confirmed")
        .values(state="open", decided_by=None, decided_at=None)
    )


def _require_untouched(conn: Connection, held: Held, left: Mapping[str, Any]) -> None:
    expected = _laid(conn, left["documents"])
    for name, lying in expected.items():
        found = held.lying[name]
        if (found.dossier, found.pages, found.apart) != (lying.dossier, lying.pages, lying.apart):
            raise UndoTooLate(f"document {name} was arranged anew since")
    for name, order in left["order"].items():
        if list(held.order[DossierId(name)]) != order:
            raise UndoTooLate(f"the documents of dossier {name} were put into another order since")
    for name, columns in left["columns"].items():
        row = conn.execute(select(schema.dossier).where(schema.dossier.c.id == name)).one()._mapping
        if any(row[column] != value for column, value in columns.items()):
            raise UndoTooLate(f"dossier {name} was changed since")


def _laid(conn: Connection, documents: Mapping[str, Mapping[str, Any]]) -> dict[DocumentId, Lying]:
    """Return how documents lay, from what an act keeps; the register keeps every arrangement."""
    arranged = schema.arrangement.c
    laid = {}
    for name, plain in documents.items():
        pages = conn.execute(
            select(arranged.page_id)
            .where(arranged.document_id == name, arranged.revision == plain["revision"])
            .order_by(arranged.ordinal)
        ).scalars()
        laid[DocumentId(name)] = Lying(
            plain["dossier"],
            plain["after"],
            tuple(PageId(page) for page in pages),
            {PageId(page): why for page, why in plain["apart"].items()},
        )
    return laid

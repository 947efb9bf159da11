"""What an archivist does with documents and pages: split, merge, put in order, move, set apart.

Every act names what the one who acts saw (`seen`: arrangement by document), is refused where somebody was
quicker, is recorded, and can be undone (`catalog.undo`). Ids of pages never change.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from catalog import arranging, schema, visibility
from catalog.access import Scope
from catalog.arranging import ArrangementChanged, ArrangementInvalid, Held, Lying
from catalog.document import DocumentNotFound, stem
from catalog.identifiers import DocumentId, DossierId, PageId, new_id
from catalog.instants import now
from catalog.page import PageNotFound

Seen = Mapping[DocumentId, int]
"""The arrangement of each document that the one who acts had before their eyes."""

APART = ("separator", "blank")
"""Why a sheet is kept and is no page of a document."""


# --- documents ----------------------------------------------------------------------------------------


def split(
    conn: Connection,
    scope: Scope,
    document: DocumentId,
    before: int,
    *,
    seen: Seen,
    apart: Mapping[PageId, str] | None = None,
) -> DocumentId:
    """Make a document of its own of page `before` (2, 3, ...) and all after it; return the new document.

    `apart`: sheets of what is left that are set apart in the same act, and why.

    Raises:
        ArrangementInvalid: there is no such page, or nothing would be left.
        DocumentNotFound, DocumentNotReady, ArrangementChanged, DossierSignedOff, NotAllowed: see `hold`.
    """
    held = arranging.hold(conn, scope, [document], seen=seen)
    lying = held.lying[document]
    if not 2 <= before <= len(lying.counted):
        raise ArrangementInvalid(f"no page {before} to begin with; pages 2 to {len(lying.counted)} can")
    tail = lying.counted[before - 1 :]
    made = _new_document(conn, document, tail[0])
    left = _with(lying, _without(lying, tail), {**lying.apart, **(apart or {})})
    laid = {document: left, made: Lying(lying.dossier, document if left.counted else lying.after, tail)}
    arranging.settle(conn, scope, "document-split", held, laid)
    return made


def merge(conn: Connection, scope: Scope, documents: Sequence[DocumentId], *, seen: Seen) -> None:
    """Put the pages of all `documents` into the first of them, in this order; the others are empty then.

    Raises:
        ArrangementInvalid: fewer than two, one twice, or of several dossiers or fonds.
        DocumentNotFound, DocumentNotReady, ArrangementChanged, DossierSignedOff, NotAllowed: see `hold`.
    """
    if len(documents) < 2 or len(set(documents)) != len(documents):
        raise ArrangementInvalid("two different documents at least are merged")
    held = arranging.hold(conn, scope, documents, seen=seen)
    _require_one_fonds(conn, documents)
    if len({held.lying[name].dossier for name in documents}) != 1:
        raise ArrangementInvalid("documents of several dossiers: move them into one first")
    first, *others = documents
    pages = tuple(page for name in documents for page in held.lying[name].pages)
    apart = {page: why for name in documents for page, why in held.lying[name].apart.items()}
    after = {first: _with(held.lying[first], pages, apart)}
    after |= {name: _with(held.lying[name], ()) for name in others}
    arranging.settle(conn, scope, "documents-merged", held, after)


def put_in_order(conn: Connection, scope: Scope, dossier: DossierId, documents: Sequence[DocumentId]) -> None:
    """Give the documents of a dossier another order; `documents` names all of them once.

    Raises:
        ArrangementChanged: these are not the documents of the dossier: some came or went meanwhile.
        DossierNotFound, DossierSignedOff, NotAllowed: see `hold`.
    """
    held = arranging.hold(conn, scope, documents, [dossier])
    if sorted(held.order[dossier]) != sorted(documents):
        raise ArrangementChanged("these are not all documents of the dossier: look again")
    lying = {name: held.lying[name] for name in documents}
    arranging.settle(conn, scope, "documents-ordered", held, lying, order={dossier: documents})


def move(
    conn: Connection,
    scope: Scope,
    documents: Sequence[DocumentId],
    into: DossierId,
    *,
    seen: Seen,
    after: DocumentId | None = None,
) -> None:
    """Put documents into another dossier of the same fonds, behind `after` (None: as its last).

    Raises:
        ArrangementInvalid: of another fonds, or `after` does not lie there.
        DocumentNotFound, DossierNotFound, ArrangementChanged, DossierSignedOff, NotAllowed: see `hold`.
    """
    held = arranging.hold(conn, scope, documents, [into], seen=seen)
    _require_one_fonds(conn, documents, [into])
    laid = placed(held, documents, into, after)
    arranging.settle(conn, scope, "documents-moved", held, laid)


def placed(
    held: Held, documents: Sequence[DocumentId], into: DossierId, after: DocumentId | None
) -> dict[DocumentId, Lying]:
    """Return how documents lie when they come to lie in `into`, one behind the other."""
    if not documents:
        raise ArrangementInvalid("no document was named")
    if any(held.lying[name].dossier == into for name in documents):
        raise ArrangementInvalid("a document lies in that dossier already")
    there = held.order[into]
    if after is not None and after not in there:
        raise ArrangementInvalid("the document to put them behind does not lie there")
    place = after if after is not None else there[-1] if there else None
    laid = {}
    for name in documents:
        was = held.lying[name]
        laid[name] = Lying(into, place, was.pages, was.apart)
        if was.counted:
            place = name
    return laid


# --- pages --------------------------------------------------------------------------------------------


def put_pages_in_order(
    conn: Connection, scope: Scope, document: DocumentId, pages: Sequence[PageId], *, seen: Seen
) -> None:
    """Give the pages of a document another order; `pages` names all that count, once.

    Raises:
        ArrangementChanged: these are not the pages of the document: some came or went meanwhile.
        DocumentNotFound, DocumentNotReady, DossierSignedOff, NotAllowed: see `hold`.
    """
    held = arranging.hold(conn, scope, [document], seen=seen)
    lying = held.lying[document]
    if sorted(lying.counted) != sorted(pages):
        raise ArrangementChanged("these are not all pages of the document: look again")
    laid = {document: _with(lying, (*pages, *lying.apart))}
    arranging.settle(conn, scope, "pages-ordered", held, laid)


def move_pages(
    conn: Connection,
    scope: Scope,
    pages: Sequence[PageId],
    into: DocumentId,
    *,
    seen: Seen,
    before: int | None = None,
) -> None:
    """Move pages, in this order, into a document: before its page `before` (None: behind its last).

    They may come from several documents of the same fonds; one that gives all its pages is empty then.

    Raises:
        ArrangementInvalid: no page, one twice, one that lies there already, or another fonds.
        PageNotFound, DocumentNotFound, DocumentNotReady, ArrangementChanged, DossierSignedOff, NotAllowed.
    """
    if not pages or len(set(pages)) != len(pages):
        raise ArrangementInvalid("pages to move are named once each")
    sources = _documents_of(conn, pages)
    held = arranging.hold(conn, scope, {*sources, into}, seen=seen)
    _require_one_fonds(conn, sorted({*sources, into}))
    if into in sources:
        raise ArrangementInvalid("a page lies in that document already: put its pages in order instead")
    if not set(pages) <= {page for name in sources for page in held.lying[name].pages}:
        raise ArrangementChanged("a page was moved meanwhile: look again")
    target = held.lying[into]
    at = len(target.counted) if before is None else before - 1
    if not 0 <= at <= len(target.counted):
        raise ArrangementInvalid(f"no page {before} to put them before; there are {len(target.counted)}")
    apart = {page: why for name in sources for page, why in held.lying[name].apart.items() if page in pages}
    laid = {name: _with(held.lying[name], _without(held.lying[name], pages)) for name in sources}
    laid[into] = _with(
        target,
        (*target.counted[:at], *pages, *target.counted[at:], *target.apart),
        {**target.apart, **apart},
    )
    arranging.settle(conn, scope, "pages-moved", held, laid)


def set_apart(conn: Connection, scope: Scope, pages: Sequence[PageId], why: str, *, seen: Seen) -> None:
    """Keep `pages` where they are, but count them no longer: separator sheets and blank ones.

    Raises:
        ArrangementInvalid: an unknown reason, or no page.
        PageNotFound, DocumentNotFound, DocumentNotReady, ArrangementChanged, DossierSignedOff, NotAllowed.
    """
    if why not in APART:
        raise ArrangementInvalid(f"set apart as {why}; known are {', '.join(APART)}")
    _mark(conn, scope, "pages-set-apart", pages, why, seen)


def put_back(conn: Connection, scope: Scope, pages: Sequence[PageId], *, seen: Seen) -> None:
    """Count pages again that were set apart; they come last in their document.

    Raises:
        ArrangementInvalid, PageNotFound and those of `hold`.
    """
    _mark(conn, scope, "pages-put-back", pages, None, seen)


def _mark(
    conn: Connection, scope: Scope, kind: str, pages: Sequence[PageId], why: str | None, seen: Seen
) -> None:
    if not pages:
        raise ArrangementInvalid("no page was named")
    documents = _documents_of(conn, pages)
    held = arranging.hold(conn, scope, documents, seen=seen)
    laid = {}
    for name in documents:
        lying = held.lying[name]
        mine = [page for page in lying.pages if page in pages]
        apart = {page: reason for page, reason in lying.apart.items() if page not in mine}
        apart |= dict.fromkeys(mine, why) if why is not None else {}
        laid[name] = _with(lying, lying.pages, apart)
    arranging.settle(conn, scope, kind, held, laid)


def pages_apart(conn: Connection, scope: Scope, document: DocumentId) -> dict[PageId, str]:
    """Return what is set apart in a document, with the reason.

    Raises:
        DocumentNotFound: there is none that the one who asks may see.
    """
    page, seen = schema.page.c, visibility.of_document(scope)
    if (
        conn.execute(select(schema.document.c.id).where(schema.document.c.id == document, seen)).first()
        is None
    ):
        raise DocumentNotFound("no such document")
    rows = conn.execute(
        select(page.id, page.set_apart).where(page.document_id == document, page.set_apart.is_not(None))
    )
    return {PageId(row.id): row.set_apart for row in rows}


# --- how ----------------------------------------------------------------------------------------------


def _with(lying: Lying, pages: Sequence[PageId], apart: Mapping[PageId, str] | None = None) -> Lying:
    """Return how a document lies with other pages; of those set apart before, the ones still there are."""
    reasons = lying.apart if apart is None else apart
    return Lying(
        lying.dossier,
        lying.after,
        tuple(pages),
        {page: why for page, why in reasons.items() if page in pages},
    )


def _without(lying: Lying, pages: Sequence[PageId]) -> tuple[PageId, ...]:
    gone = set(pages)
    return tuple(page for page in lying.pages if page not in gone)


def _documents_of(conn: Connection, pages: Sequence[PageId]) -> list[DocumentId]:
    """Return the documents in which `pages` lie; who may change them is asked when they are held."""
    page = schema.page.c
    rows = conn.execute(select(page.id, page.document_id).where(page.id.in_(pages))).all()
    if {row.id for row in rows} != set(pages):
        raise PageNotFound("no such page")
    return sorted({DocumentId(row.document_id) for row in rows})


def _require_one_fonds(
    conn: Connection, documents: Sequence[DocumentId], places: Sequence[DossierId] = ()
) -> None:
    """Pass if all come from one fonds: records of several offices are never mixed."""
    fonds = set(
        conn.execute(select(schema.document.c.fonds_id).where(schema.document.c.id.in_(documents))).scalars()
    )
    fonds |= set(
        conn.execute(select(schema.dossier.c.fonds_id).where(schema.dossier.c.id.in_(places))).scalars()
    )
    if len(fonds) > 1:
        raise ArrangementInvalid("of several fonds: records of several offices are never mixed")


def _new_document(conn: Connection, like: DocumentId, first: PageId) -> DocumentId:
    """Enter a document without pages beside another one, named after it and numbered."""
    document, page = schema.document, schema.page.c
    row = conn.execute(select(document).where(document.c.id == like)).one()
    file = conn.execute(select(page.source_file_id).where(page.id == first)).scalar_one()
    parts = conn.execute(
        select(func.count()).where(document.c.source_file_id == row.source_file_id)
    ).scalar_one()
    made = DocumentId(new_id())
    conn.execute(
        document.insert().values(
            id=made,
            fonds_id=row.fonds_id,
            dossier_id=row.dossier_id,
            batch_id=row.batch_id,
            source_file_id=file,
            name=f"{stem(row.name)} ({parts + 1})",
            pages=0,
            pages_read=0,
            state="empty",
            priority=row.priority,
            created_at=now(),
        )
    )
    return made

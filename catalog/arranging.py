"""One act on how documents and pages lie: what was, what is, and the way back.

Every act of `catalog.arrangement` holds what it touches, says how that shall lie, and settles it here. So
one place sees to it that a page lies in exactly one document, that search is told, that a document is bound
and described anew, and that the act can be undone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select

from catalog import described, event, index_feed, schema, visibility, work
from catalog import dossier as dossiers
from catalog.access import Role, Scope
from catalog.document import DocumentNotFound
from catalog.document import in_order as by_place
from catalog.identifiers import DocumentId, DossierId, PageId, new_id
from catalog.instants import now
from catalog.register import lock_rows
from catalog.withheld import not_secret, standing
from luutru.errors import Conflict, IntegrityError, InvalidInput

SETTLING = timedelta(seconds=20)
"""Wait before a rearranged document is bound: whoever splits a stack splits it many times in a row."""

MOST_DOCUMENTS = 2_000
"""Documents of one act; a dossier of more is arranged in parts."""


class DocumentNotReady(Conflict):
    """The document's pages are still being looked at."""

    slug = "document-not-ready"


class ArrangementChanged(Conflict):
    """Somebody arranged the pages meanwhile: look again."""

    slug = "arrangement-changed"


class ArrangementInvalid(InvalidInput):
    """Pages or documents cannot lie like that."""

    slug = "arrangement-invalid"


class PagesDoNotAddUp(IntegrityError):
    """An act would lose or double a page; nothing was recorded."""

    slug = "pages-do-not-add-up"


@dataclass(frozen=True)
class Lying:
    """How one document lies."""

    dossier: DossierId | None
    after: DocumentId | None  #: the document before it in its dossier; None: it is the first
    pages: tuple[PageId, ...]  #: in order; those set apart come last
    apart: Mapping[PageId, str] = field(default_factory=dict)  #: separator or blank, by page

    @property
    def counted(self) -> tuple[PageId, ...]:
        """The pages of the document, without what is set apart."""
        return tuple(page for page in self.pages if page not in self.apart)


@dataclass(frozen=True)
class Held:
    """Documents and dossiers that nobody else can change before this transaction ends."""

    lying: Mapping[DocumentId, Lying]
    order: Mapping[DossierId, tuple[DocumentId, ...]]  #: the documents of each dossier, in order
    revisions: Mapping[DocumentId, int]  #: the arrangement in force


@dataclass(frozen=True)
class Change:
    """Columns of one row, as they were and as they become."""

    before: Mapping[str, str | None]
    after: Mapping[str, str | None]


def hold(
    conn: Connection,
    scope: Scope,
    documents: Collection[DocumentId],
    places: Collection[DossierId] = (),
    *,
    seen: Mapping[DocumentId, int] | None = None,
    merged: bool = False,
) -> Held:
    """Keep all others off `documents` (and `places`), and return how they lie.

    `seen`: the arrangement that the one who acts saw, by document. `merged`: a merged dossier may be changed,
    since this brings it back.

    Raises:
        DocumentNotFound, DocumentNotReady, ArrangementChanged: as they say.
        NotAllowed, DossierSignedOff, DossierMerged: the one who asks may not change a dossier, or not now.
    """
    wanted = set(documents)
    if len(wanted) > MOST_DOCUMENTS:
        raise ArrangementInvalid(f"{len(wanted)} documents in one act; {MOST_DOCUMENTS} at most")
    document = schema.document
    seen_rows = conn.execute(
        select(document.c.id, document.c.dossier_id, schema.fonds.c.unit_id)
        .join_from(document, schema.fonds, schema.fonds.c.id == document.c.fonds_id)
        .where(document.c.id.in_(wanted), not_secret(document), visibility.of_document(scope))
    ).all()
    if {row.id for row in seen_rows} != wanted:
        raise DocumentNotFound("no such document")
    for row in seen_rows:
        if row.dossier_id is None:
            scope.require(Role.ARCHIVIST, row.unit_id)
    inside = {DossierId(row.dossier_id) for row in seen_rows if row.dossier_id is not None} | set(places)
    dossiers.hold_open(conn, scope, inside, merged=merged)
    lock_rows(conn, schema.page, schema.page.c.document_id.in_(wanted))
    lock_rows(conn, document, or_(document.c.id.in_(wanted), document.c.dossier_id.in_(inside)))
    rows = conn.execute(select(document).where(document.c.id.in_(wanted))).all()
    if {row.id: row.dossier_id for row in rows} != {row.id: row.dossier_id for row in seen_rows}:
        raise ArrangementChanged("a document was moved meanwhile: look again")
    for row in rows:
        if row.state == "looking":
            raise DocumentNotReady(f"document {row.id} is still being looked at")
    revisions = {DocumentId(row.id): int(row.arrangement) for row in rows}
    for name, revision in (seen or {}).items():
        if revisions.get(name, revision) != revision:
            raise ArrangementChanged(f"document {name} was arranged anew meanwhile: look again")
    order = {place: tuple(in_order(conn, scope, place)) for place in sorted(inside)}
    return Held(_lying(conn, rows, order), order, revisions)


def in_order(conn: Connection, scope: Scope, dossier: DossierId) -> list[DocumentId]:
    """Return the documents of a dossier that have pages, in their order: as arranged, then by name."""
    document = schema.document.c
    rows = conn.execute(
        select(document.id, document.ordinal, document.name).where(
            document.dossier_id == dossier,
            document.state != "empty",
            not_secret(schema.document),
            visibility.of_document(scope),
        )
    ).all()
    return [DocumentId(row.id) for row in sorted(rows, key=by_place)]


def _lying(
    conn: Connection, rows: Sequence[Row[Any]], order: Mapping[DossierId, Sequence[DocumentId]]
) -> dict[DocumentId, Lying]:
    arranged, document = schema.arrangement.c, schema.document.c
    pages: dict[str, list[tuple[PageId, str | None]]] = {row.id: [] for row in rows}
    for row in conn.execute(
        select(arranged.document_id, arranged.page_id, schema.page.c.set_apart)
        .join_from(
            schema.arrangement,
            schema.document,
            and_(document.id == arranged.document_id, document.arrangement == arranged.revision),
        )
        .join(schema.page, schema.page.c.id == arranged.page_id)
        .where(arranged.document_id.in_(pages))
        .order_by(arranged.document_id, arranged.ordinal)
    ):
        pages[row.document_id].append((PageId(row.page_id), row.set_apart))
    return {
        DocumentId(row.id): Lying(
            row.dossier_id,
            _before(order.get(row.dossier_id, ()), row.id),
            tuple(page for page, _apart in pages[row.id]),
            {page: apart for page, apart in pages[row.id] if apart is not None},
        )
        for row in rows
    }


def _before(order: Sequence[DocumentId], document: str) -> DocumentId | None:
    """Return who comes before `document`; the last of all where it does not lie there (it is empty)."""
    at = order.index(DocumentId(document)) if document in order else len(order)
    return order[at - 1] if at else None


def settle(
    conn: Connection,
    scope: Scope,
    kind: str,
    held: Held,
    after: Mapping[DocumentId, Lying],
    *,
    order: Mapping[DossierId, Sequence[DocumentId]] | None = None,
    columns: Mapping[DossierId, Change] | None = None,
) -> str:
    """Record an act: documents lie as `after` says from now on; return the act's id.

    A document that is not held was made for this act and is empty so far. `order`: dossiers whose documents
    get another order; `columns`: of dossiers, as they were and as they become.

    Raises:
        PagesDoNotAddUp: a page would be lost or doubled; let the transaction fail.
    """
    order, columns = order or {}, columns or {}
    after = {name: _apart_last(lying) for name, lying in after.items()}
    before = {name: held.lying.get(name, Lying(lying.dossier, None, ())) for name, lying in after.items()}
    revisions = lay(conn, scope, held, before, after, order=order)
    for name, change in sorted(columns.items()):
        conn.execute(schema.dossier.update().where(schema.dossier.c.id == name).values(**change.after))
    identifier = new_id()
    conn.execute(
        schema.arranging.insert().values(
            id=identifier,
            kind=kind,
            actor=scope.actor,
            at=now(),
            before={
                "documents": {
                    name: _plain(lying, held.revisions.get(name, 1)) for name, lying in before.items()
                },
                "order": {name: list(held.order[name]) for name in order},
                "columns": {name: dict(change.before) for name, change in columns.items()},
            },
            after={
                "documents": {name: _plain(lying, revisions[name]) for name, lying in after.items()},
                "order": {name: list(to) for name, to in order.items()},
                "columns": {name: dict(change.after) for name, change in columns.items()},
            },
        )
    )
    places = {lying.dossier for lying in (*before.values(), *after.values()) if lying.dossier is not None}
    subjects = [f"dossier:{name}" for name in sorted(places | order.keys() | columns.keys())]
    subjects += [f"document:{name}" for name in sorted(after)]
    conn.execute(
        schema.arranging_part.insert(),
        [{"arranging_id": identifier, "subject": subject} for subject in subjects],
    )
    pages = sum(len(lying.pages) for lying in after.values())
    told = {"arranging": identifier, "documents": len(after), "pages": pages}
    event.record(conn, scope, kind, subjects[0], told)
    announce(conn, scope, before, after, sorted(columns))
    return identifier


def lay(
    conn: Connection,
    scope: Scope,
    held: Held,
    before: Mapping[DocumentId, Lying],
    after: Mapping[DocumentId, Lying],
    *,
    order: Mapping[DossierId, Sequence[DocumentId]],
) -> dict[DocumentId, int]:
    """Write down that held documents lie as `after` says; return the arrangement of each.

    Raises:
        PagesDoNotAddUp: a page would be lost or doubled.
    """
    scope.require(Role.ARCHIVIST)
    had = sorted(page for lying in before.values() for page in lying.pages)
    have = sorted(page for lying in after.values() for page in lying.pages)
    if had != have or len(set(have)) != len(have):
        raise PagesDoNotAddUp(
            f"{len(had)} pages before, {len(have)} after, {len(set(have))} of them different"
        )
    revisions = {}
    for name in sorted(after):
        revisions[name] = held.revisions.get(name, 1)
        if (before[name].pages, before[name].apart) != (after[name].pages, after[name].apart):
            revisions[name] += 1
            _lay_pages(conn, name, after[name], revisions[name])
    changed = [name for name in sorted(after) if revisions[name] != held.revisions.get(name, 1)]
    for name in changed:
        _made_fresh(conn, name, after[name], revisions[name])
    for name in sorted(after):
        if before[name].dossier != after[name].dossier:
            conn.execute(
                schema.document.update()
                .where(schema.document.c.id == name)
                .values(dossier_id=after[name].dossier, ordinal=None)
            )
    described.want(conn, scope, schema.document.c.id.in_(changed))
    for place in sorted(held.order):
        _number(conn, held.order[place], order.get(place) or _order_of(place, held.order[place], after))
    return revisions


def _lay_pages(conn: Connection, document: DocumentId, lying: Lying, revision: int) -> None:
    """Give `document` a new arrangement, and its pages to it."""
    page = schema.page
    if not lying.pages:
        return
    conn.execute(
        schema.arrangement.insert(),
        [
            {"document_id": document, "revision": revision, "ordinal": at, "page_id": name}
            for at, name in enumerate(lying.pages, start=1)
        ],
    )
    mine = page.c.id.in_(lying.pages)
    conn.execute(
        page.update().where(mine).values(document_id=document, set_apart=None, sheet=None, side=None)
    )
    for reason in sorted(set(lying.apart.values())):
        apart = [name for name, why in lying.apart.items() if why == reason]
        conn.execute(page.update().where(page.c.id.in_(apart)).values(set_apart=reason))


def _made_fresh(conn: Connection, name: DocumentId, lying: Lying, revision: int) -> None:
    """Count a document's pages again, and make it work: to be bound and checked anew.

    Its old PDF/A is let go at once: a page in it may lie in a dossier now that others may not see.
    """
    document, page = schema.document, schema.page
    mine = page.c.document_id == name
    there = select(func.count()).select_from(page).where(mine).scalar_subquery()
    read = (
        select(func.count())
        .select_from(page)
        .where(mine, page.c.state.in_(("read", "blank")))
        .scalar_subquery()
    )
    fresh = work.anew(document) | {"not_before": now() + SETTLING}
    conn.execute(
        document.update()
        .where(document.c.id == name)
        .values(
            arrangement=revision,
            pages=there,
            pages_read=read,
            pdf_key=None,
            **({"state": "empty", "ordinal": None} if not lying.counted else {}),
            **fresh | (standing() if lying.counted else {}),
        )
    )
    conn.execute(
        schema.checking.update()
        .where(schema.checking.c.document_id == name)
        .values(state="waiting", doubt=1.0)
    )


def _order_of(
    place: DossierId, order: Sequence[DocumentId], after: Mapping[DocumentId, Lying]
) -> list[DocumentId]:
    """Return the order of a dossier's documents: who comes is put behind the one named, who stays stays."""
    lies = {name for name, lying in after.items() if lying.dossier == place and lying.counted}
    there = [name for name in order if name in lies or name not in after]
    coming = [name for name in after if name in lies and name not in there]
    while coming:
        ready = [name for name in coming if (who := after[name].after) is None or who in there]
        for name in ready or coming:
            who = after[name].after
            there.insert(0 if who is None else there.index(who) + 1 if who in there else len(there), name)
            coming.remove(name)
            break
    return there


def _number(conn: Connection, was: Sequence[DocumentId], order: Sequence[DocumentId]) -> None:
    if order and list(was) != list(order):
        conn.execute(
            schema.document.update()
            .where(schema.document.c.id == bindparam("document"))
            .values(ordinal=bindparam("place")),
            [{"document": name, "place": at} for at, name in enumerate(order, start=1)],
        )


def _apart_last(lying: Lying) -> Lying:
    """Return how a document lies with what is set apart behind its pages, so that these count from 1."""
    pages = (*lying.counted, *(page for page in lying.pages if page in lying.apart))
    return Lying(lying.dossier, lying.after, pages, {p: lying.apart[p] for p in pages if p in lying.apart})


def _plain(lying: Lying, revision: int) -> dict[str, Any]:
    """Return how a document lies as an act keeps it; the pages stand under the arrangement's revision."""
    return {
        "dossier": lying.dossier,
        "after": lying.after,
        "revision": revision,
        "apart": dict(lying.apart),
    }


def announce(
    conn: Connection,
    scope: Scope,
    before: Mapping[DocumentId, Lying],
    after: Mapping[DocumentId, Lying],
    places: Sequence[DossierId],
) -> None:
    """Tell search of every page that lies elsewhere now, and of dossiers that changed."""
    scope.require(Role.ARCHIVIST)
    was, becomes = _found_at(before), _found_at(after)
    moved = sorted(name for name in was.keys() | becomes.keys() if was.get(name) != becomes.get(name))
    page, dossier = schema.page, schema.dossier
    published = and_(page.c.id.in_(moved), page.c.published.is_(True))
    entries = [
        index_feed.page_entry(PageId(name))
        for name in conn.execute(
            page.update().where(published).values(revision=page.c.revision + 1).returning(page.c.id)
        ).scalars()
    ]
    # What is set apart is not to be found: search holds it as it should when it holds it not.
    conn.execute(
        page.update().where(published, page.c.set_apart.is_not(None)).values(indexed_revision=page.c.revision)
    )
    conn.execute(dossier.update().where(dossier.c.id.in_(places)).values(revision=dossier.c.revision + 1))
    entries += [index_feed.dossier_entry(name) for name in places]
    index_feed.announce(conn, scope, sorted(entries))


def _found_at(lying: Mapping[DocumentId, Lying]) -> dict[PageId, tuple[DocumentId, DossierId | None, int]]:
    return {
        page: (name, each.dossier, number)
        for name, each in lying.items()
        for number, page in enumerate(each.counted, start=1)
    }

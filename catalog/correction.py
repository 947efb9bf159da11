"""Readings that people correct: every version of a page's words, and which of them is current.

A person's reading beats every machine reading, also one that is made later. What was read before is kept, so
an older version can be made current again. A correction is of this page: copies of the same bytes elsewhere
keep their own, since they are other people's records.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, or_, select

from catalog import authority, described, event, index_feed, objects, recheck, schema, work
from catalog.access import Scope
from catalog.identifiers import DocumentId, ObjectKey, PageId, ReadingId, new_id
from catalog.instants import now
from catalog.page import StoredReading
from catalog.page import get as get_page
from luutru.errors import Conflict, NotFound

BY_PERSON = "person"


class ReadingChanged(Conflict):
    """Another reading became current meanwhile; nothing was changed. Look at it and say it again."""

    slug = "reading-changed"


class ReadingNotFound(NotFound):
    """The page has no such reading."""

    slug = "reading-not-found"


class NothingToCorrect(Conflict):
    """The page has no reading: it is blank, held, or waits to be read."""

    slug = "nothing-to-correct"


@dataclass(frozen=True)
class Version:
    """One reading of a page, without its words."""

    id: ReadingId
    source: str  #: machine, text-layer or person
    actor: str
    made_at: datetime
    corrects: ReadingId | None  #: the one that a person changed into this
    key: ObjectKey
    words: int
    mean_confidence: float
    current: bool


def versions(conn: Connection, scope: Scope, page: PageId) -> list[Version]:
    """Return every reading of the page, newest first; a copy's are those of its bytes by machine.

    Raises:
        PageNotFound: there is none that the one who asks may see.
    """
    get_page(conn, scope, page)
    return _versions(conn, page)


def current(conn: Connection, scope: Scope, page: PageId) -> Version:
    """Return the reading of the page that counts.

    Raises:
        PageNotFound: there is none that the one who asks may see.
        NothingToCorrect: it has none.
    """
    for version in versions(conn, scope, page):
        if version.current:
            return version
    raise NothingToCorrect("this page has no reading")


def corrected(
    conn: Connection, scope: Scope, page: PageId, reading: StoredReading, *, base: ReadingId
) -> ReadingId:
    """Make a reading that a person corrected the current one; the store keeps it already.

    Search, PDF/A, ALTO and the description follow; what passed control waits for the first round again.

    Args:
        base: the reading that the person saw and changed.

    Raises:
        ReadingChanged: another one is current by now; nothing was changed.
        PageNotFound, NotAllowed: the one who asks may not see the page, or may only read.
    """
    document = _held_by_archivist(conn, scope, page, base)
    objects.note_correction(conn, scope, reading.key, reading.size)
    identifier = ReadingId(new_id())
    conn.execute(
        schema.reading.insert().values(
            id=identifier,
            page_id=page,
            source=BY_PERSON,
            actor=scope.actor,
            made_at=now(),
            engines=dict(reading.engines),
            settings_hash=reading.settings_hash,
            mean_confidence=reading.mean_confidence,
            agreed_share=reading.agreed_share,
            words=reading.words,
            degraded=reading.degraded,
            corrects=base,
            object_key=reading.key,
        )
    )
    _make_current(conn, scope, document, page, identifier, "reading-corrected", base)
    return identifier


def choose(conn: Connection, scope: Scope, page: PageId, reading: ReadingId, *, base: ReadingId) -> None:
    """Make an older version current again; the newer ones are kept.

    Raises:
        ReadingChanged: another than `base` is current by now; nothing was changed.
        ReadingNotFound: it is no reading of this page.
        PageNotFound, NotAllowed: the one who asks may not see the page, or may only read.
    """
    document = _held_by_archivist(conn, scope, page, base)
    if reading not in {version.id for version in _versions(conn, page)}:
        raise ReadingNotFound("this page has no such reading")
    if reading != base:
        _make_current(conn, scope, document, page, reading, "reading-chosen", base)


def _held_by_archivist(conn: Connection, scope: Scope, page: PageId, base: ReadingId) -> DocumentId:
    """Take the page for this transaction if the one who asks may correct it and `base` is still current."""
    document = get_page(conn, scope, page).document
    authority.require_change(conn, scope, document)
    authority.lock_document(conn, scope, document)
    row = conn.execute(
        select(schema.page.c.reading_id, schema.page.c.document_id).where(schema.page.c.id == page)
    ).one()
    if row.reading_id is None:
        raise NothingToCorrect("this page has no reading")
    if row.reading_id != base or row.document_id != document:
        raise ReadingChanged("somebody else corrected this page meanwhile")
    return document


def _make_current(
    conn: Connection,
    scope: Scope,
    document: DocumentId,
    page: PageId,
    reading: ReadingId,
    kind: str,
    base: ReadingId,
) -> None:
    table, papers = schema.page, schema.document
    conn.execute(
        table.update().where(table.c.id == page).values(reading_id=reading, revision=table.c.revision + 1)
    )
    bound = and_(papers.c.id == document, papers.c.state.in_(("waiting", "bound", "held")))
    conn.execute(papers.update().where(bound).values(state="waiting", **work.anew(papers)))
    described.want(conn, scope, papers.c.id == document)
    event.record(conn, scope, kind, f"page:{page}", {"reading": reading, "before": base})
    recheck.after_change(conn, scope, document)
    index_feed.announce(conn, scope, [index_feed.page_entry(page)])


def _versions(conn: Connection, page: PageId) -> list[Version]:
    row = conn.execute(
        select(schema.page.c.reading_id, schema.page.c.twin_of).where(schema.page.c.id == page)
    ).one()
    reading = schema.reading.c
    shared = and_(reading.page_id == row.twin_of, reading.source != BY_PERSON)
    rows = conn.execute(
        select(schema.reading)
        .where(or_(reading.page_id == page, reading.id == row.reading_id, shared))
        .order_by(reading.id.desc())
    )
    return [_version(each, row.reading_id) for each in rows]


def _version(row: Row[tuple[object, ...]], current: str | None) -> Version:
    r = row._mapping
    return Version(
        ReadingId(r["id"]),
        r["source"],
        r["actor"],
        r["made_at"],
        ReadingId(r["corrects"]) if r["corrects"] else None,
        ObjectKey(r["object_key"]),
        r["words"],
        r["mean_confidence"],
        r["id"] == current,
    )

"""Pages (trang): one picture of one sheet's side, what was found on it, and what was read off it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from catalog import schema, visibility
from catalog.access import Role, Scope
from catalog.identifiers import (
    BatchId,
    DocumentId,
    DossierId,
    FondsId,
    ObjectKey,
    PageId,
    ReadingId,
    SourceFileId,
    UnitId,
    new_id,
)
from catalog.instants import now
from catalog.standing import readers as readers_of
from luutru.errors import NotFound


class PageNotFound(NotFound):
    """No such page, or not for the one who asks."""

    slug = "page-not-found"


@dataclass(frozen=True)
class Page:
    """One page; its id never changes, whatever document it comes to lie in."""

    id: PageId
    document: DocumentId
    source_file: SourceFileId
    batch: BatchId
    number: int  #: 1, 2, ... within its document
    image_index: int  #: 0, 1, ... within its source file
    media_type: str  #: of its source file
    object_key: ObjectKey  #: of its source file
    state: str  #: read, blank or held
    reason: str | None
    reading_key: ObjectKey | None  #: the current reading
    width: int | None  #: pixels of the master image
    height: int | None
    dpi: int | None
    rotation: int  #: degrees clockwise that turn the master upright
    embedded: bool  #: the master image is the one image that the page consists of
    skew: float | None  #: degrees
    flags: tuple[str, ...]
    set_apart: str | None  #: separator or blank: kept, but no page of the document
    sheet: int | None  #: number of its sheet in the dossier, once numbered
    side: int | None  #: 1 or 2 of that sheet

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Page":
        """Build from a row of `_columns`."""
        r = row._mapping
        return cls(
            PageId(r["id"]),
            DocumentId(r["document_id"]),
            SourceFileId(r["source_file_id"]),
            BatchId(r["batch_id"]),
            r["ordinal"],
            r["image_index"],
            r["media_type"],
            ObjectKey(r["master_key"]),
            r["state"],
            r["reason"],
            r["reading_key"],
            r["width"],
            r["height"],
            r["dpi"],
            r["rotation"] or 0,
            bool(r["embedded"]),
            r["skew"],
            tuple(r["flags"]),
            r["set_apart"],
            r["sheet"],
            r["side"],
        )


_columns = (
    select(
        schema.page,
        schema.arrangement.c.ordinal,
        schema.source_file.c.media_type,
        schema.source_file.c.object_key.label("master_key"),
        schema.reading.c.object_key.label("reading_key"),
    )
    .join(schema.document, schema.document.c.id == schema.page.c.document_id)
    .join(
        schema.arrangement,
        (schema.arrangement.c.page_id == schema.page.c.id)
        & (schema.arrangement.c.document_id == schema.document.c.id)
        & (schema.arrangement.c.revision == schema.document.c.arrangement),
    )
    .join(schema.source_file, schema.source_file.c.id == schema.page.c.source_file_id)
    .outerjoin(schema.reading, schema.reading.c.id == schema.page.c.reading_id)
    .where(schema.page.c.published.is_(True))
)
"""Only published pages: what its file's admission has not let through exists for the worker alone."""


@dataclass(frozen=True)
class Finding:
    """What looking at one page brought to light."""

    state: str  #: read, blank or held
    width: int | None = None
    height: int | None = None
    dpi: int | None = None
    rotation: int | None = None
    embedded: bool | None = None
    skew: float | None = None
    blur: float | None = None
    contrast: float | None = None
    flags: tuple[str, ...] = ()
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class StoredReading:
    """A reading that the store already keeps, about to be recorded."""

    key: ObjectKey
    size: int
    source: str  #: machine or text-layer
    engines: Mapping[str, str]
    settings_hash: str
    mean_confidence: float
    agreed_share: float
    words: int
    degraded: bool


def get(conn: Connection, scope: Scope, identifier: PageId) -> Page:
    """Return the page.

    Raises:
        PageNotFound: there is none that the one who asks may see.
    """
    row = conn.execute(_columns.where(schema.page.c.id == identifier, visibility.of_document(scope))).first()
    if row is None:
        raise PageNotFound("no such page")
    return Page.from_row(row)


def of_document(conn: Connection, scope: Scope, document: DocumentId) -> list[Page]:
    """Return the published pages of a document, in order, without what is set apart.

    None where `scope` may not see it.
    """
    rows = conn.execute(
        _columns.where(
            schema.page.c.document_id == document,
            schema.page.c.set_apart.is_(None),
            visibility.of_document(scope),
        ).order_by(schema.arrangement.c.ordinal)
    )
    return [Page.from_row(row) for row in rows]


def of_dossier(conn: Connection, scope: Scope, dossier: DossierId) -> dict[DocumentId, list[Page]]:
    """Return the published pages of every document of a dossier, in order, without what is set apart."""
    rows = conn.execute(
        _columns.where(
            schema.document.c.dossier_id == dossier,
            schema.page.c.set_apart.is_(None),
            visibility.of_document(scope),
        ).order_by(schema.page.c.document_id, schema.arrangement.c.ordinal)
    )
    found: dict[DocumentId, list[Page]] = {}
    for row in rows:
        found.setdefault(DocumentId(row.document_id), []).append(Page.from_row(row))
    return found


def note_reading(conn: Connection, scope: Scope, page: PageId, reading: StoredReading) -> ReadingId:
    """Write down a reading that the store keeps; in the transaction that lets the page have it."""
    identifier = ReadingId(new_id())
    conn.execute(
        schema.reading.insert(),
        {
            "id": identifier,
            "page_id": page,
            "source": reading.source,
            "actor": scope.actor,
            "made_at": now(),
            "engines": dict(reading.engines),
            "settings_hash": reading.settings_hash,
            "mean_confidence": reading.mean_confidence,
            "agreed_share": reading.agreed_share,
            "words": reading.words,
            "degraded": reading.degraded,
            "object_key": reading.key,
        },
    )
    return identifier


@dataclass(frozen=True)
class Findable:
    """What search must know of a page, but for its text, which the reading holds."""

    page: PageId
    document: DocumentId
    dossier: DossierId | None
    fonds: FondsId
    unit: UnitId | None
    batch: BatchId
    name: str
    number: int
    type: str | None
    year: int | None
    reading_key: ObjectKey
    revision: int
    readers: frozenset[UnitId]  #: whose people may see it
    title: str | None  #: of its document, as far as that is described


def findable(conn: Connection, scope: Scope, pages: Sequence[PageId]) -> list[Findable]:
    """Return those of `pages` that search should hold, in no order."""
    scope.require(Role.ADMINISTRATOR)
    page, document, fonds = schema.page.c, schema.document.c, schema.fonds.c
    rows = conn.execute(
        select(
            page.id,
            page.document_id,
            document.dossier_id,
            document.fonds_id,
            fonds.unit_id,
            page.batch_id,
            document.name,
            document.title,
            schema.arrangement.c.ordinal,
            document.type,
            document.year,
            schema.reading.c.object_key,
            page.revision,
        )
        .join_from(schema.page, schema.document, document.id == page.document_id)
        .join(schema.fonds, fonds.id == document.fonds_id)
        .join(schema.reading, schema.reading.c.id == page.reading_id)
        .join(
            schema.arrangement,
            (schema.arrangement.c.page_id == page.id)
            & (schema.arrangement.c.document_id == document.id)
            & (schema.arrangement.c.revision == document.arrangement),
        )
        .where(
            page.id.in_(pages),
            page.published.is_(True),
            page.state == "read",
            page.set_apart.is_(None),
            visibility.of_document(scope),
        )
    )
    seen_by: dict[DossierId, frozenset[UnitId]] = {}
    found = []
    for row in rows:
        place: DossierId | None = row.dossier_id
        if place is None:
            readers = frozenset({UnitId(row.unit_id)}) if row.unit_id else frozenset()
        else:
            if place not in seen_by:
                seen_by[place] = readers_of(conn, scope, place)
            readers = seen_by[place]
        found.append(
            Findable(
                PageId(row.id),
                DocumentId(row.document_id),
                place,
                FondsId(row.fonds_id),
                row.unit_id,
                BatchId(row.batch_id),
                row.name,
                row.ordinal,
                row.type,
                row.year,
                ObjectKey(row.object_key),
                row.revision,
                readers,
                row.title,
            )
        )
    return found


def should_be_indexed(conn: Connection, scope: Scope) -> dict[PageId, int]:
    """Return every page that search should hold, with its revision (for `check` and `reindex`)."""
    scope.require(Role.ADMINISTRATOR)
    rows = conn.execute(
        select(schema.page.c.id, schema.page.c.revision)
        .join_from(schema.page, schema.document, schema.document.c.id == schema.page.c.document_id)
        .where(
            schema.page.c.published.is_(True),
            schema.page.c.state == "read",
            schema.page.c.set_apart.is_(None),
            visibility.of_document(scope),
        )
    )
    return {PageId(row.id): row.revision for row in rows}

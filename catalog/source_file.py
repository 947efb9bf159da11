"""Source files: what arrived, byte for byte, from the quay into the store or back with a reason."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, or_, select

from catalog import described, index_feed, objects, schema, work
from catalog.access import Role, Scope
from catalog.batch import Batch
from catalog.batch import find as find_batch
from catalog.dossier import reopened
from catalog.identifiers import BatchId, DocumentId, DossierId, ObjectKey, PageId, SourceFileId, new_id
from catalog.in_transfer import is_frozen
from catalog.instants import now
from catalog.register import lock_rows, lock_subject
from catalog.withheld import SECRET, not_secret
from luutru.errors import NotFound


class SourceFileNotFound(NotFound):
    """No such file, or not for the one who asks."""

    slug = "source-file-not-found"


@dataclass(frozen=True)
class SourceFile:
    """One file as it arrived."""

    id: SourceFileId
    batch: BatchId
    dossier: DossierId | None
    duplicate_of: SourceFileId | None
    origin: str
    path: str  #: within the batch
    size: int  #: bytes
    sha256: str
    media_type: str | None
    pages: int | None
    state: str  #: received, opened, done, held, refused
    code: str | None
    reason: str | None
    quay_name: str | None
    object_key: ObjectKey | None

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "SourceFile":
        """Build from a row of `schema.source_file`."""
        r = row._mapping
        return cls(
            SourceFileId(r["id"]),
            BatchId(r["batch_id"]),
            r["dossier_id"],
            r["duplicate_of"],
            r["origin"],
            r["path"],
            r["size"],
            r["sha256"],
            r["media_type"],
            r["pages"],
            r["state"],
            r["code"],
            r["reason"],
            r["quay_name"],
            r["object_key"],
        )


def register(
    conn: Connection,
    scope: Scope,
    batch: Batch,
    *,
    origin: str,
    path: str,
    sha256: str,
    size: int,
    quay_name: str,
    dossier: DossierId | None = None,
    parent: SourceFileId | None = None,
    secret: bool = False,
) -> SourceFileId | None:
    """Write down that a file lies on the quay; None = these bytes from this origin are here already.

    `secret`: its bytes are known to be held for a secret mark; `origin` and `sha256` are seals then, and it
    is held at once.
    """
    scope.require(Role.ARCHIVIST, batch.unit)
    lock_subject(conn, f"origin:{batch.fonds}:{origin}")
    lock_subject(conn, f"bytes:{sha256}")  # a copy of them may just now be held for its secret mark
    if _known(conn, batch, origin, sha256):
        return None
    identifier = SourceFileId(new_id())
    conn.execute(
        schema.source_file.insert().values(
            id=identifier,
            batch_id=batch.id,
            fonds_id=batch.fonds,
            dossier_id=dossier,
            parent_id=parent,
            origin=origin,
            path=path,
            size=size,
            sha256=sha256,
            state="held" if secret else "received",
            code=SECRET if secret else None,
            quay_name=quay_name,
            priority=batch.priority,
            received_at=now(),
        )
    )
    return identifier


def turn_away(
    conn: Connection, scope: Scope, batch: Batch, *, origin: str, path: str, code: str, reason: str
) -> None:
    """Write down a file that could not even be received; twice is harmless."""
    scope.require(Role.ARCHIVIST, batch.unit)
    lock_subject(conn, f"origin:{batch.fonds}:{origin}")
    if not _known(conn, batch, origin, ""):
        conn.execute(
            schema.source_file.insert().values(
                id=new_id(),
                batch_id=batch.id,
                fonds_id=batch.fonds,
                origin=origin,
                path=path,
                size=0,
                sha256="",
                state="refused",
                code=code,
                reason=reason,
                priority=batch.priority,
                received_at=now(),
            )
        )


def known(conn: Connection, scope: Scope, batch: Batch, *, origin: str) -> frozenset[str]:
    """Return the SHA-256 of everything that this fonds received from `origin` before."""
    scope.require(Role.ARCHIVIST, batch.unit)
    file = schema.source_file.c
    query = select(file.sha256).where(file.fonds_id == batch.fonds, file.origin == origin)
    return frozenset(conn.execute(query).scalars())


def _known(conn: Connection, batch: Batch, origin: str, sha256: str) -> bool:
    file = schema.source_file.c
    query = select(file.id).where(file.fonds_id == batch.fonds, file.origin == origin, file.sha256 == sha256)
    return conn.execute(query).first() is not None


def stands_on(conn: Connection, scope: Scope, batch: Batch, quay_name: str) -> bool:
    """Return whether a file of this fonds is recorded to lie on the quay under `quay_name`."""
    scope.require(Role.ARCHIVIST, batch.unit)
    file = schema.source_file.c
    query = select(file.id).where(file.fonds_id == batch.fonds, file.quay_name == quay_name)
    return conn.execute(query.limit(1)).first() is not None


_FILE = select(schema.source_file).where(schema.source_file.c.id == bindparam("file"))


def get(conn: Connection, scope: Scope, identifier: SourceFileId) -> SourceFile:
    """Return the file, to those who may see its batch.

    Raises:
        SourceFileNotFound: there is none that the one who asks may see.
    """
    row = conn.execute(_FILE, {"file": identifier}).first()
    if row is None:
        raise SourceFileNotFound("no such file")
    found = SourceFile.from_row(row)
    find_batch(conn, scope, found.batch)
    return found


def files(
    conn: Connection, scope: Scope, batch: BatchId, *, offset: int = 0, limit: int = 200
) -> list[SourceFile]:
    """Return the files of a batch in the order they came; those with a secret mark have no name."""
    find_batch(conn, scope, batch)
    rows = conn.execute(
        select(schema.source_file)
        .where(schema.source_file.c.batch_id == batch)
        .order_by(schema.source_file.c.id)
        .offset(offset)
        .limit(limit)
    )
    return [SourceFile.from_row(row) for row in rows]


def opened(
    conn: Connection,
    scope: Scope,
    claim: work.Claim,
    *,
    media_type: str,
    pages: int,
    signed: bool,
    name: str,
) -> DocumentId:
    """Record that the file holds `pages` pages: they become work, and one document for now.

    Bytes that are here already are not read twice: each page waits for, or shares, its twin's reading.
    """
    scope.require(Role.ADMINISTRATOR)
    lock_bytes(conn, schema.source_file.c.id == claim.id)
    dossier = _place_for(conn, scope, claim)
    work.hold(conn, scope, claim)
    mine = conn.execute(_FILE, {"file": claim.id}).one()
    file, fonds, priority = SourceFile.from_row(mine), mine.fonds_id, mine.priority
    original = _original(conn, file)
    document = DocumentId(new_id())
    twins = _pages_of(conn, original) if original else {}
    rows = []
    for index in range(pages):
        twin = twins.get(index)
        row: dict[str, object] = {
            "id": new_id(),
            "source_file_id": file.id,
            "image_index": index,
            "document_id": document,
            "batch_id": file.batch,
            "priority": priority,
            "state": "waiting",
            "twin_of": twin["id"] if twin else None,
            **{column: None for column in FINDINGS if column not in ("state", "flags")},
            "flags": [],
        }
        if twin and twin["state"] != "waiting":
            row |= {column: twin[column] for column in FINDINGS}
        rows.append(row)
    conn.execute(
        schema.document.insert(),
        {
            "id": document,
            "fonds_id": fonds,
            "dossier_id": dossier,
            "batch_id": file.batch,
            "source_file_id": file.id,
            "name": name,
            "pages": len(rows),
            "pages_read": sum(row["state"] in ("read", "blank") for row in rows),
            "state": "looking",
            "priority": priority,
            "created_at": now(),
        },
    )
    if rows:
        conn.execute(schema.page.insert(), rows)
        conn.execute(
            schema.arrangement.insert(),
            [
                {"document_id": document, "revision": 1, "ordinal": i + 1, "page_id": row["id"]}
                for i, row in enumerate(rows)
            ],
        )
    work.finish(
        conn,
        scope,
        claim,
        state="opened",
        media_type=media_type,
        pages=pages,
        signed=signed,
        duplicate_of=original,
        waiting_pages=sum(row["state"] == "waiting" for row in rows),
    )
    return document


def _place_for(conn: Connection, scope: Scope, claim: work.Claim) -> DossierId | None:
    """Return the dossier that a file's document comes to lie in, and keep it as it is meanwhile.

    It may have been merged into another one since the file came, or signed off: then it is open again. One
    that is being handed over takes nothing: the document lies in no dossier then.
    """
    dossier = schema.dossier
    mine = select(schema.source_file.c.dossier_id).where(schema.source_file.c.id == claim.id)
    place = conn.execute(mine).scalar_one_or_none()
    while place is not None:
        lock_rows(conn, dossier, dossier.c.id == place)
        row = conn.execute(select(dossier.c.state, dossier.c.merged_into).where(dossier.c.id == place)).one()
        if row.merged_into is None:
            if conn.execute(select(dossier.c.id).where(dossier.c.id == place, is_frozen())).first():
                return None  # it is being handed over: what comes now waits outside for an archivist
            if row.state in ("checked", "signed-off"):
                reopened(conn, scope, DossierId(place), reason="new scans came")
            return DossierId(place)
        place = row.merged_into
    return None


FINDINGS = (
    "state",
    "code",
    "reason",
    "reading_id",
    "quay_reading",
    "screened",
    "width",
    "height",
    "dpi",
    "rotation",
    "embedded",
    "skew",
    "blur",
    "contrast",
    "flags",
)
"""What looking at a page finds out: columns that a twin shares."""


def lock_bytes(conn: Connection, condition: ColumnElement[bool]) -> None:
    """Keep all others off the file under `condition` and off every other file of the same bytes.

    What one of them comes to, its twins come to: opening, looking, admitting and retrying take turns. On
    SQLite every writing transaction is alone anyway.
    """
    if conn.dialect.name != "postgresql":
        return
    sha256 = conn.execute(select(schema.source_file.c.sha256).where(condition)).scalar_one()
    lock_subject(conn, f"bytes:{sha256}")


_other = schema.source_file.c
_ORIGINAL = (
    select(_other.id)
    .where(
        _other.sha256 == bindparam("of_bytes"),
        _other.id != bindparam("file"),
        _other.duplicate_of.is_(None),
        _other.state.in_(("opened", "done")),
        _other.pages > 0,
    )
    .order_by(_other.id)
    .limit(1)
)


def _original(conn: Connection, file: SourceFile) -> SourceFileId | None:
    found = conn.execute(_ORIGINAL, {"of_bytes": file.sha256, "file": file.id}).scalar()
    return SourceFileId(found) if found is not None else None


def _pages_of(conn: Connection, file: SourceFileId) -> dict[int, dict[str, object]]:
    """Return what copies share of a file's pages, by their index; of their words only what a machine read.

    What a person corrected is of that one record, which the copy's keepers may not even see.
    """
    page, reading = schema.page, schema.reading
    corrected = page.c.reading_id.in_(select(reading.c.id).where(reading.c.source == "person"))
    by_machine = (
        select(reading.c.id)
        .where(reading.c.page_id == page.c.id, reading.c.source != "person")
        .order_by(reading.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    shared = case((corrected, by_machine), else_=page.c.reading_id).label("reading_id")
    columns = [page.c.id, page.c.image_index, *(page.c[name] for name in FINDINGS if name != "reading_id")]
    rows = conn.execute(select(*columns, shared).where(page.c.source_file_id == file, page.c.part == 0))
    return {row.image_index: dict(row._mapping) for row in rows}


def unpacked(conn: Connection, scope: Scope, claim: work.Claim, *, media_type: str) -> None:
    """Record that the file was an archive: its members are registered, itself it is no record."""
    work.finish(
        conn,
        scope,
        claim,
        state="done",
        media_type=media_type,
        pages=0,
        quay_name=None,
        done_at=now(),
    )


def refused(conn: Connection, scope: Scope, claim: work.Claim, *, code: str, reason: str) -> None:
    """Record that the file cannot be taken, and why; its bytes stay on the quay for another try."""
    work.finish(conn, scope, claim, state="refused", code=code, reason=reason)


def admitted(conn: Connection, scope: Scope, claim: work.Claim, *, key: ObjectKey, size: int) -> list[PageId]:
    """Record that the store keeps the bytes as a master; its pages may be found from now on.

    The readings that waited on the quay were taken over before, in the same transaction
    (`catalog.quay_reading`).
    """
    lock_bytes(conn, schema.source_file.c.id == claim.id)
    objects.note(conn, scope, key, size, "master")
    work.finish(conn, scope, claim, state="done", object_key=key, quay_name=None, done_at=now())
    mine = schema.page.c.source_file_id == claim.id
    lock_rows(conn, schema.page, mine)
    conn.execute(_SHOW, {"file": claim.id})
    # Its pages may lie elsewhere by now: a file that a custodian released is admitted late.
    document = schema.document
    laid = document.c.id.in_(select(schema.page.c.document_id).where(mine))
    papers = or_(laid, document.c.source_file_id == claim.id)
    lock_rows(conn, document, papers)
    conn.execute(_BIND, {"file": claim.id})
    described.want(conn, scope, papers)
    readable = [PageId(page) for page in conn.execute(_READABLE, {"file": claim.id}).scalars()]
    index_feed.announce(conn, scope, [index_feed.page_entry(page) for page in readable])
    return readable


_of_file = schema.page.c.source_file_id == bindparam("file")
_laid = schema.document.c.id.in_(select(schema.page.c.document_id).where(_of_file))
_SHOW = schema.page.update().where(_of_file).values(published=True)
_BIND = (
    schema.document.update()
    .where(
        or_(_laid, schema.document.c.source_file_id == bindparam("file")),
        or_(
            schema.document.c.state == "looking",
            and_(
                _laid, schema.document.c.state.in_(("waiting", "bound", "held")), not_secret(schema.document)
            ),
        ),
    )
    .values(state="waiting", **work.anew(schema.document))
)
_READABLE = select(schema.page.c.id).where(_of_file, schema.page.c.state == "read")


def on_quay(conn: Connection, scope: Scope) -> set[str]:
    """Return the names on the quay that some file still needs."""
    scope.require(Role.ADMINISTRATOR)
    file = schema.source_file.c
    return set(conn.execute(select(file.quay_name).where(file.quay_name.is_not(None))).scalars())

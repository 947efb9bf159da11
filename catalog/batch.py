"""Batches (lô): what came in together, and the ledger that says where every page of it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, and_, case, delete, false, func, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from catalog import event, schema, work
from catalog.access import Role, Scope
from catalog.fonds import Fonds
from catalog.identifiers import BatchId, FondsId, SourceFileId, UnitId, new_id
from catalog.instants import now
from catalog.register import lock_rows
from catalog.visibility import SERVED
from catalog.withheld import SECRET, WIPED, not_secret
from luutru.errors import NotFound


class BatchNotFound(NotFound):
    """No such batch, or not for the one who asks."""

    slug = "batch-not-found"


@dataclass(frozen=True)
class Batch:
    """Provenance only: what came in together says nothing about how it belongs together."""

    id: BatchId
    name: str
    fonds: FondsId
    fonds_code: str
    unit: UnitId | None
    origin: str  #: the folder it came from, or "upload"
    priority: int  #: higher goes first
    created_by: str
    created_at: datetime
    closed_at: datetime | None  #: everything announced has been received

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Batch":
        """Build from a row of `_columns`."""
        r = row._mapping
        return cls(
            BatchId(r["id"]),
            r["name"],
            FondsId(r["fonds_id"]),
            r["fonds_code"],
            r["unit_id"],
            r["origin"],
            r["priority"],
            r["created_by"],
            r["created_at"],
            r["closed_at"],
        )


@dataclass(frozen=True)
class Unfinished:
    """A file or page that did not get through, and why."""

    source_file: SourceFileId
    page: int | None  #: number within the file; None = the file as a whole
    name: str
    code: str
    reason: str
    again: bool = True  #: another try can help; not where no bytes were taken in, as of a link


@dataclass(frozen=True)
class Ledger:
    """Where every page of a batch is. received = read + blank + held pages + secret pages + still to do."""

    files: int
    received: int  #: pages of the files that could be opened
    read: int  #: pages with words read off them, shared readings included
    described: int  #: pages with words, of documents of which is known what they are
    indexed: int  #: pages that search finds
    blank: int
    duplicate: int  #: pages of files whose bytes were here before; counted in `read` and `blank` too
    held: tuple[Unfinished, ...]
    refused: tuple[Unfinished, ...]
    secret_files: int  #: held for a secret mark, by count alone: their names are the custodian's to know
    secret_pages: int  #: pages of those, and of what the custodian wiped
    files_to_open: int
    pages_to_read: int
    files_to_admit: int
    pages_to_index: int
    documents_to_describe: int
    documents_to_bind: int

    @property
    def held_pages(self) -> int:
        """Pages that wait for a person."""
        return sum(item.page is not None for item in self.held)

    @property
    def findable(self) -> bool:
        """Everything that can be found is found."""
        return not (self.files_to_open or self.pages_to_read or self.files_to_admit or self.pages_to_index)

    @property
    def finished(self) -> bool:
        """Nothing is left to do but what waits for a person."""
        return self.findable and not (self.documents_to_describe or self.documents_to_bind)

    @property
    def adds_up(self) -> bool:
        """Every page received is accounted for."""
        return (
            self.received == self.read + self.blank + self.held_pages + self.secret_pages + self.pages_to_read
        )


_columns = select(schema.batch, schema.fonds.c.code.label("fonds_code")).join(
    schema.fonds, schema.fonds.c.id == schema.batch.c.fonds_id
)


def _visible(scope: Scope) -> ColumnElement[bool]:
    """Batches are the archivists' concern: those of units in which one is an archivist, or one's own."""
    if scope.may_everywhere(Role.ARCHIVIST):
        return true()
    units = [unit for unit in scope.units if scope.may(Role.ARCHIVIST, unit)]
    own = schema.batch.c.created_by == scope.actor if scope.user is not None else false()
    return or_(schema.batch.c.unit_id.in_(units), own) if scope.may(Role.ARCHIVIST) else false()


def create(
    conn: Connection, scope: Scope, name: str, fonds: Fonds, *, origin: str, priority: int = 0
) -> BatchId:
    """Open a batch of `fonds`.

    Raises:
        NotAllowed: the one who asks is no archivist of the fonds' unit.
    """
    scope.require(Role.ARCHIVIST, fonds.unit)
    identifier = BatchId(new_id())
    conn.execute(
        schema.batch.insert().values(
            id=identifier,
            name=name,
            fonds_id=fonds.id,
            unit_id=fonds.unit,
            origin=origin,
            priority=priority,
            created_by=scope.actor,
            created_at=now(),
        )
    )
    event.record(conn, scope, "batch-opened", f"batch:{identifier}", {"priority": priority})
    return identifier


def close(conn: Connection, scope: Scope, batch: BatchId) -> None:
    """Say that everything announced has been received; twice is harmless."""
    find(conn, scope, batch)
    conn.execute(
        schema.batch.update()
        .where(schema.batch.c.id == batch, schema.batch.c.closed_at.is_(None))
        .values(closed_at=now())
    )


def drop_empty(conn: Connection, scope: Scope, batch: BatchId) -> None:
    """Take back a batch into which nothing new came; one with files in it stays."""
    find(conn, scope, batch)
    inside = select(schema.source_file.c.id).where(schema.source_file.c.batch_id == batch)
    if conn.execute(inside.limit(1)).first() is None:
        conn.execute(delete(schema.batch).where(schema.batch.c.id == batch))


def latest_of(conn: Connection, scope: Scope, fonds: FondsId, origin: str) -> Batch | None:
    """Return the newest batch of `fonds` that came from `origin`; None = there was none."""
    row = conn.execute(
        _columns.where(schema.batch.c.fonds_id == fonds, schema.batch.c.origin == origin, _visible(scope))
        .order_by(schema.batch.c.id.desc())
        .limit(1)
    ).first()
    return Batch.from_row(row) if row is not None else None


def find(conn: Connection, scope: Scope, batch: BatchId) -> Batch:
    """Return the batch.

    Raises:
        BatchNotFound: there is none that the one who asks may see.
    """
    row = conn.execute(_columns.where(schema.batch.c.id == batch, _visible(scope))).first()
    if row is None:
        raise BatchNotFound("no such batch")
    return Batch.from_row(row)


def at_work(conn: Connection, scope: Scope, batch: BatchId) -> bool:
    """Return whether a task of the batch waits or is in hand: half of what its ledger costs, or less.

    Raises:
        BatchNotFound: there is none that the one who asks may see.
    """
    find(conn, scope, batch)
    return work.any_of_batch(conn, scope, batch)


def among(conn: Connection, scope: Scope, identifiers: Collection[BatchId]) -> dict[BatchId, Batch]:
    """Return those of `identifiers` that `scope` may see, by id; for the counts of search results."""
    if not identifiers:
        return {}
    rows = conn.execute(_columns.where(schema.batch.c.id.in_(set(identifiers)), _visible(scope)))
    return {found.id: found for found in map(Batch.from_row, rows)}


def batches(conn: Connection, scope: Scope, *, offset: int = 0, limit: int = 50) -> list[Batch]:
    """Return the batches that `scope` may see, newest first."""
    rows = conn.execute(
        _columns.where(_visible(scope)).order_by(schema.batch.c.id.desc()).offset(offset).limit(limit)
    )
    return [Batch.from_row(row) for row in rows]


def prioritise(conn: Connection, scope: Scope, batch: BatchId, priority: int) -> None:
    """Put a batch's remaining work before or behind that of others."""
    found = find(conn, scope, batch)
    scope.require(Role.ARCHIVIST, found.unit)
    conn.execute(schema.batch.update().where(schema.batch.c.id == batch).values(priority=priority))
    for table in (schema.source_file, schema.page, schema.document):
        lock_rows(conn, table, table.c.batch_id == batch)
    description = schema.description
    mine = description.c.id.in_(select(schema.document.c.id).where(schema.document.c.batch_id == batch))
    lock_rows(conn, description, mine)
    for table in (schema.source_file, schema.page, schema.document):
        conn.execute(table.update().where(table.c.batch_id == batch).values(priority=priority))
    conn.execute(description.update().where(mine).values(priority=priority))
    event.record(conn, scope, "batch-prioritised", f"batch:{batch}", {"priority": priority})


def ledger(conn: Connection, scope: Scope, batch: BatchId) -> Ledger:
    """Return where every page of `batch` is.

    Raises:
        BatchNotFound: there is none that the one who asks may see.
    """
    find(conn, scope, batch)
    page, file, document = schema.page.c, schema.source_file.c, schema.document.c
    mine = page.batch_id == batch
    counts = select(page.state, func.count().label("pages")).where(mine).group_by(page.state)
    states: dict[str, int] = {row.state: row.pages for row in conn.execute(counts)}
    # Each from ix_page_ledger alone, without a look at the rows: 0.02 s for 100,000 pages.
    read = and_(mine, page.state == "read")
    unknown = and_(read, page.indexed_revision.is_(None))
    old = and_(read, page.indexed_revision < page.revision)
    secret = (
        select(document.id)
        .join_from(schema.document, schema.dossier, schema.dossier.c.id == document.dossier_id)
        .where(document.batch_id == batch, schema.dossier.c.access_mode.not_in(SERVED))
    )

    def pages(which: ColumnElement[bool]) -> int:
        return conn.execute(select(func.count()).select_from(schema.page).where(which)).scalar_one()

    to_index = sum(pages(and_(which, page.published.is_(True))) for which in (unknown, old))
    if to_index and conn.execute(secret.limit(1)).first():  # search never takes those in
        to_index -= pages(and_(or_(unknown, old), page.published.is_(True), page.document_id.in_(secret)))
    files = conn.execute(
        select(
            func.count().label("files"),
            _sum(file.state == "received").label("to_open"),
            _sum(file.state == "opened").label("to_admit"),
            _sum(and_(file.state == "held", file.code == SECRET)).label("secret"),
            func.coalesce(func.sum(case((file.duplicate_of.is_not(None), file.pages))), 0).label("duplicate"),
        ).where(file.batch_id == batch)
    ).one()
    to_bind = conn.execute(
        select(func.count()).where(document.batch_id == batch, document.state == "waiting")
    ).scalar_one()
    description = schema.description.c
    told = conn.execute(
        select(
            _sum(description.state == "waiting").label("waiting"),
            func.coalesce(func.sum(case((description.state == "described", description.pages))), 0).label(
                "pages"
            ),
        )
        .join_from(schema.document, schema.description, description.id == document.id)
        .where(document.batch_id == batch)
    ).one()
    unfinished = _unfinished(conn, batch)
    return Ledger(
        files=files.files,
        received=sum(states.values()),
        read=states.get("read", 0),
        described=told.pages,
        indexed=states.get("read", 0) - pages(unknown),
        blank=states.get("blank", 0),
        duplicate=files.duplicate,
        held=tuple(item for state, item in unfinished if state == "held"),
        refused=tuple(item for state, item in unfinished if state == "refused"),
        secret_files=files.secret,
        secret_pages=pages(and_(mine, page.state == "held", page.code.in_((SECRET, WIPED)))),
        files_to_open=files.to_open,
        pages_to_read=states.get("waiting", 0),
        files_to_admit=files.to_admit,
        pages_to_index=to_index,
        documents_to_describe=told.waiting,
        documents_to_bind=to_bind,
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _unfinished(conn: Connection, batch: BatchId) -> list[tuple[str, Unfinished]]:
    file, page, document = schema.source_file.c, schema.page.c, schema.document.c
    found = [
        (row.state, Unfinished(row.id, None, row.path, row.code or "", row.reason or "", row.kept))
        for row in conn.execute(
            select(
                file.id,
                file.state,
                file.path,
                file.code,
                file.reason,
                file.quay_name.is_not(None).label("kept"),
            )
            .where(
                file.batch_id == batch, file.state.in_(("held", "refused")), not_secret(schema.source_file)
            )
            .order_by(file.id)
        )
    ]
    found += [
        ("held", Unfinished(row.id, row.image_index + 1, row.path, row.code or "", row.reason or ""))
        for row in conn.execute(
            select(file.id, page.image_index, file.path, page.code, page.reason)
            .join_from(schema.page, schema.source_file, file.id == page.source_file_id)
            .where(page.batch_id == batch, page.state == "held", not_secret(schema.page))
            .order_by(page.id)
        )
    ]
    found += [
        ("held", Unfinished(row.id, None, row.path, row.code or "", row.reason or ""))
        for row in conn.execute(
            select(file.id, file.path, document.code, document.reason)
            .join_from(schema.document, schema.source_file, file.id == document.source_file_id)
            .where(document.batch_id == batch, document.state == "held", not_secret(schema.document))
            .order_by(document.id)
        )
    ]
    description = schema.description.c
    found += [
        ("held", Unfinished(row.id, None, row.path, row.code or "", row.reason or ""))
        for row in conn.execute(
            select(file.id, file.path, description.code, description.reason)
            .join_from(schema.document, schema.source_file, file.id == document.source_file_id)
            .join(schema.description, description.id == document.id)
            .where(document.batch_id == batch, description.state == "held")
            .order_by(document.id)
        )
    ]
    return found

"""Which kept pages were not yet looked through for secret marks by the rules of today."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from catalog import schema
from catalog.access import Role, Scope
from catalog.answer import Source
from catalog.identifiers import ObjectKey, PageId, SourceFileId


@dataclass(frozen=True)
class ToScreen:
    """One page that waits, and where its bytes and its reading lie."""

    page: PageId
    source_file: SourceFileId
    image_index: int
    media_type: str
    object_key: ObjectKey
    reading_key: ObjectKey | None  #: of the machine's first reading: it tells where the words stand


def _waits(rules: int, origin: str | None = None) -> ColumnElement[bool]:
    page = schema.page.c
    batches = select(schema.batch.c.id).where(schema.batch.c.origin == origin)
    return and_(
        true() if origin is None else page.batch_id.in_(batches),
        page.published.is_(True),
        page.twin_of.is_(None),
        page.state.in_(("read", "blank")),
        page.mark_released.is_(False),
        or_(page.screened.is_(None), page.screened < rules),
    )


def left(conn: Connection, scope: Scope, rules: int, *, origin: str | None = None) -> int:
    """Return how many pages wait; `origin`: of batches that came so."""
    scope.require(Role.ADMINISTRATOR)
    waiting = select(func.count()).select_from(schema.page).where(_waits(rules, origin))
    return conn.execute(waiting).scalar_one()


def to_screen(
    conn: Connection,
    scope: Scope,
    rules: int,
    *,
    limit: int,
    skip: Collection[PageId] = (),
    origin: str | None = None,
) -> list[ToScreen]:
    """Return the next pages that wait, the oldest first, no two of one file: a mark on one holds all."""
    scope.require(Role.ADMINISTRATOR)
    page, file, reading = schema.page.c, schema.source_file.c, schema.reading
    other = reading.alias("other")
    first_read = (
        select(other.c.id)
        .where(other.c.page_id == page.id, other.c.source != Source.PERSON.value)
        .order_by(other.c.made_at, other.c.id)
        .limit(1)
        .correlate(schema.page)
        .scalar_subquery()
    )
    rows = conn.execute(
        select(
            page.id, page.source_file_id, page.image_index, file.media_type, file.object_key,
            schema.reading.c.object_key.label("reading_key"),
        )
        .join_from(schema.page, schema.source_file, file.id == page.source_file_id)
        .outerjoin(schema.reading, reading.c.id == first_read)
        .where(_waits(rules, origin), page.id.not_in(skip))
        .order_by(page.id)
        .limit(limit)
    )  # fmt: skip
    first: dict[str, ToScreen] = {}
    for row in rows:
        first.setdefault(
            row.source_file_id,
            ToScreen(
                PageId(row.id),
                SourceFileId(row.source_file_id),
                row.image_index,
                row.media_type,
                ObjectKey(row.object_key),
                row.reading_key,
            ),
        )
    return list(first.values())


def screened(conn: Connection, scope: Scope, page: PageId, rules: int) -> None:
    """Record that a page, and with it its twins, was looked through and has no mark."""
    scope.require(Role.ADMINISTRATOR)
    table = schema.page
    conn.execute(
        table.update().where(or_(table.c.id == page, table.c.twin_of == page)).values(screened=rules)
    )


def unseen(conn: Connection, scope: Scope, skipped: Collection[PageId] = ()) -> int:
    """Return how many kept pages nobody could look at, `skipped` among them: they have not passed."""
    scope.require(Role.ADMINISTRATOR)
    page = schema.page.c
    query = select(func.count()).select_from(schema.page)
    not_seen = or_(page.state == "held", page.id.in_(skipped))
    return conn.execute(query.where(page.published.is_(True), not_seen)).scalar_one()

"""Looking at a page: where its bytes lie, and what was found on it, for itself and its twins."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, or_, select

from catalog import described, index_feed, objects, schema, work
from catalog.access import Role, Scope
from catalog.identifiers import ObjectKey, PageId, SourceFileId
from catalog.page import Finding, StoredReading, note_reading
from catalog.register import lock_rows
from catalog.source_file import FINDINGS, lock_bytes
from catalog.withheld import not_secret


@dataclass(frozen=True)
class ToLookAt:
    """Where the bytes of a page lie that waits to be looked at; whether a person saw that it has no mark."""

    page: PageId
    source_file: SourceFileId
    image_index: int
    media_type: str
    quay_name: str | None  #: before admission
    object_key: ObjectKey | None  #: after it
    mark_released: bool


def to_look_at(conn: Connection, scope: Scope, claim: work.Claim) -> ToLookAt:
    """Return where the bytes of a claimed page lie."""
    scope.require(Role.ADMINISTRATOR)
    row = conn.execute(_TO_LOOK_AT, {"page": claim.id}).one()
    return ToLookAt(
        PageId(claim.id),
        row.id,
        row.image_index,
        row.media_type,
        row.quay_name,
        row.object_key,
        row.mark_released,
    )


_TO_LOOK_AT = (
    select(
        schema.source_file.c.id,
        schema.page.c.image_index,
        schema.source_file.c.media_type,
        schema.source_file.c.quay_name,
        schema.source_file.c.object_key,
        schema.page.c.mark_released,
    )
    .join_from(schema.page, schema.source_file, schema.source_file.c.id == schema.page.c.source_file_id)
    .where(schema.page.c.id == bindparam("page"))
)


def looked_at(
    conn: Connection,
    scope: Scope,
    claim: work.Claim,
    finding: Finding,
    *,
    reading: StoredReading | None = None,
    on_quay: str | None = None,
    screened: int | None = None,
) -> None:
    """Record what was found on a page, for itself and for its twins; words that a person corrected stand.

    `on_quay`: the reading's name on the quay, where its file is not admitted yet and no store may have it.
    `screened`: by which rules the page was looked through for a secret mark.

    Raises:
        ClaimLost: somebody else looks at it; let the transaction fail.
    """
    scope.require(Role.ADMINISTRATOR)
    page, file = schema.page, schema.source_file
    mine = select(page.c.source_file_id).where(page.c.id == claim.id).scalar_subquery()
    same = or_(page.c.id == claim.id, page.c.twin_of == claim.id)
    lock_bytes(conn, file.c.id == mine)
    if reading is not None:
        objects.note(conn, scope, reading.key, reading.size, "reading")
    lock_rows(conn, file, file.c.id.in_(select(page.c.source_file_id).where(same)))
    lock_rows(conn, page, same)
    values: dict[str, object] = {column: getattr(finding, column, None) for column in FINDINGS}
    values |= {"flags": list(finding.flags), "quay_reading": on_quay, "screened": screened}
    if reading is not None:
        values["reading_id"] = note_reading(conn, scope, PageId(claim.id), reading)
    kept = {name: value for name, value in values.items() if name != "reading_id"}
    it, *twins = conn.execute(_WITH_TWINS, {"page": claim.id}).all()
    work.finish(conn, scope, claim, **(kept if it.corrected else values))
    for corrected, found in ((True, kept), (False, values)):
        some = [one.id for one in twins if one.corrected == corrected]
        if some:
            conn.execute(page.update().where(page.c.id.in_(some)).values(**found))
    _settle(conn, scope, [claim.id, *(one.id for one in twins)], finding.state)


_WITH_TWINS = (
    select(
        schema.page.c.id,
        select(schema.reading.c.id)
        .where(schema.reading.c.id == schema.page.c.reading_id, schema.reading.c.source == "person")
        .exists()
        .label("corrected"),
    )
    .where(
        or_(
            schema.page.c.id == bindparam("page"),
            and_(schema.page.c.twin_of == bindparam("page"), schema.page.c.state == "waiting"),
        )
    )
    .order_by(schema.page.c.id != bindparam("page"), schema.page.c.id)
)
"""A page, and behind it its twins that wait for what is found on it; whether a person corrected its words."""


def _settle(conn: Connection, scope: Scope, pages: Sequence[str], state: str) -> None:
    """Count settled pages off their files; where the file was admitted before, let them be found."""
    page, document = schema.page, schema.document
    rows = conn.execute(_SETTLED, {"pages": pages}).all()
    for name, count in sorted(Counter(row.source_file_id for row in rows).items()):
        conn.execute(_FEWER_WAIT, {"file": name, "settled": count})
    if state == "held":
        return
    lock_rows(conn, document, document.c.id.in_({row.document_id for row in rows}))
    for name, count in sorted(Counter(row.document_id for row in rows).items()):
        conn.execute(_MORE_READ, {"document": name, "settled": count})
    late = [row for row in rows if row.state == "done"]
    if not late:
        return
    conn.execute(
        page.update()
        .where(page.c.id.in_([row.id for row in late]))
        .values(published=True, revision=page.c.revision + 1)
    )
    # Whoever binds the document just now does so without these pages: their claim is lost.
    stale = and_(
        document.c.id.in_({row.document_id for row in late}),
        document.c.state.in_(("waiting", "bound", "held")),
        not_secret(document),
    )
    conn.execute(document.update().where(stale).values(state="waiting", **work.anew(document)))
    described.want(conn, scope, document.c.id.in_({row.document_id for row in late}))
    if state == "read":
        index_feed.announce(conn, scope, [index_feed.page_entry(PageId(row.id)) for row in late])


_SETTLED = (
    select(
        schema.page.c.id,
        schema.page.c.source_file_id,
        schema.page.c.document_id,
        schema.source_file.c.state,
    )
    .join_from(schema.page, schema.source_file, schema.source_file.c.id == schema.page.c.source_file_id)
    .where(schema.page.c.id.in_(bindparam("pages", expanding=True)))
    .order_by(schema.page.c.id)
)
_FEWER_WAIT = (
    schema.source_file.update()
    .where(schema.source_file.c.id == bindparam("file"))
    .values(waiting_pages=schema.source_file.c.waiting_pages - bindparam("settled"))
)
_MORE_READ = (
    schema.document.update()
    .where(schema.document.c.id == bindparam("document"))
    .values(pages_read=schema.document.c.pages_read + bindparam("settled"))
)

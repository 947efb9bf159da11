"""Readings of pages whose file is not admitted yet: they lie on the quay, and the register has their names.

Until every page of a file was looked through for a secret mark, nothing of it may be in a store.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, func, select

from catalog import objects, schema, work
from catalog.access import Role, Scope
from catalog.identifiers import PageId, SourceFileId
from catalog.page import StoredReading, note_reading
from catalog.register import lock_rows
from catalog.source_file import lock_bytes


def kept_already(conn: Connection, scope: Scope, page: PageId) -> bool:
    """Return whether the page's file, or one of the same bytes, was admitted before."""
    scope.require(Role.ADMINISTRATOR)
    return conn.execute(_KEPT, {"page": page}).first() is not None


_other = schema.source_file.alias("other")
_KEPT = (
    select(_other.c.id)
    .join_from(schema.page, schema.source_file, schema.source_file.c.id == schema.page.c.source_file_id)
    .join(_other, _other.c.sha256 == schema.source_file.c.sha256)
    .where(schema.page.c.id == bindparam("page"), _other.c.object_key.is_not(None))
    .limit(1)
)


def waiting(conn: Connection, scope: Scope, file: SourceFileId) -> list[str]:
    """Return the names of the readings of a file's pages that wait on the quay."""
    scope.require(Role.ADMINISTRATOR)
    return sorted(set(conn.execute(_WAITING, {"file": file}).scalars()))


_WAITING = select(schema.page.c.quay_reading).where(
    schema.page.c.source_file_id == bindparam("file"), schema.page.c.quay_reading.is_not(None)
)


def needed(conn: Connection, scope: Scope) -> set[str]:
    """Return the names of all readings on the quay that some page still needs."""
    scope.require(Role.ADMINISTRATOR)
    name = schema.page.c.quay_reading
    return set(conn.execute(select(name).where(name.is_not(None)).distinct()).scalars())


def taken_over(conn: Connection, scope: Scope, readings: Mapping[str, StoredReading]) -> None:
    """Give pages their readings, which the store keeps now, by the names they had on the quay.

    A name that no page has any more is passed over: a file of the same bytes was quicker.
    """
    scope.require(Role.ADMINISTRATOR)
    page = schema.page
    lock_rows(conn, page, page.c.quay_reading.in_(readings))
    rows = conn.execute(_READ_OFF, {"names": list(readings)}).all()
    first: dict[str, PageId] = {}
    for row in rows:
        first.setdefault(row.quay_reading, PageId(row.id))
    for name in sorted(
        first, key=lambda name: readings[name].key
    ):  # objects in the order everybody takes them
        objects.note(conn, scope, readings[name].key, readings[name].size, "reading")
    for name, reader in sorted(first.items()):
        identifier = note_reading(conn, scope, reader, readings[name])
        conn.execute(_TAKE_OVER, {"waited": name, "reading_id": identifier, "quay_reading": None})


_READ_OFF = (
    select(schema.page.c.id, schema.page.c.quay_reading)
    .where(schema.page.c.quay_reading.in_(bindparam("names", expanding=True)))
    .order_by(schema.page.c.twin_of.is_not(None), schema.page.c.id)
)
_TAKE_OVER = schema.page.update().where(schema.page.c.quay_reading == bindparam("waited"))


def lost(conn: Connection, scope: Scope, claim: work.Claim, names: Collection[str]) -> None:
    """Have pages read again whose reading is no longer on the quay; gives back the file's claim.

    Names that no page has any more are passed over.
    """
    lock_bytes(conn, schema.source_file.c.id == claim.id)
    work.finish(conn, scope, claim)
    page, file = schema.page, schema.source_file
    gone = page.c.quay_reading.in_(names)
    lock_rows(conn, file, file.c.id.in_(select(page.c.source_file_id).where(gone)))
    lock_rows(conn, page, gone)
    counted = conn.execute(
        select(page.c.source_file_id, page.c.document_id, func.count().label("pages"))
        .where(gone)
        .group_by(page.c.source_file_id, page.c.document_id)
    ).all()
    conn.execute(page.update().where(gone).values(state="waiting", quay_reading=None))
    for row in sorted(counted, key=lambda row: row.source_file_id):
        more = file.c.waiting_pages + row.pages
        conn.execute(file.update().where(file.c.id == row.source_file_id).values(waiting_pages=more))
        document = schema.document
        fewer = document.c.pages_read - row.pages
        conn.execute(document.update().where(document.c.id == row.document_id).values(pages_read=fewer))

"""What the register forgets of files that are held for a secret mark: all that was read off them or known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, select

from catalog import objects, schema, work
from catalog.access import Role, Scope
from catalog.identifiers import ObjectKey, PageId, SourceFileId
from catalog.register import upsert
from catalog.withheld import SECRET

STRUCTURE = frozenset({"source_file", "page", "document", "arrangement", "secret_mark"})
"""Tables whose rows stay, emptied, so that the ledger adds up; of no other do any that refer to them."""


@dataclass(frozen=True)
class Forgotten:
    """What must go elsewhere too."""

    pages: tuple[PageId, ...]  #: that could be seen
    quay_readings: frozenset[str]


def forget(
    conn: Connection, scope: Scope, files: Sequence[SourceFileId], *, keys: Collection[ObjectKey]
) -> Forgotten:
    """Empty the pages and documents of `files`; what the store kept of them (and `keys`) is to be erased.

    The caller holds the rows and has taken the files' own keys from them.
    """
    scope.require(Role.ADMINISTRATOR)
    page, document = schema.page, schema.document
    own, papers = page.c.source_file_id.in_(files), document.c.source_file_id.in_(files)
    seen = conn.execute(
        select(page.c.id).where(own, page.c.published.is_(True)).order_by(page.c.id)
    ).scalars()
    pages = tuple(PageId(name) for name in seen)
    waiting = conn.execute(select(page.c.quay_reading).where(own, page.c.quay_reading.is_not(None))).scalars()
    quay_readings = frozenset(waiting)
    gone = set(keys) | _kept_of(conn, own, papers)
    conn.execute(
        page.update()
        .where(own)
        .values(
            **{**work.anew(page), "code": SECRET},
            state="held",
            reading_id=None,
            quay_reading=None,
            screened=None,
            published=False,
            revision=page.c.revision + 1,
            indexed_revision=None,
            **dict.fromkeys(MEASURED),
            flags=[],
        )
    )
    conn.execute(
        document.update()
        .where(papers)
        .values(
            **{**work.anew(document), "code": SECRET},
            state="held",
            name="",
            type=None,
            year=None,
            pages_read=0,
            pdf_key=None,
        )
    )
    _forget_rows(conn, page, select(page.c.id).where(own).scalar_subquery())
    _forget_rows(conn, document, select(document.c.id).where(papers).scalar_subquery())
    for key in sorted(gone):
        if not objects.is_referenced(conn, scope, key):
            conn.execute(delete(schema.kept_object).where(schema.kept_object.c.key == key))
            conn.execute(upsert(conn, schema.to_erase).values(key=key).on_conflict_do_nothing())
    return Forgotten(pages, quay_readings)


MEASURED = ("width", "height", "dpi", "rotation", "embedded", "skew", "blur", "contrast")


def _kept_of(conn: Connection, own: ColumnElement[bool], papers: ColumnElement[bool]) -> set[ObjectKey]:
    reading, derivative = schema.reading.c, schema.derivative.c
    pages = select(schema.page.c.id).where(own)
    documents = select(schema.document.c.id).where(papers)
    found = set(conn.execute(select(reading.object_key).where(reading.page_id.in_(pages))).scalars())
    made = select(derivative.object_key).where(derivative.document_id.in_(documents))
    return {ObjectKey(key) for key in found | set(conn.execute(made).scalars())}


def _forget_rows(conn: Connection, table: Table, names: ColumnElement[str]) -> None:
    """Delete whatever refers to the rows of `table` called `names`, and whatever refers to that."""
    for other in reversed(schema.metadata.sorted_tables):
        if other.name in STRUCTURE:
            continue
        for key in other.foreign_keys:
            if key.column.table is not table:
                continue
            mine = key.parent.in_(names)
            if "id" in other.c:
                _forget_rows(conn, other, select(other.c.id).where(mine).scalar_subquery())
            conn.execute(delete(other).where(mine))

"""What the register forgets of files that are held for a secret mark: all that was read off them or known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, or_, select

from catalog import described, findability, in_transfer, objects, schema, work
from catalog.access import Role, Scope
from catalog.document import stem
from catalog.forgetting_acts import forget_acts
from catalog.forgetting_values import forget_values
from catalog.identifiers import DocumentId, ObjectKey, PageId, SourceFileId
from catalog.register import upsert
from catalog.withheld import SECRET, not_secret, standing

STRUCTURE = frozenset({"source_file", "page", "document", "arrangement", "secret_mark"})
"""Tables whose rows stay, emptied, so that the ledger adds up; of no other do any that refer to them."""


@dataclass(frozen=True)
class Forgotten:
    """What must go elsewhere too."""

    pages: tuple[PageId, ...]  #: that could be seen
    quay_readings: frozenset[str]


def hosts(conn: Connection, scope: Scope, files: Sequence[SourceFileId]) -> list[DocumentId]:
    """Return every document that began with `files`, or in which a page of them ever lay."""
    scope.require(Role.ADMINISTRATOR)
    document, arranged = schema.document.c, schema.arrangement.c
    own = select(schema.page.c.id).where(schema.page.c.source_file_id.in_(files))
    lay = select(arranged.document_id).where(arranged.page_id.in_(own))
    found = select(document.id).where(or_(document.source_file_id.in_(files), document.id.in_(lay)))
    return [DocumentId(name) for name in conn.execute(found.order_by(document.id)).scalars()]


def forget(
    conn: Connection, scope: Scope, files: Sequence[SourceFileId], *, keys: Collection[ObjectKey]
) -> Forgotten:
    """Empty the pages of `files`, and whatever was made of them; what the store kept is to be erased.

    A document that has nothing else is emptied and held; one that has other pages is bound and described
    anew without these, wherever they lie now and wherever they lay before.

    The caller holds the rows, has taken the files' own keys (`keys`) from them, and lets search know of the
    pages. Call it late: it holds the index's clock.
    """
    scope.require(Role.ADMINISTRATOR)
    page, document = schema.page, schema.document
    own = page.c.source_file_id.in_(files)
    touched = hosts(conn, scope, files)
    papers = document.c.id.in_(touched)
    seen = conn.execute(
        select(page.c.id).where(own, page.c.published.is_(True)).order_by(page.c.id)
    ).scalars()
    pages = tuple(PageId(name) for name in seen)
    waiting = conn.execute(select(page.c.quay_reading).where(own, page.c.quay_reading.is_not(None))).scalars()
    quay_readings = frozenset(waiting)
    gone = set(keys) | _kept_of(conn, own, touched)
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
    mine = frozenset(conn.execute(select(page.c.id).where(own)).scalars())
    for name in touched:
        forget_values(conn, scope, name, mine)
    _forget_rows(conn, page, select(page.c.id).where(own).scalar_subquery())
    for made in (schema.derivative, schema.signed_pdf):
        conn.execute(delete(made).where(made.c.document_id.in_(touched)))
    _rename(conn, touched, files)
    there = page.c.document_id == document.c.id
    read = select(func.count()).where(there, page.c.state.in_(("read", "blank"))).scalar_subquery()
    fresh = {"title": None, "type": None, "year": None, "pdf_key": None, "pages_read": read}
    conn.execute(document.update().where(papers, document.c.state == "empty").values(**fresh))
    again = {**work.anew(document), **standing()}
    conn.execute(document.update().where(papers, document.c.state != "empty").values(**again, **fresh))
    empty = and_(document.c.state == "empty", document.c.source_file_id.in_(files))
    held = and_(document.c.state == "held", ~not_secret(document))
    emptied = select(document.c.id).where(papers, or_(empty, held))
    bare = [DocumentId(name) for name in conn.execute(emptied).scalars()]
    forget_acts(conn, scope, touched, bare)
    _forget_rows(conn, document, emptied.scalar_subquery())
    in_transfer.withhold(conn, scope, gone)
    for key in sorted(gone):
        if not objects.is_referenced(conn, scope, key):
            conn.execute(delete(schema.kept_object).where(schema.kept_object.c.key == key))
            conn.execute(upsert(conn.dialect.name, schema.to_erase).values(key=key).on_conflict_do_nothing())
    _begin_anew(conn, scope, touched)
    return Forgotten(pages, quay_readings)


MEASURED = ("width", "height", "dpi", "rotation", "embedded", "skew", "blur", "contrast")


def _kept_of(conn: Connection, own: ColumnElement[bool], touched: Collection[DocumentId]) -> set[ObjectKey]:
    reading, derivative, document = schema.reading.c, schema.derivative.c, schema.document.c
    pages = select(schema.page.c.id).where(own)
    made = or_(derivative.page_id.in_(pages), derivative.document_id.in_(touched))
    found = set(conn.execute(select(reading.object_key).where(reading.page_id.in_(pages))).scalars())
    found |= set(conn.execute(select(derivative.object_key).where(made)).scalars())
    signed = schema.signed_pdf.c
    for column in (signed.object_key, signed.source_key):
        found |= set(conn.execute(select(column).where(signed.document_id.in_(touched))).scalars())
    bound = select(document.pdf_key).where(document.id.in_(touched), document.pdf_key.is_not(None))
    return {ObjectKey(key) for key in found | set(conn.execute(bound).scalars())}


def _rename(conn: Connection, touched: Sequence[DocumentId], files: Sequence[SourceFileId]) -> None:
    """Take from documents the name of a held file; one with other pages is called after their file."""
    document, page, file = schema.document, schema.page.c, schema.source_file.c
    rows = conn.execute(
        select(document.c.id, document.c.name, document.c.source_file_id).where(document.c.id.in_(touched))
    ).all()
    told = {stem(row.name) for row in rows if row.source_file_id in files}
    for row in rows:
        if row.source_file_id not in files and stem(row.name) not in told:
            continue
        other = conn.execute(
            select(file.path)
            .join_from(schema.page, schema.source_file, file.id == page.source_file_id)
            .where(page.document_id == row.id, file.path != "")
            .order_by(page.id)
            .limit(1)
        ).scalar()
        name = (other or "").rsplit("/", 1)[-1]
        conn.execute(document.update().where(document.c.id == row.id).values(name=name))


def _begin_anew(conn: Connection, scope: Scope, touched: Sequence[DocumentId]) -> None:
    """Let documents with other pages be described and checked anew, and search look at them again."""
    page, document = schema.page.c, schema.document.c
    shown = select(page.document_id).where(page.document_id.in_(touched), page.published.is_(True))
    left = [DocumentId(name) for name in conn.execute(shown.distinct()).scalars()]
    described.want(conn, scope, document.id.in_(left))
    conn.execute(
        schema.checking.update()
        .where(schema.checking.c.document_id.in_(left))
        .values(state="waiting", doubt=1.0)
    )
    for name in sorted(left):
        findability.follow(conn, scope, name)


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

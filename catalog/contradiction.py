"""What the register says that cannot be: the check of the ledger against itself."""

from sqlalchemy import Connection, and_, case, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from catalog import schema
from catalog.access import Role, Scope
from catalog.withheld import SECRET, WIPED


def contradictions(conn: Connection, scope: Scope) -> list[tuple[str, str]]:
    """Return what the ledger says that cannot be, as (subject, what is wrong); empty = it adds up."""
    scope.require(Role.ADMINISTRATOR)
    page, file, document = schema.page.c, schema.source_file.c, schema.document.c
    found: list[tuple[str, str]] = []
    counted = (
        select(
            page.source_file_id,
            func.sum(case((page.state == "waiting", 1), else_=0)).label("waiting"),
            func.count().label("pages"),
        )
        .group_by(page.source_file_id)
        .subquery()
    )
    for row in conn.execute(
        select(
            file.id,
            file.state,
            file.pages,
            file.waiting_pages,
            counted.c.waiting,
            counted.c.pages.label("have"),
        )
        .join_from(schema.source_file, counted, counted.c.source_file_id == file.id)
        .where(or_(counted.c.waiting != file.waiting_pages, counted.c.pages != file.pages))
    ):
        found.append(
            (
                f"source_file:{row.id}",
                f"{row.pages} pages, {row.waiting_pages} to look at by the file; "
                f"{row.have} and {row.waiting} by its pages",
            )
        )
    rules: tuple[tuple[str, str, ColumnElement[bool]], ...] = (
        (
            "page",
            "read without a reading",
            and_(page.state == "read", page.reading_id.is_(None), page.quay_reading.is_(None)),
        ),
        (
            "page",
            "its file is kept and its reading still waits on the quay",
            and_(page.quay_reading.is_not(None), file.state == "done"),
        ),
        (
            "page",
            "of a file held for a secret mark, and not held itself",
            and_(file.state == "held", file.code.in_((SECRET, WIPED)), page.state != "held"),
        ),
        (
            "page",
            "to be found before its file is kept",
            and_(page.published.is_(True), file.object_key.is_(None)),
        ),
        (
            "page",
            "its file is kept and it cannot be found",
            and_(page.published.is_(False), file.state == "done"),
        ),
    )
    for table, wrong, condition in rules:
        for identifier in conn.execute(
            select(page.id)
            .join_from(schema.page, schema.source_file, file.id == page.source_file_id)
            .where(condition)
        ).scalars():
            found.append((f"{table}:{identifier}", wrong))
    mine = page.document_id == document.id
    there = select(func.count()).where(mine).scalar_subquery()
    read = select(func.count()).where(mine, page.state.in_(("read", "blank"))).scalar_subquery()
    miscounted = select(document.id).where(or_(document.pages != there, document.pages_read != read))
    found += [(f"document:{row.id}", "other pages than it counts") for row in conn.execute(miscounted)]
    original = schema.page.alias("original")
    apart = select(page.id).where(page.twin_of == original.c.id, page.state != original.c.state)
    found += [(f"page:{row.id}", "another state than its twin's") for row in conn.execute(apart)]
    doubled = (
        select(page.source_file_id, page.image_index)
        .group_by(page.source_file_id, page.image_index, page.part)
        .having(func.count() > 1)
    )
    found += [(f"source_file:{row.source_file_id}", "a page twice") for row in conn.execute(doubled)]
    found += _laid_wrongly(conn)
    unbound = select(document.id).where(document.state == "bound", document.pdf_key.is_(None))
    found += [(f"document:{row.id}", "bound without a PDF/A") for row in conn.execute(unbound)]
    return found


def _laid_wrongly(conn: Connection) -> list[tuple[str, str]]:
    """Return every page that does not lie, exactly once, in the arrangement of the document it names."""
    page, document, arranged = schema.page.c, schema.document.c, schema.arrangement.c
    in_force = and_(arranged.document_id == document.id, arranged.revision == document.arrangement)
    lies = (
        select(arranged.page_id, arranged.document_id)
        .join_from(schema.arrangement, schema.document, in_force)
        .subquery()
    )
    wrong = (
        select(page.id)
        .join_from(schema.page, lies, lies.c.page_id == page.id, isouter=True)
        .group_by(page.id)
        .having(
            or_(
                func.count(lies.c.page_id) != 1,
                func.min(lies.c.document_id) != func.min(page.document_id),
            )
        )
    )
    found = [(f"page:{name}", "not once in its document") for name in conn.execute(wrong).scalars()]
    read = and_(document.state == "empty", page.set_apart.is_(None), page.document_id == document.id)
    left = select(document.id).where(select(page.id).where(read).correlate(schema.document).exists())
    return found + [(f"document:{name}", "empty with pages in it") for name in conn.execute(left).scalars()]

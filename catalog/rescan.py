"""Pages of a batch that somebody must look at again: held ones, and scans that are not good enough."""

from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from catalog import schema, visibility
from catalog.access import Scope
from catalog.batch import find as find_batch
from catalog.identifiers import BatchId, SourceFileId
from catalog.withheld import not_secret


@dataclass(frozen=True)
class Doubtful:
    """One page with its place, and what is wrong with it."""

    file: SourceFileId
    path: str  #: within the batch
    number: int  #: 1, 2, ... in its file
    box: str
    dossier: str
    flags: tuple[str, ...]
    code: str | None  #: why it is held
    reason: str | None


def doubtful(conn: Connection, scope: Scope, batch: BatchId) -> list[Doubtful]:
    """Return the pages of a batch that are held or flagged, as they lie in their files.

    Raises:
        BatchNotFound: there is none that the one who asks may see.
    """
    find_batch(conn, scope, batch)
    page, file = schema.page.c, schema.source_file.c
    rows = conn.execute(
        select(
            page.source_file_id,
            file.path,
            page.image_index,
            page.flags,
            page.state,
            page.code,
            page.reason,
            schema.box.c.label.label("box"),
            schema.dossier.c.label.label("dossier"),
        )
        .join_from(schema.page, schema.source_file, file.id == page.source_file_id)
        .join(schema.document, schema.document.c.id == page.document_id)
        .outerjoin(schema.dossier, schema.dossier.c.id == schema.document.c.dossier_id)
        .outerjoin(schema.box, schema.box.c.id == schema.dossier.c.box_id)
        .where(
            page.batch_id == batch,
            or_(page.state == "held", page.state == "read"),
            not_secret(schema.page),
            visibility.of_document(scope),
        )
        .order_by(file.path, page.image_index)
    )
    return [
        Doubtful(
            SourceFileId(row.source_file_id),
            row.path,
            row.image_index + 1,
            row.box or "",
            row.dossier or "",
            tuple(flag for flag in row.flags if ":" not in flag),
            row.code if row.state == "held" else None,
            row.reason if row.state == "held" else None,
        )
        for row in rows
        if row.state == "held" or any(":" not in flag for flag in row.flags)
    ]

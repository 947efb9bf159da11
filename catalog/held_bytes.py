"""Which bytes the archive keeps already, as far as the one who asks may read a record that stands on them.

A digest is no capability: whoever names one learns nothing of records that they may not see.
"""

from collections.abc import Collection

from sqlalchemy import Connection, and_, select

from catalog import schema, visibility
from catalog.access import Scope
from catalog.identifiers import ObjectKey
from catalog.withheld import not_secret

_AT_ONCE = 400


def readable(conn: Connection, scope: Scope, digests: Collection[str]) -> frozenset[ObjectKey]:
    """Return those of `digests` under which a master, PDF/A or ALTO lies that `scope` may read."""
    wanted, found = sorted(set(digests)), set[ObjectKey]()
    document, file, made, page = (
        schema.document,
        schema.source_file,
        schema.derivative,
        schema.page,
    )
    seen = and_(visibility.of_document(scope), not_secret(document))
    for at in range(0, len(wanted), _AT_ONCE):
        some = wanted[at : at + _AT_ONCE]
        masters = (
            select(file.c.object_key)
            .join_from(file, page, and_(page.c.source_file_id == file.c.id, page.c.published.is_(True)))
            .join(document, document.c.id == page.c.document_id)
            .where(file.c.object_key.in_(some), seen)
        )
        pdfs = select(document.c.pdf_key).where(document.c.pdf_key.in_(some), seen)
        derived = (
            select(made.c.object_key)
            .join_from(made, document, document.c.id == made.c.document_id)
            .where(made.c.object_key.in_(some), seen)
        )
        for query in (masters, pdfs, derived):
            found.update(conn.execute(query.distinct()).scalars())
    return frozenset(found)

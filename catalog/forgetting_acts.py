"""What is forgotten of acts on many records when a document among them, or in them, is held for a mark."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from catalog import schema
from catalog.access import Role, Scope
from catalog.identifiers import DocumentId

REASON = "secret-mark"
"""Why such a record can no longer be put back as it was."""


def forget_acts(
    conn: Connection, scope: Scope, touched: Collection[DocumentId], emptied: Collection[DocumentId]
) -> None:
    """Forget how the dossiers of `touched` read before an act, and what was said of `emptied` alone.

    An earlier title of a dossier may have been that of the document. What an act gave to other records too
    is theirs and stays.
    """
    scope.require(Role.ADMINISTRATOR)
    item, act, document = schema.bulk_item, schema.bulk_edit, schema.document.c
    dossiers = select(document.dossier_id).where(document.id.in_(touched), document.dossier_id.is_not(None))
    lost = item.c.subject.in_([*emptied, *conn.execute(dossiers.distinct()).scalars()])
    conn.execute(item.update().where(lost, item.c.state == "done").values(state="kept", reason=REASON))
    conn.execute(item.update().where(lost, item.c.state == "waiting").values(state="conflict", reason=REASON))
    conn.execute(item.update().where(lost).values(before={}))
    mine = select(item.c.bulk_id).where(item.c.subject.in_(emptied))
    others = select(item.c.bulk_id).where(item.c.subject.not_in(emptied))
    alone = act.c.id.in_(mine) & act.c.id.not_in(others)
    conn.execute(act.update().where(alone).values(change={}))

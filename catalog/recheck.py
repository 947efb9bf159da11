"""What passed control and was changed since must pass again: both rounds looked at something else."""

from sqlalchemy import Connection

from catalog import schema
from catalog.access import Scope
from catalog.identifiers import DocumentId
from catalog.instants import now


def after_change(conn: Connection, scope: Scope, document: DocumentId) -> None:
    """Let a document that was gone through wait for the first round again, as the work of the one who asks.

    One that nobody went through yet, or that was returned, stays as it is. The caller holds the document, and
    has put another value in force.
    """
    checking = schema.checking
    conn.execute(
        checking.update()
        .where(checking.c.document_id == document, checking.c.state.in_(("entered", "controlled")))
        .values(
            state="entered",
            entered_by=scope.actor,
            entered_at=now(),
            controlled_by=None,
            controlled_at=None,
        )
    )

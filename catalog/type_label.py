"""What people say a dossier's type is: the only thing a model of this archive learns from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from catalog import dossier as dossiers
from catalog import event, index_feed, schema, visibility
from catalog.access import Scope
from catalog.identifiers import DossierId, new_id
from catalog.instants import now


@dataclass(frozen=True)
class TypeLabel:
    """A type that a person has confirmed or corrected."""

    dossier: DossierId
    code: str
    actor: str
    at: datetime


def confirm(conn: Connection, scope: Scope, dossier: DossierId, code: str) -> None:
    """Let a person say what type a dossier is; it becomes the dossier's, and search follows.

    Said again, the last word counts and the earlier ones stay on record. The caller has checked the code
    against the list (`classify.dossier_taxonomy`); "KHAC" says that several matters lie in it.

    Raises:
        DossierNotFound: there is none that the one who asks may see.
        NotAllowed: they are no archivist of a unit that answers for it today.
        DossierSignedOff, DossierMerged, DossierInTransfer: it may not be changed now.
    """
    dossiers.hold_open(conn, scope, [dossier])
    found = dossiers.find(conn, scope, dossier)
    table = schema.dossier
    conn.execute(
        schema.type_label.insert().values(
            id=new_id(), dossier_id=dossier, code=code, actor=scope.actor, at=now()
        )
    )
    conn.execute(table.update().where(table.c.id == dossier).values(type=code, revision=table.c.revision + 1))
    event.record(conn, scope, "dossier-typed", f"dossier:{dossier}", {"type": code, "before": found.type})
    index_feed.announce(conn, scope, [index_feed.dossier_entry(dossier)])


def labels(conn: Connection, scope: Scope, *, limit: int = 100_000) -> list[TypeLabel]:
    """Return the last word on each dossier that the one who asks may see, the newest words first."""
    table = schema.type_label
    last = select(func.max(table.c.id)).group_by(table.c.dossier_id)
    rows = conn.execute(
        select(table)
        .join(schema.dossier, schema.dossier.c.id == table.c.dossier_id)
        .where(table.c.id.in_(last), visibility.of_dossier(scope))
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    return [TypeLabel(DossierId(row.dossier_id), row.code, row.actor, row.at) for row in rows]

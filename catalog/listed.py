"""What an office's list said of a dossier or document, as far as nothing else in the register holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from catalog import schema, visibility
from catalog.access import Role, Scope
from catalog.identifiers import DocumentId, DossierId, FondsId, new_id
from catalog.in_transfer import require_free
from catalog.instants import now
from catalog.register import upsert

AT_ONCE = 500
"""Rows asked of or written in one statement; a statement has some 30,000 values at most."""


@dataclass(frozen=True)
class Listed:
    """One row of a list, as kept; a dossier has one with `code` "" and one for each of its documents."""

    dossier: DossierId
    code: str  #: of the document; "" = the dossier itself
    document: DocumentId | None = None  #: the scanned one; None: only on paper yet
    ordinal: int = 0  #: 1, 2, ... in its list
    values: Mapping[str, str] = field(default_factory=dict)  #: by field
    extra: Mapping[str, str] = field(default_factory=dict)  #: by head of the column


def of_fonds(
    conn: Connection, scope: Scope, fonds: FondsId, *, dossier: DossierId | None = None
) -> dict[tuple[DossierId, str], Listed]:
    """Return what lists said of a fonds (or one dossier of it) that `scope` may see, by dossier and code.

    Within a dossier they come in the order of their list.
    """
    table = schema.listed
    query = (
        select(table)
        .join(schema.dossier, schema.dossier.c.id == table.c.dossier_id)
        .where(table.c.fonds_id == fonds, visibility.of_dossier(scope))
        .order_by(table.c.dossier_id, table.c.ordinal, table.c.code)
    )
    if dossier is not None:
        query = query.where(table.c.dossier_id == dossier)
    return {
        (DossierId(row.dossier_id), row.code): Listed(
            DossierId(row.dossier_id),
            row.code,
            row.document_id,
            row.ordinal,
            row._mapping["values"],
            row.extra,
        )
        for row in conn.execute(query)
    }


def keep(conn: Connection, scope: Scope, fonds: FondsId, said: Sequence[Listed]) -> None:
    """Write down what a list said; what another said before of the same record gives way.

    Raises:
        NotAllowed, DossierInTransfer: as they say.
    """
    unit = conn.execute(select(schema.fonds.c.unit_id).where(schema.fonds.c.id == fonds)).scalar()
    scope.require(Role.ARCHIVIST, unit)
    table, moment = schema.listed, now()
    row = upsert(conn.dialect.name, table)
    change = row.on_conflict_do_update(
        index_elements=[table.c.dossier_id, table.c.code],
        set_={table.c[name]: row.excluded[name] for name in _KEPT},
    )
    for part in (said[at : at + AT_ONCE] for at in range(0, len(said), AT_ONCE)):
        require_free(conn, scope, [one.dossier for one in part])
        conn.execute(
            change,
            [
                {
                    "id": new_id(),
                    "fonds_id": fonds,
                    "dossier_id": one.dossier,
                    "code": one.code,
                    "document_id": one.document,
                    "ordinal": one.ordinal,
                    "values": dict(one.values),
                    "extra": dict(one.extra),
                    "actor": scope.actor,
                    "made_at": moment,
                }
                for one in part
            ],
        )


_KEPT = ("document_id", "ordinal", "values", "extra", "actor", "made_at")

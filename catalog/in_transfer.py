"""The guard of what is being handed over: from sealing until it has passed, nothing in a dossier changes."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, select

from catalog import event, schema
from catalog.access import Role, Scope
from catalog.identifiers import DossierId, ObjectKey
from catalog.instants import now
from catalog.register import lock_rows
from catalog.transfer_state import CONCLUDED
from luutru.errors import Conflict


class DossierInTransfer(Conflict):
    """The dossier is in a handover that is not over."""

    slug = "dossier-in-transfer"


class HoldingWithheld(Conflict):
    """Something of a dossier was held for a secret mark while its package was made."""

    slug = "holding-withheld"


def is_frozen() -> ColumnElement[bool]:
    """Return the condition that a row of `dossier` may not be changed now."""
    item, transfer = schema.transfer_item, schema.transfer
    inside = select(item.c.id).join(transfer, transfer.c.id == item.c.transfer_id)
    sealed = inside.where(
        item.c.dossier_id == schema.dossier.c.id, item.c.under_way, transfer.c.state != "draft"
    )
    return exists(sealed.correlate(schema.dossier))


def require_free(conn: Connection, scope: Scope, dossiers: Collection[DossierId]) -> None:
    """Pass if none of `dossiers` is in a handover that was sealed and is not over.

    The caller holds the dossiers' rows; whoever seals takes them first.

    Raises:
        DossierInTransfer: one is; the message names the handover.
    """
    del scope
    item, transfer = schema.transfer_item, schema.transfer
    found = conn.execute(
        select(item.c.dossier_id, transfer.c.number)
        .join_from(item, transfer, transfer.c.id == item.c.transfer_id)
        .where(item.c.dossier_id.in_(set(dossiers)), item.c.under_way, transfer.c.state != "draft")
        .limit(1)
    ).first()
    if found is not None:
        raise DossierInTransfer(
            f"dossier {found.dossier_id} is in handover {found.number}: "
            "nothing in it changes until the receiver has decided"
        )


def require_kept(conn: Connection, scope: Scope, dossier: DossierId, keys: Collection[ObjectKey]) -> None:
    """Pass if all `keys`, of which a dossier's package is made, are kept still; nobody holds one meanwhile.

    Whoever holds a file for a secret mark takes the rows of its documents first, and so does this: either
    the mark is seen here, or `withhold` sees the package.

    Raises:
        HoldingWithheld: one is not; what was read of the dossier must be forgotten.
    """
    scope.require(Role.ADMINISTRATOR)
    lock_rows(conn, schema.dossier, schema.dossier.c.id == dossier)
    lock_rows(conn, schema.document, schema.document.c.dossier_id == dossier)
    kept, leaving = schema.kept_object.c, schema.to_erase.c.key
    wanted = sorted(set(keys))
    for at in range(0, len(wanted), 500):
        part = wanted[at : at + 500]
        there = select(func.count()).where(
            kept.key.in_(part), kept.purged_at.is_(None), kept.key.not_in(select(leaving))
        )
        if conn.execute(there).scalar_one() != len(part):
            raise HoldingWithheld(f"something of dossier {dossier} is not kept any more")


WITHHELD = "bên giao rút lại"
"""Reason that stands at a withheld dossier: neither side's list says what was found."""


def withhold(conn: Connection, scope: Scope, keys: Collection[ObjectKey]) -> int:
    """Take out of every handover whatever is made of one of `keys`, which must not be kept; return how many.

    A secret mark beats a seal: what the package was made of is forgotten, it is written nowhere again, and
    on a handover that is not concluded it counts as returned. On one that is, its decision stays what minutes
    and receipt say, and its authority does not pass. The rest of the handover stands.
    """
    scope.require(Role.ADMINISTRATOR)
    item, kept, transfer = schema.transfer_item, schema.transfer_object, schema.transfer
    names: list[str] = []
    wanted = sorted(set(keys))
    for at in range(0, len(wanted), 500):
        of = select(kept.c.item_id).where(kept.c.key.in_(wanted[at : at + 500])).distinct()
        names += conn.execute(of).scalars()
    names = sorted(set(names))
    if not names:
        return 0
    theirs = select(item.c.transfer_id).where(item.c.id.in_(names))
    lock_rows(conn, transfer, transfer.c.id.in_(theirs))  # nobody concludes one of them meanwhile
    conn.execute(delete(kept).where(kept.c.item_id.in_(names)))
    over = select(transfer.c.id).where(transfer.c.state.in_([each.value for each in CONCLUDED]))
    open_still = and_(item.c.under_way, item.c.passed_at.is_(None), item.c.transfer_id.not_in(over))
    decided = {"decision": "returned", "reason": WITHHELD, "decided_by": scope.actor, "decided_at": now()}
    conn.execute(
        item.update()
        .where(item.c.id.in_(names))
        .values(
            frozen=None,
            withheld=True,
            deadline=case((open_still, None), else_=item.c.deadline),
            **{name: case((open_still, value), else_=item.c[name]) for name, value in decided.items()},
        )
    )
    for name in names:
        event.record(conn, scope, "transfer-withheld", f"transfer_item:{name}", {})
    return len(names)

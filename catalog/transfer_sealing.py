"""Sealing a handover in the register: freeze first, then fix item by item, then the parcels.

What was begun goes on where it was: namespace, time and names of both sides are fixed at the first step, so
the same bytes come out however often it is broken off.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select

from catalog import event, schema
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.checkpoint import Checkpoint
from catalog.identifiers import ObjectKey, TransferId, TransferItemId
from catalog.instants import now
from catalog.inventory import Counts
from catalog.register import lock_rows
from catalog.transfer import Transfer
from catalog.transfer_item import inventory
from catalog.transfer_parcel import ParcelRow, parcels, total_digest
from catalog.transfer_state import State, require_move, require_state
from luutru.errors import Conflict, IntegrityError


class DecisionNeeded(Conflict):
    """A handover is sealed over a decision: its number is needed, and its date."""

    slug = "decision-needed"


class TransferEmpty(Conflict):
    """There is nothing in the handover."""

    slug = "transfer-empty"


class SealingIncomplete(IntegrityError):
    """Not every dossier of the handover was fixed, or a parcel does not hold what it should."""

    slug = "sealing-incomplete"


class ParcelsAreOut(Conflict):
    """Parcels of the handover were written or sent: it cannot be opened again here."""

    slug = "parcels-are-out"


def begin(conn: Connection, scope: Scope, transfer: TransferId, *, version: str, profile: str) -> Transfer:
    """Freeze everything in a draft, and fix what goes into every package; twice is harmless.

    `profile`: that its packages follow; what was begun keeps the one that it was begun with.

    Raises:
        DecisionNeeded, TransferEmpty, TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_giver(scope, found)
    if found.state is State.SEALING:
        return found
    require_move(found.number, found.state, State.SEALING)
    if not found.decision_number or found.decision_date is None:
        raise DecisionNeeded(f"{found.number}: enter number and date of the decision it stands on")
    item = schema.transfer_item.c
    inside = select(item.dossier_id).where(item.transfer_id == transfer)
    loose = schema.transfer_unarranged.c.transfer_id == transfer
    there = select(func.count()).where(item.transfer_id == transfer), select(func.count()).where(loose)
    if not any(conn.execute(query).scalar_one() for query in there):
        raise TransferEmpty(f"{found.number} has neither dossiers nor unarranged material")
    lock_rows(conn, schema.dossier, schema.dossier.c.id.in_(inside))
    agreement = f"{found.decision_number} ngày {found.decision_date:%d/%m/%Y}"
    frame = {
        "giver": {"name": found.from_name, "code": found.from_code or ""},
        "receiver": {"name": found.to_name, "code": found.to_code or ""},
        "agreement": ", ".join(filter(None, (agreement, found.article))),
        "version": version,
        "profile": profile,
    }
    conn.execute(
        schema.transfer.update()
        .where(schema.transfer.c.id == transfer)
        .values(
            state=State.SEALING.value,
            namespace=str(uuid.uuid4()),
            sealed_at=now().replace(microsecond=0),  # packages tell whole seconds
            sealed_by=scope.actor,
            frame=frame,
        )
    )
    about = {"profile": profile}
    event.record(
        conn, scope, "transfer-sealing", f"transfer:{transfer}", about, instrument=found.decision_number
    )
    return transfers.find(conn, scope, transfer)


def fix(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    item: TransferItemId,
    *,
    identifier: str,
    title: str,
    retention_code: str | None,
    counts: Counts,
    frozen: Mapping[str, Any],
    keys: Collection[ObjectKey],
    files: int,
    bytes: int,
    digest: str,
) -> None:
    """Write down what one item is made of; the store lets go of none of `keys` from now on.

    Raises:
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_giver(scope, found)
    require_state(found.number, found.state, State.SEALING)
    table, kept = schema.transfer_item, schema.transfer_object
    conn.execute(
        table.update()
        .where(table.c.id == item, table.c.transfer_id == transfer)
        .values(
            identifier=identifier,
            title=title,
            retention_code=retention_code,
            documents=counts.documents,
            pages=counts.pages,
            sheets=counts.sheets,
            frozen=dict(frozen),
            files=files,
            bytes=bytes,
            digest=digest,
        )
    )
    conn.execute(delete(kept).where(kept.c.item_id == item))
    if keys:
        conn.execute(kept.insert(), [{"item_id": item, "key": key} for key in sorted(set(keys))])


def abandon(conn: Connection, scope: Scope, transfer: TransferId, *, reason: str) -> Transfer:
    """Make a draft again of what is being sealed, or was sealed and has not left the house.

    Raises:
        ParcelsAreOut: a parcel was written or sent already.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_giver(scope, found)
    require_move(found.number, found.state, State.DRAFT)
    if any(each.state != "planned" for each in parcels(conn, scope, transfer)):
        raise ParcelsAreOut(f"parcels of {found.number} are out: let the receiver return it")
    item, kept, table = schema.transfer_item, schema.transfer_object, schema.transfer
    mine = select(item.c.id).where(item.c.transfer_id == transfer)
    conn.execute(delete(kept).where(kept.c.item_id.in_(mine)))
    conn.execute(
        item.update()
        .where(item.c.transfer_id == transfer)
        .values(
            frozen=None,
            files=0,
            bytes=0,
            withheld=False,
            **dict.fromkeys(("digest", "parcel", "decision", "reason", "decided_by", "decided_at")),
        )
    )
    parcel = schema.transfer_parcel
    conn.execute(delete(parcel).where(parcel.c.transfer_id == transfer))
    conn.execute(
        table.update()
        .where(table.c.id == transfer)
        .values(
            state=State.DRAFT.value,
            namespace=None,
            sealed_at=None,
            sealed_by=None,
            frame=None,
            announced=None,
        )
    )
    event.record(conn, scope, "transfer-unsealed", f"transfer:{transfer}", {"reason": reason})
    return transfers.find(conn, scope, transfer)


def finish(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    planned: Sequence[ParcelRow],
    inside: Mapping[int, Sequence[TransferItemId]],
    *,
    checkpoint: Checkpoint | None = None,
) -> Transfer:
    """Write down the parcels and what is announced: from here on every byte is fixed.

    `inside`: the items of each parcel by its number. `checkpoint`: of the log of events just before.

    Raises:
        SealingIncomplete: an item was not fixed, was withheld meanwhile, or lies in no parcel or in two;
            nothing was written.
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_giver(scope, found)
    require_move(found.number, found.state, State.SEALED)
    item = schema.transfer_item
    rows = conn.execute(
        select(item.c.id, item.c.digest, item.c.withheld).where(item.c.transfer_id == transfer)
    ).all()
    placed = [name for names in inside.values() for name in names]
    if any(row.withheld for row in rows):
        raise SealingIncomplete(
            f"{found.number}: a dossier was withheld meanwhile; seal it again to hear which"
        )
    if any(row.digest is None for row in rows) or sorted(placed) != sorted(row.id for row in rows):
        raise SealingIncomplete(f"{found.number}: not every dossier is fixed and in one parcel")
    for number, names in inside.items():
        for at in range(0, len(names), 500):
            conn.execute(item.update().where(item.c.id.in_(names[at : at + 500])).values(parcel=number))
    if planned:
        conn.execute(
            schema.transfer_parcel.insert(),
            [
                {
                    "transfer_id": transfer,
                    "number": each.number,
                    "name": each.name,
                    "digest": each.digest,
                    "files": each.files,
                    "bytes": each.bytes,
                    "dossiers": each.dossiers,
                    "state": "planned",
                    "at": now(),
                }
                for each in planned
            ],
        )
    announced = inventory(conn, scope, transfer)
    frame = dict(found.frame or {})
    if checkpoint is not None:
        frame["checkpoint"] = {"size": checkpoint.size, "root": checkpoint.root}
    conn.execute(
        schema.transfer.update()
        .where(schema.transfer.c.id == transfer)
        .values(state=State.SEALED.value, announced=announced.to_plain(), frame=frame)
    )
    event.record(
        conn,
        scope,
        "transfer-sealed",
        f"transfer:{transfer}",
        {"announced": announced.to_plain(), "digest": total_digest(planned)},
        instrument=found.decision_number,
    )
    return transfers.find(conn, scope, transfer)


def deliver(conn: Connection, scope: Scope, transfer: TransferId) -> Transfer:
    """Write down that the receiver has it, or may have it; twice is harmless. Then the receiver decides.

    Raises:
        TransferStateWrong, NotAllowed, TransferNotFound: as they say.
    """
    found = transfers.held(conn, scope, transfer)
    transfers.require_giver(scope, found)
    if found.state is State.DELIVERED:
        return found
    require_move(found.number, found.state, State.DELIVERED)
    conn.execute(
        schema.transfer.update()
        .where(schema.transfer.c.id == transfer)
        .values(state=State.DELIVERED.value, delivered_at=now())
    )
    event.record(conn, scope, "transfer-delivered", f"transfer:{transfer}", {})
    return transfers.find(conn, scope, transfer)

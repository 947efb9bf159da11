"""Between the register's handover and handover.json: the giver writes it, the receiver enters it."""

from sqlalchemy import Connection

from catalog import schema
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import TransferId
from catalog.transfer import Transfer
from catalog.transfer_arrival import Arrived, ArrivedItem, ArrivedParcel, ArrivedUnarranged
from catalog.transfer_item import items
from catalog.transfer_parcel import parcels
from catalog.transfer_sealing import SealingIncomplete
from handover.announcement import Announcement, Checkpoint, Item, Parcel, Unarranged
from handover.parcels import sealed


def announcement(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    *,
    minutes: str | None = None,
) -> Announcement:
    """Return what a sealed handover announces of itself; `minutes`: SHA-256 of the minutes.

    Raises:
        SealingIncomplete: it is not sealed yet.
        TransferNotFound: there is none that the one who asks may see.
    """
    found = transfers.find(conn, scope, transfer)
    if found.announced is None or found.namespace is None or found.sealed_at is None:
        raise SealingIncomplete(f"{found.number} is not sealed")
    frame, log = sealed(found), (found.frame or {}).get("checkpoint")
    inside, packed = items(conn, scope, transfer), parcels(conn, scope, transfer)
    out = {each.parcel for each in inside if each.withheld}
    supplemented = transfers.find(conn, scope, found.supplement_to).number if found.supplement_to else None
    return Announcement(
        transfer=found.number,
        namespace=frame.namespace,
        title=found.title,
        case=found.case,
        giver=frame.giver,
        receiver=frame.receiver,
        decision=found.decision_number or "",
        decided_on=found.decision_date,
        article=found.article or "",
        agreement=frame.agreement,
        receives_as=found.receives_as,
        sealed_at=frame.at,
        inventory=found.announced,
        items=tuple(
            Item(
                ordinal=each.ordinal,
                identifier=each.identifier,
                title=each.title,
                medium=each.medium,
                unfinished=each.unfinished,
                documents=each.documents,
                pages=each.pages,
                sheets=each.sheets,
                parcel=each.parcel,
                files=each.files,
                bytes=each.bytes,
                digest=each.digest,
                retention_code=each.retention_code,
            )
            for each in inside
        ),
        parcels=tuple(Parcel(each.number, each.name, each.digest, each.files, each.bytes) for each in packed),
        unarranged=_unarranged(conn, found),
        supplement_to=supplemented,
        minutes=minutes,
        checkpoint=Checkpoint(**log) if log else None,
        withheld=tuple(each.name for each in packed if each.number in out),
        version=frame.version,
    )


def _unarranged(conn: Connection, transfer: Transfer) -> tuple[Unarranged, ...]:
    table = schema.transfer_unarranged
    rows = conn.execute(table.select().where(table.c.transfer_id == transfer.id).order_by(table.c.ordinal))
    return tuple(
        Unarranged(row.ordinal, row.description, row.years, row.amount, row.centimetres, row.note)
        for row in rows
    )


def arrived(told: Announcement) -> Arrived:
    """Return what an announcement says, as the register enters it."""
    inside: dict[int | None, int] = {}
    for item in told.items:
        inside[item.parcel] = inside.get(item.parcel, 0) + 1
    return Arrived(
        number=told.transfer,
        namespace=str(told.namespace),
        title=told.title,
        case=told.case,
        giver=(told.giver.name, told.giver.code),
        receiver=(told.receiver.name, told.receiver.code),
        agreement=told.agreement,
        version=told.version,
        receives_as=told.receives_as,
        decision_number=told.decision,
        decision_date=told.decided_on,
        article=told.article,
        supplement_to=told.supplement_to,
        sealed_at=told.sealed_at,
        announced=told.inventory,
        items=[
            ArrivedItem(
                each.ordinal,
                each.identifier,
                each.title,
                each.retention_code,
                each.unfinished,
                each.medium,
                each.documents,
                each.pages,
                each.sheets,
                each.parcel,
                each.files,
                each.bytes,
                each.digest,
            )
            for each in told.items
        ],
        parcels=[
            ArrivedParcel(
                each.number, each.name, each.digest, each.files, each.bytes, inside.get(each.number, 0)
            )
            for each in told.parcels
        ],
        unarranged=[
            ArrivedUnarranged(
                each.ordinal, each.description, each.years, each.amount, each.centimetres, each.note
            )
            for each in told.unarranged
        ],
    )

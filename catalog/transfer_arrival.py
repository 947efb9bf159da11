"""A handover that was sealed elsewhere, written into our register: what is announced, and which parcels."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from catalog import event, schema, unit
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import TransferId, UnitId, new_id
from catalog.instants import now
from catalog.inventory import Inventory
from catalog.register import lock_subject
from catalog.transfer import Transfer
from catalog.transfer_case import case as case_of
from catalog.transfer_state import State
from luutru.errors import Conflict, NotFound


class TransferDiffers(Conflict):
    """A handover of this seal came before and announced something else."""

    slug = "transfer-differs"


class ReceiverUnknown(NotFound):
    """No unit of ours is called as the announcement calls the receiver."""

    slug = "receiver-unknown"


class GiverUnknown(NotFound):
    """No unit here is called as the announcement calls the giver; the receiver's own people enter it."""

    slug = "giver-unknown"


@dataclass(frozen=True)
class ArrivedItem:
    """One dossier as announced."""

    ordinal: int
    identifier: str
    title: str
    retention_code: str | None
    unfinished: bool
    medium: str
    documents: int
    pages: int
    sheets: int
    parcel: int | None
    files: int
    bytes: int
    digest: str | None


@dataclass(frozen=True)
class ArrivedParcel:
    """One parcel as announced."""

    number: int
    name: str
    digest: str
    files: int
    bytes: int
    dossiers: int


@dataclass(frozen=True)
class ArrivedUnarranged:
    """Material outside of all dossiers."""

    ordinal: int
    description: str
    years: str
    amount: str
    centimetres: int | None
    note: str


@dataclass(frozen=True)
class Arrived:
    """Everything that is announced."""

    number: str
    namespace: str
    title: str
    case: str
    giver: tuple[str, str]  #: name and code as at sealing
    receiver: tuple[str, str]
    agreement: str
    version: str
    receives_as: str | None
    decision_number: str
    decision_date: date | None
    article: str
    supplement_to: str | None
    sealed_at: datetime
    announced: Inventory
    items: Sequence[ArrivedItem]
    parcels: Sequence[ArrivedParcel]
    unarranged: Sequence[ArrivedUnarranged]


def arrive(conn: Connection, scope: Scope, arrived: Arrived, *, receiver: UnitId | None = None) -> Transfer:
    """Write down what is announced, and return it; the same again is the same handover.

    `receiver`: which unit of ours it is for, where its name and code do not say.

    Raises:
        ReceiverUnknown, GiverUnknown, UnitAmbiguous, CaseUnknown: as they say.
        TransferDiffers: another announcement under this seal, or under this number of the giver, came before;
            nothing was written.
        NotAllowed: the one who asks is an archivist neither of the receiver nor of the giver.
    """
    case_of(arrived.case)
    lock_subject(conn, f"transfer-arrives:{arrived.namespace}")
    to_unit = receiver or _unit(conn, *arrived.receiver)
    if to_unit is None:
        raise ReceiverUnknown(
            f"no unit of ours is {arrived.receiver[0]} ({arrived.receiver[1] or 'no code'})"
        )
    from_unit = _unit(conn, *arrived.giver)
    if not scope.may(Role.ARCHIVIST, to_unit) and not (from_unit and scope.may(Role.ARCHIVIST, from_unit)):
        raise NotAllowed(f"{scope.actor} is an archivist of neither side of {arrived.number}")
    table = schema.transfer
    before = conn.execute(
        select(table.c.id).where(table.c.direction == "in", table.c.namespace == arrived.namespace)
    ).scalar()
    if before is not None:
        _require_same(conn, TransferId(before), arrived)
        return transfers.find(conn, scope, before)
    _require_fresh_number(conn, from_unit, arrived)
    if from_unit is None:
        if not scope.may(Role.ARCHIVIST, to_unit):
            raise GiverUnknown(f"no unit here is {arrived.giver[0]} ({arrived.giver[1] or 'no code'})")
        name, code = arrived.giver
        from_unit = unit.add(conn, scope, name, code=code or None, to_confirm=True).id
    identifier = TransferId(new_id())
    supplemented = None
    if arrived.supplement_to is not None:
        supplemented = conn.execute(
            select(table.c.id).where(
                table.c.direction == "in",
                table.c.number == arrived.supplement_to,
                table.c.from_unit == from_unit,
            )
        ).scalar()
    conn.execute(
        table.insert().values(
            id=identifier,
            direction="in",
            route="parcels",
            state=State.DELIVERED.value,
            from_unit=from_unit,
            to_unit=to_unit,
            supplement_to=supplemented,
            namespace=arrived.namespace,
            boxes=arrived.announced.boxes,
            centimetres=arrived.announced.centimetres,
            delivered_at=now(),
            created_at=now(),
            created_by=scope.actor,
            **_columns(arrived),
        )
    )
    _insert(conn, identifier, arrived)
    told = {"number": arrived.number, "from": from_unit, "dossiers": len(arrived.items)}
    event.record(
        conn, scope, "transfer-came", f"transfer:{identifier}", told, instrument=arrived.decision_number
    )
    return transfers.find(conn, scope, identifier)


def _insert(conn: Connection, transfer: TransferId, arrived: Arrived) -> None:
    items = [
        {"id": new_id(), "transfer_id": transfer, "under_way": False, **vars(each)} for each in arrived.items
    ]
    parcels = [
        {"transfer_id": transfer, "state": "planned", "at": now(), **vars(each)} for each in arrived.parcels
    ]
    loose = [{"id": new_id(), "transfer_id": transfer, **vars(each)} for each in arrived.unarranged]
    for table, rows in (
        (schema.transfer_item, items),
        (schema.transfer_parcel, parcels),
        (schema.transfer_unarranged, loose),
    ):
        for at in range(0, len(rows), 500):
            conn.execute(table.insert(), rows[at : at + 500])


_ITEM = tuple(field.name for field in fields(ArrivedItem))
_PARCEL = tuple(field.name for field in fields(ArrivedParcel))
_UNARRANGED = tuple(field.name for field in fields(ArrivedUnarranged))


def _require_fresh_number(conn: Connection, giver: UnitId | None, arrived: Arrived) -> None:
    """Pass unless the giver's number came before under another seal."""
    lock_subject(conn, f"transfer-arrives:{giver}:{arrived.number}")
    table = schema.transfer.c
    mine = (table.direction == "in", table.from_unit == giver, table.number == arrived.number)
    if conn.execute(select(table.id).where(*mine)).first() is not None:
        raise TransferDiffers(
            f"{arrived.number} of {arrived.giver[0]} came before and was sealed otherwise; "
            "what was sealed anew comes under a new number"
        )


def _require_same(conn: Connection, transfer: TransferId, arrived: Arrived) -> None:
    table = schema.transfer
    row = conn.execute(select(table).where(table.c.id == transfer)).one()._mapping
    told = _columns(arrived)
    other = [name for name, value in told.items() if row[name] != value]
    for what, rows, names, of in (
        ("dossiers", arrived.items, _ITEM, schema.transfer_item),
        ("parcels", arrived.parcels, _PARCEL, schema.transfer_parcel),
        ("unarranged", arrived.unarranged, _UNARRANGED, schema.transfer_unarranged),
    ):
        query = select(*(of.c[name] for name in names)).where(of.c.transfer_id == transfer)
        held = {tuple(each) for each in conn.execute(query)}
        if held != {tuple(getattr(each, name) for name in names) for each in rows}:
            other.append(what)
    if other:
        raise TransferDiffers(f"{arrived.number} came before with other {', '.join(other)}")


def _columns(arrived: Arrived) -> dict[str, Any]:
    """Return what is announced of the whole, by name of its column."""
    return {
        "number": arrived.number,
        "title": arrived.title,
        "receives_as": arrived.receives_as,
        "occasion": arrived.case,
        "decision_number": arrived.decision_number or None,
        "decision_date": arrived.decision_date,
        "article": arrived.article or None,
        "frame": {
            "giver": dict(zip(("name", "code"), arrived.giver, strict=True)),
            "receiver": dict(zip(("name", "code"), arrived.receiver, strict=True)),
            "agreement": arrived.agreement,
            "version": arrived.version,
        },
        "announced": arrived.announced.to_plain(),
        "sealed_at": arrived.sealed_at,
    }


def _unit(conn: Connection, name: str, code: str) -> UnitId | None:
    """Return the one unit of this name and code, else of this name where one of the two codes is not known.

    Raises:
        UnitAmbiguous: several are called so.
    """
    table = schema.unit.c
    rows = conn.execute(
        select(table.id, table.name, table.code).where(or_(table.name == name, table.code == (code or None)))
    ).all()
    for fits in (
        [row for row in rows if row.name == name and (row.code or "") == code],
        [row for row in rows if row.name == name and (not row.code or not code)],
    ):
        if len(fits) > 1:
            raise unit.UnitAmbiguous(f"{len(fits)} units are called {name} ({code or 'no code'})")
        if fits:
            return UnitId(fits[0].id)
    return None

"""A handover that was sealed elsewhere, written into our register: what is announced, and which parcels."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select

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

MOST_NAMED = 10
"""Units that a message names."""


class TransferDiffers(Conflict):
    """A handover of this seal came before and announced something else."""

    slug = "transfer-differs"


class ReceiverUnknown(NotFound):
    """No unit of ours is called as the announcement calls the receiver."""

    slug = "receiver-unknown"


class GiverUnknown(NotFound):
    """No unit here is called as the announcement calls the giver; the receiver's own people enter it."""

    slug = "giver-unknown"


class GiverUnclear(Conflict):
    """Units here may be the giver, and none is so by name and code: communes of one name are common."""

    slug = "giver-unclear"


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


def arrive(
    conn: Connection,
    scope: Scope,
    arrived: Arrived,
    *,
    receiver: UnitId | None = None,
    giver: UnitId | None = None,
) -> Transfer:
    """Write down what is announced, and return it; the same again is the same handover.

    `receiver`: which unit of ours it is for, where its name and code do not say. `giver`: which unit gives
    it, as a person of the receiver says; else the one of the announced name and code, both known.

    Raises:
        GiverUnclear: units here may be the giver, and nothing shows which is; nothing was written.
        ReceiverUnknown, GiverUnknown, UnitAmbiguous, CaseUnknown: as they say.
        TransferDiffers: another announcement under this seal, or under this number of the giver, came before;
            nothing was written.
        NotAllowed: the one who asks is an archivist neither of the receiver nor of the giver.
    """
    case_of(arrived.case)
    lock_subject(conn, f"transfer-arrives:{arrived.namespace}")
    before = _before(conn, arrived)
    if before is not None:
        _require_side(scope, arrived, before.from_unit, before.to_unit)
        if giver is not None and giver != before.from_unit:
            raise TransferDiffers(f"{arrived.number} came before, and was entered as given by another unit")
        _require_same(conn, TransferId(before.id), arrived)
        return transfers.find(conn, scope, before.id)
    lock_subject(conn, f"unit-named:{arrived.giver[0]}")  # two that come at once enter it once
    to_unit = receiver or _unit(conn, *arrived.receiver)
    if to_unit is None:
        raise ReceiverUnknown(
            f"no unit of ours is {arrived.receiver[0]} ({arrived.receiver[1] or 'no code'})"
        )
    if giver is not None and not scope.may(Role.ARCHIVIST, to_unit):
        raise NotAllowed(f"{scope.actor} is no archivist of the receiver, who says which unit gives")
    from_unit = giver or _giver(conn, scope, arrived, to_unit)
    _require_side(scope, arrived, from_unit, to_unit)
    _require_fresh_number(conn, from_unit, arrived)
    if from_unit is None:
        if not scope.may(Role.ARCHIVIST, to_unit):
            raise GiverUnknown(f"no unit here is {arrived.giver[0]} ({arrived.giver[1] or 'no code'})")
        name, code = arrived.giver
        from_unit = unit.add(conn, scope, name, code=code or None, to_confirm=True).id
    identifier, table = TransferId(new_id()), schema.transfer
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
    told |= {"giver_said": True} if giver is not None else {}
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


def _before(conn: Connection, arrived: Arrived) -> Row[Any, Any, Any] | None:
    """Return id and sides of the handover that came under this seal."""
    table = schema.transfer.c
    mine = (table.direction == "in", table.namespace == arrived.namespace)
    return conn.execute(select(table.id, table.from_unit, table.to_unit).where(*mine)).first()


def _require_side(scope: Scope, arrived: Arrived, giver: str | None, receiver: str) -> None:
    sides = (UnitId(one) for one in (giver, receiver) if one is not None)
    if not any(scope.may(Role.ARCHIVIST, one) for one in sides):
        raise NotAllowed(f"{scope.actor} is an archivist of neither side of {arrived.number}")


def _giver(conn: Connection, scope: Scope, arrived: Arrived, receiver: UnitId) -> UnitId | None:
    """Return the one unit of the announced name and code; None: no unit here may be the giver.

    Where that is not clear it is the one whose archivist announces: whoever gave them their token said so.

    Raises:
        GiverUnclear: several are, or one of the two codes is not known, or the code is another unit's here.
    """
    (name, code), table = arrived.giver, schema.unit.c
    named = or_(table.name == name, table.code == (code or None))
    rows = conn.execute(
        select(table.id, table.name, table.code).where(named, table.id != receiver).order_by(table.id)
    ).all()
    others = [row for row in rows if row.name == name and row.code and code and row.code != code]
    near = [row for row in rows if row not in others]
    exact = [row for row in near if code and (row.name, row.code) == (name, code)]
    if len(exact) == 1:
        return UnitId(exact[0].id)
    mine = [row for row in near if row.id in scope.units_as(Role.ARCHIVIST)]
    if len(mine) == 1:
        return UnitId(mine[0].id)
    if near:
        listed = "; ".join(f"{row.id} {row.name} ({row.code or 'no code'})" for row in near[:MOST_NAMED])
        raise GiverUnclear(
            f"{arrived.number} is from {name} ({code or 'no code'}), which may be {listed}: say which, "
            "luutru handover receive PLACE --giver UNIT (if it is none of them, enter it before: unit add)"
        )
    return None


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

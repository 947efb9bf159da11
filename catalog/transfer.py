"""Handovers (bàn giao): who gives what to whom, by which decision, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, false, or_, select, true

from catalog import schema
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import TransferId, UnitId
from catalog.inventory import Inventory
from catalog.register import lock_rows
from catalog.transfer_state import BEFORE_RECEIVER, State
from luutru.errors import NotFound

ROUTES = ("inside", "parcels")
RECEIVES_AS = ("archive", "successor", "superior", "assigned", "other")
"""What a receiver is: historical archive, agency that came after, direct superior, one named by decision."""


class TransferNotFound(NotFound):
    """No such handover, or not for the one who asks."""

    slug = "transfer-not-found"


@dataclass(frozen=True)
class Transfer:
    """One handover."""

    id: TransferId
    number: str  #: "BG-2026-000123", of the giver's register
    direction: str  #: out: ours; in: sealed elsewhere, and came to us
    route: str  #: inside (one register for both sides) or parcels
    state: State
    title: str
    from_unit: UnitId
    from_name: str  #: as it is called today; as it was at sealing: `frame`
    from_code: str | None
    to_unit: UnitId
    to_name: str
    to_code: str | None
    receives_as: str | None  #: one of `RECEIVES_AS`
    case: str  #: code of `catalog.transfer_case`
    decision_number: str | None
    decision_date: date | None
    article: str | None
    supplement_to: TransferId | None
    peer: str | None  #: address of the other installation
    boxes: int | None  #: of paper, as a person counted
    centimetres: int | None  #: of shelf, as a person measured
    namespace: str | None  #: UUID, drawn at sealing
    frame: Mapping[str, Any] | None  #: names of both sides, agreement and version, as they were at sealing
    announced: Inventory | None  #: fixed at sealing
    sealed_at: datetime | None
    sealed_by: str | None
    delivered_at: datetime | None
    concluded_at: datetime | None
    concluded_by: str | None
    paper_passed: bool
    copy_until: date | None  #: how long the giver may read its copy; None: nobody said
    created_at: datetime
    created_by: str

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Transfer":
        """Build from a row of `_columns`."""
        r = dict(row._mapping)
        return cls(
            **{
                **{name: r[name] for name in cls.__dataclass_fields__ if name != "case"},
                "case": r["occasion"],
                "state": State(r["state"]),
                "announced": Inventory.from_plain(r["announced"]) if r["announced"] else None,
            }
        )


_giver, _receiver = schema.unit.alias("giver"), schema.unit.alias("receiver")
_columns = (
    select(
        schema.transfer,
        _giver.c.name.label("from_name"),
        _giver.c.code.label("from_code"),
        _receiver.c.name.label("to_name"),
        _receiver.c.code.label("to_code"),
    )
    .join(_giver, _giver.c.id == schema.transfer.c.from_unit)
    .join(_receiver, _receiver.c.id == schema.transfer.c.to_unit)
)


def seen(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which `scope` sees a row of `transfer`.

    The giver's people see all of theirs, the receiver's what was sealed; nobody else sees any.
    """
    if scope.everywhere:
        return true()
    if not scope.units:
        return false()
    table = schema.transfer.c
    came = and_(table.to_unit.in_(scope.units), table.state.not_in(BEFORE_RECEIVER))
    return or_(table.from_unit.in_(scope.units), came)


def find(conn: Connection, scope: Scope, name: str) -> Transfer:
    """Return the handover with this id or number; one of ours before one that came.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    table = schema.transfer.c
    row = conn.execute(
        _columns.where(or_(table.id == name, table.number == name), seen(scope))
        .order_by(table.direction.desc(), table.id)
        .limit(1)
    ).first()
    if row is None:
        raise TransferNotFound(f"no handover {name!r}")
    return Transfer.from_row(row)


def held(conn: Connection, scope: Scope, transfer: TransferId) -> Transfer:
    """Return the handover, which nobody else can change before this transaction ends.

    Raises:
        TransferNotFound: as `find` says.
    """
    lock_rows(conn, schema.transfer, schema.transfer.c.id == transfer)
    return find(conn, scope, transfer)


def transfers(
    conn: Connection,
    scope: Scope,
    *,
    state: State | None = None,
    giver: UnitId | None = None,
    receiver: UnitId | None = None,
    offset: int = 0,
    limit: int = 100,
) -> list[Transfer]:
    """Return the handovers that `scope` may see, newest first."""
    table = schema.transfer.c
    query = _columns.where(seen(scope))
    for column, wanted in ((table.state, state), (table.from_unit, giver), (table.to_unit, receiver)):
        if wanted is not None:
            query = query.where(column == wanted)
    rows = conn.execute(query.order_by(table.id.desc()).offset(offset).limit(limit))
    return [Transfer.from_row(row) for row in rows]


def require_giver(scope: Scope, transfer: Transfer) -> None:
    """Pass if the one who asks is an archivist of the giver.

    Raises:
        NotAllowed: they are not.
    """
    if not scope.may(Role.ARCHIVIST, transfer.from_unit):
        raise NotAllowed(f"{scope.actor} is no archivist of {transfer.from_name}")


def require_receiver(scope: Scope, transfer: Transfer) -> None:
    """Pass if the one who asks is an archivist of the receiver.

    Raises:
        NotAllowed: they are not.
    """
    if not scope.may(Role.ARCHIVIST, transfer.to_unit):
        raise NotAllowed(f"{scope.actor} is no archivist of {transfer.to_name}")


def require_decider(scope: Scope, transfer: Transfer) -> None:
    """Pass if the one who asks may write down what was decided here.

    The receiver decides. Where the receiver has a register of its own, the giver writes down here what the
    receipt says.

    Raises:
        NotAllowed: they may not.
    """
    if transfer.direction == "out" and transfer.route == "parcels":
        require_giver(scope, transfer)
    else:
        require_receiver(scope, transfer)

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
from luutru.errors import Conflict, InvalidInput, NotFound

ROUTES = ("inside", "parcels")
RECEIVES_AS = ("archive", "successor", "superior", "assigned", "other")
"""What a receiver is: historical archive, agency that came after, direct superior, one named by decision."""


class TransferNotFound(NotFound):
    """No such handover, or not for the one who asks."""

    slug = "transfer-not-found"


class TransferAmbiguous(Conflict):
    """Several handovers bear this number: each giver counts from one. A person says which is meant."""

    slug = "transfer-ambiguous"


class ReceiptNeeded(Conflict):
    """The giver writes down what the receiver decided from the receipt, or from a paper that is named."""

    slug = "receipt-needed"


LONGEST_PAPER = 200
"""Characters of the number and day of a paper."""


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


_MOST_NAMED = 20
"""Handovers of one number that a message names; a province has as many as it has givers."""

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

    The giver's archivists see all of theirs, the receiver's what was sealed; nobody else sees any: a handover
    names dossiers, by their titles, that not every reader may see.
    """
    if scope.may_everywhere(Role.ARCHIVIST):
        return true()
    units = scope.units_as(Role.ARCHIVIST)
    if not units:
        return false()
    table = schema.transfer.c
    came = and_(table.to_unit.in_(units), table.state.not_in(BEFORE_RECEIVER))
    return or_(table.from_unit.in_(units), came)


def find(
    conn: Connection, scope: Scope, name: str, *, giver: str | None = None, direction: str | None = None
) -> Transfer:
    """Return the handover with this id, or the only one with this number.

    Every giver counts from one, so that a receiver has as many of a number as it has givers. `giver`: only
    one that this unit gives, by id, name or code; `direction`: only ours, or only one that came.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
        TransferAmbiguous: several bear the number; the message names each.
    """
    table = schema.transfer.c
    named = or_(table.id == name, table.number == name)
    rows = conn.execute(_columns.where(named, seen(scope)).order_by(table.direction.desc(), table.id))
    found = [
        one
        for one in map(Transfer.from_row, rows)
        if (giver is None or giver in (one.from_unit, one.from_name, one.from_code))
        and direction in (None, one.direction)
    ]
    if not found:
        raise TransferNotFound(f"no handover {name!r}" + (f" from {giver}" if giver is not None else ""))
    for one in found:
        if one.id == name:
            return one
    if len(found) > 1:
        listed = "; ".join(
            f"{one.id} ({'came' if one.direction == 'in' else 'ours'}, from {one.from_name}"
            + (f" {one.from_code})" if one.from_code else ")")
            for one in found[:_MOST_NAMED]
        )
        more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise TransferAmbiguous(f"{len(found)} handovers are numbered {name}: {listed}{more}")
    return found[0]


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


def require_proof(transfer: Transfer, on_paper: str) -> str:
    """Return the number and day of the paper on which somebody writes down by hand what was decided; or "".

    Whoever decides needs none. The giver of a handover that went to another installation does not decide:
    it takes the receipt in, or names the paper that the receiver signed.

    Raises:
        ReceiptNeeded: no paper is named, and there has to be one.
        InvalidInput: it is far too long.
    """
    named = " ".join(on_paper.split())
    if len(named) > LONGEST_PAPER:
        raise InvalidInput(f"number and day of a paper have at most {LONGEST_PAPER} characters")
    if not named and transfer.direction == "out" and transfer.route == "parcels":
        raise ReceiptNeeded(
            f"{transfer.number} is decided on by {transfer.to_name}: take their receipt in, or name the "
            "paper that they signed (--on-paper)"
        )
    return named

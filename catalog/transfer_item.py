"""What is in a handover: one item for each dossier, with what is fixed of it and what was decided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from catalog import schema
from catalog import transfer as transfers
from catalog.access import Scope
from catalog.identifiers import DossierId, TransferId, TransferItemId
from catalog.inventory import Counts, Inventory
from luutru.errors import NotFound


class Decision(StrEnum):
    """What became of a dossier."""

    ACCEPTED = "accepted"
    RESERVED = "reserved"  #: accepted; something is to be put right by a day
    RETURNED = "returned"  #: for correction; it comes again in a supplement
    REFUSED = "refused"
    MISSING = "missing"  #: announced, and not there

    @property
    def passes(self) -> bool:
        """The receiver answers for it from now on."""
        return self in (Decision.ACCEPTED, Decision.RESERVED)


class TransferItemNotFound(NotFound):
    """The handover has no such item."""

    slug = "transfer-item-not-found"


@dataclass(frozen=True)
class Item:
    """One dossier of a handover."""

    id: TransferItemId
    transfer: TransferId
    ordinal: int  #: 1, 2, ...
    dossier: DossierId | None  #: None: of one that came, not taken in (yet)
    identifier: str  #: fileCode as packages name it
    title: str
    retention_code: str | None
    unfinished: bool
    medium: str  #: paper, digital or both
    documents: int
    pages: int
    sheets: int
    parcel: int | None
    files: int  #: of its package
    bytes: int
    digest: str | None  #: of its package
    decision: Decision | None
    reason: str | None
    deadline: date | None
    decided_by: str | None
    decided_at: datetime | None
    passed_at: datetime | None
    withheld: bool  #: a secret mark was found after sealing: it goes into no package

    @property
    def counts(self) -> Counts:
        """The item as both sides count it."""
        return Counts(1, self.documents, self.pages, self.sheets)

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "Item":
        """Build from a row of `_columns`."""
        r = row._mapping
        decided = Decision(r["decision"]) if r["decision"] else None
        same = {
            name: r[name]
            for name in cls.__dataclass_fields__
            if name not in ("transfer", "dossier", "decision")
        }
        return cls(**same, transfer=TransferId(r["transfer_id"]), dossier=r["dossier_id"], decision=decided)


_columns = select(*(column for column in schema.transfer_item.c if column.name != "frozen"))
"""All but what the packages are made of, which is large."""


def items(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    *,
    parcel: int | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Item]:
    """Return the items of a handover in order, those behind the ordinal `after`.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    transfers.find(conn, scope, transfer)
    item = schema.transfer_item.c
    query = _columns.where(item.transfer_id == transfer, item.ordinal > after).order_by(item.ordinal)
    if parcel is not None:
        query = query.where(item.parcel == parcel)
    return [Item.from_row(row) for row in conn.execute(query.limit(limit))]


def find(conn: Connection, scope: Scope, transfer: TransferId, name: str) -> Item:
    """Return the one item with this id, dossier or identifier.

    Raises:
        TransferNotFound, TransferItemNotFound: as they say.
    """
    transfers.find(conn, scope, transfer)
    item = schema.transfer_item.c
    named = or_(item.id == name, item.dossier_id == name, item.identifier == name)
    rows = conn.execute(_columns.where(item.transfer_id == transfer, named).limit(2)).all()
    if len(rows) != 1:
        raise TransferItemNotFound(f"{len(rows)} dossiers of the handover are called {name!r}")
    return Item.from_row(rows[0])


def frozen(conn: Connection, scope: Scope, item: TransferItemId) -> Mapping[str, Any] | None:
    """Return what the item's package is made of (`handover.frozen`); None: not sealed, or withheld."""
    table = schema.transfer_item.c
    row = conn.execute(
        select(table.frozen)
        .join_from(schema.transfer_item, schema.transfer, schema.transfer.c.id == table.transfer_id)
        .where(table.id == item, transfers.seen(scope))
    ).first()
    if row is None:
        raise TransferItemNotFound("no such item of a handover")
    found: Mapping[str, Any] | None = row.frozen
    return found


def inventory(conn: Connection, scope: Scope, transfer: TransferId) -> Inventory:
    """Return what the items of a handover come to now, boxes and metres as they are known."""
    found = transfers.find(conn, scope, transfer)
    parts: dict[tuple[bool, str], Counts] = {}
    item = schema.transfer_item.c
    rows = conn.execute(
        select(
            item.unfinished,
            item.medium,
            func.count().label("dossiers"),
            func.sum(item.documents).label("documents"),
            func.sum(item.pages).label("pages"),
            func.sum(item.sheets).label("sheets"),
        )
        .where(item.transfer_id == transfer)
        .group_by(item.unfinished, item.medium)
    )
    for row in rows:
        counts = Counts(row.dossiers, int(row.documents), int(row.pages), int(row.sheets))
        parts[row.unfinished, row.medium] = counts
    boxes = select(func.count(schema.dossier.c.box_id.distinct())).join_from(
        schema.transfer_item, schema.dossier, schema.dossier.c.id == item.dossier_id
    )
    counted = conn.execute(boxes.where(item.transfer_id == transfer, item.medium != "digital")).scalar_one()
    loose = conn.execute(
        select(func.sum(schema.transfer_unarranged.c.centimetres)).where(
            schema.transfer_unarranged.c.transfer_id == transfer
        )
    ).scalar()
    measured = [each for each in (found.centimetres, loose) if each is not None]
    return Inventory(
        _sum(counts for (unfinished, _), counts in parts.items() if not unfinished),
        _sum(counts for (unfinished, _), counts in parts.items() if unfinished),
        {
            medium: _sum(counts for (_, of), counts in parts.items() if of == medium)
            for medium in ("paper", "digital", "both")
        },
        found.boxes if found.boxes is not None else counted,
        int(sum(measured)) if measured else None,
    )


def _sum(counts: Iterator[Counts]) -> Counts:
    return sum(counts, Counts())


@dataclass(frozen=True)
class Went:
    """Where a dossier went, for those who see it still."""

    number: str
    transfer: TransferId
    to_name: str
    on: datetime
    decision: Decision


def where_it_went(conn: Connection, scope: Scope, dossier: DossierId) -> Went | None:
    """Return to whom a dossier passed last; None: it never did, or the one who asks may not know."""
    item, transfer = schema.transfer_item.c, schema.transfer.c
    row = conn.execute(
        select(transfer.number, transfer.id, schema.unit.c.name, item.passed_at, item.decision)
        .join_from(schema.transfer_item, schema.transfer, transfer.id == item.transfer_id)
        .join(schema.unit, schema.unit.c.id == transfer.to_unit)
        .where(
            and_(item.dossier_id == dossier, item.passed_at.is_not(None)),
            item.decision.in_(("accepted", "reserved")),
            transfers.seen(scope),
        )
        .order_by(item.passed_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Went(row.number, TransferId(row.id), row.name, row.passed_at, Decision(row.decision))

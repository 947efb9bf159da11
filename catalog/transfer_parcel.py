"""Parcels (gói) of a handover, as the register knows them: name, digest, and how far each is."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from catalog import event, schema
from catalog import transfer as transfers
from catalog.access import NotAllowed, Role, Scope
from catalog.identifiers import TransferId
from catalog.instants import now
from luutru.errors import NotFound

STATES = ("planned", "written", "sent", "received", "checked")


class ParcelNotFound(NotFound):
    """The handover has no parcel of this number."""

    slug = "parcel-not-found"


@dataclass(frozen=True)
class ParcelRow:
    """One parcel."""

    number: int  #: 1, 2, ...
    name: str  #: "BG-2026-000123-P0001"
    digest: str  #: SHA-256 of its tag manifest, 64 hex digits
    files: int
    bytes: int
    dossiers: int
    state: str  #: planned, written, sent, received, checked
    verdict: Mapping[str, Any] | None
    at: datetime  #: of its state

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "ParcelRow":
        """Build from a row of `schema.transfer_parcel`."""
        r = row._mapping
        return cls(**{name: r[name] for name in cls.__dataclass_fields__})


def parcels(conn: Connection, scope: Scope, transfer: TransferId) -> list[ParcelRow]:
    """Return the parcels of a handover by number; none before it is sealed.

    Raises:
        TransferNotFound: there is none that the one who asks may see.
    """
    transfers.find(conn, scope, transfer)
    table = schema.transfer_parcel
    rows = conn.execute(select(table).where(table.c.transfer_id == transfer).order_by(table.c.number))
    return [ParcelRow.from_row(row) for row in rows]


def mark(
    conn: Connection,
    scope: Scope,
    transfer: TransferId,
    number: int,
    state: str,
    *,
    verdict: Mapping[str, Any] | None = None,
) -> None:
    """Write down how far a parcel is; the same again changes nothing.

    Raises:
        ParcelNotFound, TransferNotFound, NotAllowed: as they say.
    """
    found = transfers.find(conn, scope, transfer)
    sides = (found.from_unit, found.to_unit)
    if not any(scope.may(Role.ARCHIVIST, side) for side in sides):
        raise NotAllowed(f"{scope.actor} is no archivist of either side")
    table = schema.transfer_parcel
    mine = (table.c.transfer_id == transfer, table.c.number == number)
    row = conn.execute(select(table.c.state, table.c.verdict).where(*mine)).first()
    if row is None:
        raise ParcelNotFound(f"{found.number} has no parcel {number}")
    if row.state == state and (verdict is None or row.verdict == verdict):
        return
    values: dict[str, Any] = {"state": state, "at": now()}
    if verdict is not None:
        values["verdict"] = dict(verdict)
    conn.execute(table.update().where(*mine).values(**values))
    event.record(conn, scope, f"parcel-{state}", f"transfer:{transfer}", {"parcel": number})


def total_digest(parcels: Iterable[ParcelRow]) -> str:
    """Return the one digest of all parcels: SHA-256 over a line `digest  name` for each, by number."""
    lines = "".join(f"{each.digest}  {each.name}\n" for each in sorted(parcels, key=lambda one: one.number))
    return hashlib.sha256(lines.encode()).hexdigest()


def short(digest: str) -> str:
    """Return the short form that minutes print: the first 16 hex digits in groups of 4."""
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))

"""What each office said it holds, how long its shelves are, and by when it is to be handed over."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Row, func, select, true

from catalog import event, schema
from catalog.access import Role, Scope
from catalog.identifiers import UnitId, new_id
from catalog.instants import now
from luutru.errors import InvalidInput

MOST_CENTIMETRES = 100_000_000
"""1,000 km of shelf: more than any province has; a slip of the key is told."""
MOST_DOSSIERS = 100_000_000


class HoldingInvalid(InvalidInput):
    """A holding that no office has."""

    slug = "holding-invalid"


@dataclass(frozen=True)
class UnitHolding:
    """What an office said it holds."""

    unit: UnitId
    centimetres: int | None  #: of shelf; None: nobody measured
    dossiers: int | None  #: None: nobody counted
    deadline: date | None
    instrument: str
    said_by: str
    said_at: datetime

    @classmethod
    def from_row(cls, row: Row[tuple[object, ...]]) -> "UnitHolding":
        """Build from a row of `schema.unit_holding`."""
        r = row._mapping
        return cls(
            UnitId(r["unit_id"]),
            r["centimetres"],
            r["dossiers"],
            r["deadline"],
            r["instrument"],
            r["said_by"],
            r["said_at"],
        )


def say(
    conn: Connection,
    scope: Scope,
    unit: UnitId,
    *,
    centimetres: int | None = None,
    dossiers: int | None = None,
    deadline: date | None = None,
    instrument: str = "",
) -> None:
    """Write down what a unit holds; what was said before stays on record, and counts no longer.

    Raises:
        HoldingInvalid: nothing is said, or more than any office has.
        NotAllowed: the one who asks is no archivist of the unit.
    """
    scope.require(Role.ARCHIVIST, unit)
    if centimetres is None and dossiers is None and deadline is None:
        raise HoldingInvalid("say how much the office holds, or by when it is to be handed over")
    for name, figure, most in (
        ("metres of shelf", centimetres, MOST_CENTIMETRES),
        ("dossiers", dossiers, MOST_DOSSIERS),
    ):
        if figure is not None and not 0 <= figure <= most:
            raise HoldingInvalid(f"{name}: found {figure}, which no office has")
    conn.execute(
        schema.unit_holding.insert().values(
            id=new_id(),
            unit_id=unit,
            centimetres=centimetres,
            dossiers=dossiers,
            deadline=deadline,
            instrument=instrument.strip(),
            said_by=scope.actor,
            said_at=now(),
        )
    )
    told = {"centimetres": centimetres, "dossiers": dossiers, "deadline": str(deadline or "")}
    event.record(
        conn, scope, "holding-announced", f"unit:{unit}", told, instrument=instrument.strip() or None
    )


def holdings(conn: Connection, scope: Scope) -> dict[UnitId, UnitHolding]:
    """Return what is in force, of the units that `scope` works for (administrators: of all)."""
    table = schema.unit_holding
    newest = select(func.max(table.c.id)).group_by(table.c.unit_id)
    mine = true() if scope.everywhere else table.c.unit_id.in_(scope.units)
    rows = conn.execute(select(table).where(table.c.id.in_(newest), mine))
    return {found.unit: found for found in map(UnitHolding.from_row, rows)}


@cache
def boxes_per_metre() -> int:
    """Return how many boxes count as a metre of shelf where nobody measured (`data/shelf.toml`)."""
    told = tomllib.loads((Path(__file__).parent / "data" / "shelf.toml").read_text("utf-8"))
    return int(told["boxes_per_metre"])
